"""What became of a statement on each channel, and the verbs that publish, repair and withdraw."""

from itertools import groupby
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comms.actions.deliveries import (
    mark_sent,
    publish_version,
    retry_delivery,
    schedule_version,
    send_again,
    unschedule_version,
)
from comms.actions.withdrawal import to_withdraw, withdraw_statement
from comms.forms_sending import HashForm, ScheduleForm, SentForm, WithdrawForm
from comms.models import (
    Delivery,
    DeliveryAttempt,
    Outcome,
    RecipientState,
    Statement,
    StatementVersion,
    aggregate,
)
from crisisdesk.core.principals import Principal
from crisisdesk.core.views import DeskView, VerbView, visible_or_404


def deliveries_of(statement: Statement, principal: Principal) -> list[Delivery]:
    """All deliveries of a statement with their last answer, mails counted, and the verbs that could repair them."""
    last = DeliveryAttempt.objects.filter(delivery=OuterRef("pk")).order_by("-pk")
    rows = (
        Delivery.objects.visible_to(principal)
        .filter(version__statement=statement)
        .select_related("account__brand", "version", "posted_by", "post")
        .annotate(
            last_outcome=Subquery(last.values("outcome")[:1]),
            mails_sent=Count("recipients", filter=Q(recipients__state=RecipientState.SENT)),
            mails_refused=Count("recipients", filter=Q(recipients__state=RecipientState.REFUSED)),
            mails_unconfirmed=Count("recipients", filter=Q(recipients__state=RecipientState.UNCONFIRMED)),
            mails=Count("recipients"),
        )
        .order_by("version_id", "account__position", "account_id", "part", "operation")
    )
    shown = list(rows)
    for delivery in shown:
        delivery.version.statement = statement
        delivery.offered = [
            name for name, verb in REPAIRS.items() if verb.offered(principal, delivery) and _asks(delivery, name)
        ]
        delivery.last_answer = Outcome(delivery.last_outcome).label if delivery.last_outcome else ""
    return shown


REPAIRS = {"retry": retry_delivery, "sent": mark_sent, "again": send_again}


def _asks(delivery: Delivery, name: str) -> bool:
    """Whether a person is asked: while the desk still looks, the two answers are not offered."""
    return name == "retry" or delivery.waits_for_decision


class DeliveriesView(DeskView):
    """Where a statement went, channel by channel."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the deliveries, grouped by version."""
        statement = visible_or_404(Statement, self.principal, uuid=uuid)
        shown = deliveries_of(statement, self.principal)
        groups = [
            (version, aggregate(rows := list(found)), rows)
            for version, found in groupby(shown, key=lambda delivery: delivery.version)
        ]
        context = {
            "statement": statement,
            "case": statement.case,
            "groups": groups,
            "may_withdraw": withdraw_statement.can(self.principal, statement),
        }
        return render(request, "comms/deliveries.html", context)


class DeliveryVerbView(VerbView):
    """A button on the page of deliveries."""

    model = Delivery

    def get_success_url(self, result: Any) -> str:
        """Back to the deliveries of the statement."""
        return reverse("comms:deliveries", args=[self.object.version.statement.uuid])


class RetryView(DeliveryVerbView):
    """Try one again."""

    verb = retry_delivery


class SentView(DeliveryVerbView):
    """It is out: somebody looked."""

    verb = mark_sent
    form_class = SentForm


class AgainView(DeliveryVerbView):
    """It is not there: send it."""

    verb = send_again


class VersionVerbView(VerbView):
    """A button on the page of a statement."""

    model = StatementVersion

    def get_success_url(self, result: Any) -> str:
        """To the deliveries, where it can be seen going out."""
        return reverse("comms:deliveries", args=[self.object.statement.uuid])


class PublishView(VersionVerbView):
    """Publish now."""

    verb = publish_version
    form_class = HashForm


class ScheduleView(VersionVerbView):
    """Publish later."""

    verb = schedule_version
    form_class = ScheduleForm


class UnscheduleView(VersionVerbView):
    """Do not publish later."""

    verb = unschedule_version


class WithdrawView(VerbView):
    """Withdraw at once."""

    verb = withdraw_statement
    model = Statement
    form_class = WithdrawForm
    template_name = "comms/withdraw.html"
    success_message = _("Withdrawn. Check below what still has to be deleted by hand.")

    def get_form_options(self) -> dict[str, Any]:
        """The languages that are out."""
        return {"versions": to_withdraw(self.object)}

    def get_values(self, form: Any) -> dict[str, Any]:
        """Reason, languages and notes."""
        values: dict[str, Any] = form.values()
        return values

    def get_context(self, form: Any) -> dict[str, Any]:
        """What would be withdrawn, and where it is."""
        rows = deliveries_of(self.object, self.principal)
        languages = {version.pk for version in to_withdraw(self.object)}
        return {
            **super().get_context(form),
            "case": self.object.case,
            "statement": self.object,
            "deliveries": [row for row in rows if row.version_id in languages and row.operation == "publish"],
            "unmet": withdraw_statement.unmet(self.principal, self.object),
        }

    def get_success_url(self, result: Any) -> str:
        """To the deliveries, with what is left to do by hand."""
        return reverse("comms:deliveries", args=[self.object.uuid])
