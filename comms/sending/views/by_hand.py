"""Publishing by hand: one phone page, a row for each channel, several people at once."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from comms.models import Statement, StatementState
from comms.sending.actions.by_hand import link_delivery, tick_delivery, untick_delivery
from comms.sending.cards import FORMATS, card
from comms.sending.channels.base import unit_name
from comms.sending.limits import Count
from comms.sending.models import Delivery, DeliveryState, Operation
from crisisdesk.core.errors import Missing
from crisisdesk.core.languages import language_name
from crisisdesk.core.web.views import DeskView, VerbView, visible_or_404


@dataclass
class HandRow:
    """One text for one channel, with everything that helps to post it."""

    delivery: Delivery
    may_tick: bool
    may_undo: bool = False
    first: bool = False

    @property
    def language(self) -> str:
        """The name of the language of the text."""
        return language_name(self.delivery.language)

    @property
    def done(self) -> bool:
        return self.delivery.state == DeliveryState.SENT

    @property
    def removal(self) -> bool:
        """Whether the text is to be deleted there."""
        return self.delivery.operation == Operation.DELETE

    @property
    def stopped(self) -> bool:
        """Whether it is not to be posted any more."""
        return self.delivery.state == DeliveryState.DEAD

    @property
    def count(self) -> Count | None:
        network = self.delivery.account.spoken_to
        return network.limit.count(self.delivery.text) if network and network.limit else None

    @property
    def unit(self) -> str:
        return unit_name(self.count.unit) if self.count else ""

    @property
    def window(self) -> str:
        """Where to post it, with the text filled in where the network allows it."""
        account, profile = self.delivery.account, self.delivery.account.settings.get("profile", "")
        if self.removal:
            return self.delivery.remote_url or profile
        return account.spoken_to.window(self.delivery.text, profile) if account.spoken_to else profile

    @property
    def rows(self) -> int:
        """Height of the field with the text, in lines of a phone."""
        return min(14, 2 + len(self.delivery.text) // 42 + self.delivery.text.count("\n"))


def hand_rows(statement: Statement, principal: Any) -> list[HandRow]:
    """What has to be posted, and deleted, by hand for a statement: open rows first. Three queries at most."""
    deliveries = (
        Delivery.objects.visible_to(principal)
        .filter(version__statement=statement, by_hand=True)
        .select_related("account__brand", "version", "posted_by")
    )
    rows = []
    for delivery in deliveries:
        delivery.version.statement = statement
        if delivery.operation == Operation.PUBLISH and delivery.version.state == StatementState.RETRACTED:
            continue
        rows.append(
            HandRow(delivery, tick_delivery.offered(principal, delivery), untick_delivery.offered(principal, delivery))
        )
    return sorted(rows, key=lambda row: (row.done or row.stopped, not row.removal))


class ByHandView(DeskView):
    """The page of a statement for those who post it."""

    def get(self, request: HttpRequest, uuid: str) -> HttpResponse:
        """Show the rows."""
        statement = visible_or_404(Statement, self.principal, uuid=uuid)
        rows = hand_rows(statement, self.principal)
        waiting = [row for row in rows if not row.done and not row.stopped]
        for row in waiting[:1]:
            row.first = True
        context = {"statement": statement, "case": statement.case, "rows": rows, "waiting": waiting, "formats": FORMATS}
        return render(request, "comms/by_hand.html", context)


class HandVerbView(VerbView):
    """A verb on one row; afterwards back to the page of its statement."""

    model = Delivery
    template_name = "comms/by_hand_verb.html"

    def get_success_url(self, result: Any) -> str:
        """The page with all rows."""
        return reverse("comms:by_hand", args=[self.object.version.statement.uuid])

    def get_context(self, form: Any) -> dict[str, Any]:
        """The row beside the form."""
        row = HandRow(self.object, tick_delivery.offered(self.principal, self.object))
        return {**super().get_context(form), "row": row, "statement": self.object.version.statement}


class TickView(HandVerbView):
    """Published, or deleted there."""

    verb = tick_delivery


class LinkView(HandVerbView):
    """The address that follows the tick."""

    verb = link_delivery


class UntickView(HandVerbView):
    """A tick that was a mistake."""

    verb = untick_delivery


class CardView(DeskView):
    """The text of a row as a picture (SVG; the page turns it into PNG where scripts run)."""

    def get(self, request: HttpRequest, uuid: str, shape: str) -> HttpResponse:
        """Answer with the picture as a file."""
        delivery = visible_or_404(Delivery, self.principal, uuid=uuid)
        drawn = card(delivery.text, delivery.account.brand.name, delivery.language, FORMATS[shape])
        if drawn is None:
            raise Missing
        response = HttpResponse(drawn, content_type="image/svg+xml")
        response["Content-Disposition"] = (
            f'attachment; filename="{delivery.account.code}-{delivery.language}-{shape}.svg"'
        )
        response["Content-Security-Policy"] = "default-src 'none'"
        response["Cache-Control"] = "private, max-age=300"
        return response
