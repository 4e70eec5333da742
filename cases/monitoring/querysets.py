"""Reads of monitoring. Every one of them starts with `visible_to`."""

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Exists, OuterRef, Prefetch, Q

from cases.states import SignalState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.permissions import EVERYTHING, case_q
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.search import query_of

if TYPE_CHECKING:
    from cases.models import Signal
    from crisisdesk.core.access.principals import Principal


class SourceQuerySet(DeskQuerySet):
    """Sources."""

    def with_health(self) -> Self:
        """Together with what the desk keeps about them."""
        return self.select_related("brand", "health")


class MentionQuerySet(DeskQuerySet):
    """Mentions."""

    def newest(self) -> Self:
        """By publication, newest first: the order of the stream and of its pages."""
        return self.order_by("-published_at", "-pk")

    def before(self, moment: datetime, pk: int) -> Self:
        """The mentions behind one in the order of `newest`."""
        return self.filter(published_at__lte=moment).exclude(published_at=moment, pk__gte=pk)

    def searched(self, words: str) -> Self:
        """Mentions that contain each of the words, accents and endings aside."""
        query = query_of(words)
        return self if query is None else self.filter(search=query)

    def unattended(self) -> Self:
        """Mentions that no signal rests on."""
        from cases.monitoring.models import SignalEvidence

        return self.filter(~Exists(SignalEvidence.objects.filter(mention=OuterRef("pk"))))

    def with_signals(self, principal: "Principal") -> Self:
        """With the evidence rows this principal may see, at `seen_evidence`, and their signals."""
        from cases.monitoring.models import SignalEvidence

        seen = SignalEvidence.objects.visible_to(principal).select_related("signal").order_by("pk")
        return self.select_related("source").prefetch_related(Prefetch("evidence", seen, to_attr="seen_evidence"))


class SignalEvidenceQuerySet(DeskQuerySet):
    """Evidence of signals: seen by whoever sees the signal."""

    def visible_to(self, principal: "Principal") -> Self:
        """Evidence of signals of the principal's brands; once in a case, of whoever sees the case."""
        if principal.is_system:
            return self.filter(EVERYTHING)
        brands = principal.brand_keys(Capability.VIEW)
        return self.filter(Q(signal__case=None, signal__brand__among=brands) | case_q(principal, "signal__case__"))

    def of(self, signal: "Signal") -> Self:
        """What one signal rests on, in the order in which it came."""
        return self.filter(signal=signal).select_related("mention__source", "added_by").order_by("pk")

    def waiting(self) -> Self:
        """Evidence of signals nobody has decided about."""
        return self.filter(signal__state__in=(SignalState.NEW, SignalState.TAKEN_OVER))


class ReportAddressQuerySet(DeskQuerySet):
    """Report addresses."""

    def usable(self) -> Self:
        """Addresses that were not revoked, of brands that are active."""
        return self.filter(revoked_at=None, brand__active=True)

    def visible_to(self, principal: "Principal") -> Self:
        """Addresses of the principal's brands; whoever came by a secret address holds it in hand already."""
        if principal.is_anonymous and principal.via == "link":
            return self.usable()
        return super().visible_to(principal)
