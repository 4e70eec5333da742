"""What became of a statement on each channel, and the verbs that publish, repair and withdraw."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comms.models import Statement, StatementState, StatementVersion
from comms.sending.actions.deliveries import mark_delivery_sent, retry_delivery, send_delivery_again
from comms.sending.actions.publishing import publish_statement, schedule_statement, unschedule_statement
from comms.sending.actions.withdrawal import to_withdraw, withdraw_statement
from comms.sending.forms import WithdrawForm
from comms.sending.models import Delivery, DeliveryAttempt, Operation, Outcome, RecipientState, aggregate
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.languages import language_name
from crisisdesk.core.web.views import DeskView, VerbView, visible_or_404


@dataclass
class DeliveryRow:
    """One delivery with what came of it last and the verbs that could repair it (`retry`, `sent`, `again`)."""

    delivery: Any
    offered: list[str]

    @property
    def last_answer(self) -> str:
        """What came of the last attempt, in words; nothing where the desk stopped it, which says more."""
        if self.delivery.stopped:
            return ""
        outcome = self.delivery.last_outcome
        return str(Outcome(outcome).label) if outcome else ""


def deliveries_of(statement: Statement, principal: Principal) -> list[DeliveryRow]:
    """All deliveries of a statement, mails counted, with the verbs that could repair them."""
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
    shown = []
    for delivery in rows:
        delivery.version.statement = statement
        shown.append(DeliveryRow(delivery, _offered(delivery, principal)))
    return shown


def _rows(rows: list[DeliveryRow]) -> list[Delivery]:
    return [row.delivery for row in rows]


def _offered(delivery: Delivery, principal: Principal) -> list[str]:
    """What a person may do about it now: nothing while it goes on by itself, and never send what was withdrawn."""
    if delivery.waits_for_decision:
        verbs: dict[str, Any] = {"sent": mark_delivery_sent, "again": send_delivery_again}
    else:
        verbs = {"retry": retry_delivery}
    released = delivery.version.state == StatementState.PUBLISHING
    return [name for name, verb in verbs.items() if (released or name == "sent") and verb.offered(principal, delivery)]


class DeliveriesView(DeskView):
    """Where a statement went, channel by channel."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the deliveries, grouped by version."""
        statement = visible_or_404(Statement, self.principal, uuid=uuid)
        shown = deliveries_of(statement, self.principal)
        by_version = [list(rows) for _version, rows in groupby(shown, key=lambda row: row.delivery.version)]
        groups = [
            (version := rows[0].delivery.version, language_name(version.language), aggregate(_rows(rows)), rows)
            for rows in by_version
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

    verb = mark_delivery_sent


class AgainView(DeliveryVerbView):
    """It is not there: send it."""

    verb = send_delivery_again


class VersionVerbView(VerbView):
    """A button on the page of a statement."""

    model = StatementVersion

    def get_success_url(self, result: Any) -> str:
        """To the deliveries, where it can be seen going out."""
        return reverse("comms:deliveries", args=[self.object.statement.uuid])


class PublishView(VersionVerbView):
    """Publish now."""

    verb = publish_statement


class ScheduleView(VersionVerbView):
    """Publish later."""

    verb = schedule_statement


class UnscheduleView(VersionVerbView):
    """Do not publish later."""

    verb = unschedule_statement


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
            "deliveries": [
                row.delivery
                for row in rows
                if row.delivery.version_id in languages and row.delivery.operation == Operation.PUBLISH
            ],
            "unmet": withdraw_statement.unmet(self.principal, self.object),
        }

    def get_success_url(self, result: Any) -> str:
        """To the deliveries, with what is left to do by hand."""
        return reverse("comms:deliveries", args=[self.object.uuid])
