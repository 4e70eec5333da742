"""Reads of the crisis. Every one of them starts with `visible_to`."""

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.states import OPEN_CASE, OPEN_TASK, RoleState, SignalState
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.permissions import EVERYTHING, case_q
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.access.roles import Role
from crisisdesk.core.search import Searched

if TYPE_CHECKING:
    from cases.models import Case
    from crisisdesk.core.access.principals import Principal


def open_world(prefix: str = "") -> Q:
    """The condition that roles on the brand count in a case (see `Case.closed_world`); `prefix` ends in `__`."""
    return Q(**{f"{prefix}confidential": False, f"{prefix}realm": "live"})


class CaseQuerySet(DeskQuerySet, Searched):
    """Cases."""

    def visible_to(self, principal: "Principal") -> Self:
        """Cases of the principal's brands that are not confidential, and cases granted to the principal itself."""
        return self.filter(case_q(principal))

    def open(self) -> Self:
        """Cases on which work goes on."""
        return self.filter(state__in=OPEN_CASE)

    def for_lists(self) -> Self:
        """With what a row of a list shows and nothing else: reading the rest of a case costs more than drawing it."""
        return self.select_related("brand", "kind").only(*_SHOWN_OF_CASE)


# What a row of a list shows of a case, its brand and its kind; `chain_id` and `created_at` go with every page.
_SHOWN_OF_CASE = (
    "reference", "title", "state", "severity", "confidential", "created_at",
    "brand__name", "kind__name_cs", "kind__name_en",
)  # fmt: skip


class SignalQuerySet(DeskQuerySet):
    """Signals."""

    def visible_to(self, principal: "Principal") -> Self:
        """Signals of the principal's brands; once in a case, whoever sees the case sees the signal and nobody else."""
        if principal.is_system:
            return self.filter(EVERYTHING)
        brands = principal.brand_keys(Capability.VIEW)
        return self.filter(Q(case=None, brand__among=brands) | case_q(principal, "case__"))

    def waiting(self) -> Self:
        """Signals nobody has decided about."""
        return self.filter(state__in=(SignalState.NEW, SignalState.TAKEN_OVER))


class RoleAssignmentQuerySet(DeskQuerySet):
    """Roles offered and held on cases."""

    def visible_to(self, principal: "Principal") -> Self:
        """Roles of visible cases; and whoever is asked sees the offer, even of a case that is not theirs to see yet."""
        seen = case_q(principal, "case__")
        if principal.user is not None:
            seen |= Q(user=principal.user, state=RoleState.OFFERED)
        return self.filter(seen)

    def holders(self, case: "Case", *roles: str) -> QuerySet[Any]:
        """People who hold one of the roles on the case now.

        The duty officers of the brand hold duty on each of its cases without being asked, unless its world is closed.
        """
        from crisisdesk.core.models import User

        held = Exists(self.filter(case=case, user=OuterRef("pk"), role__in=roles, state=RoleState.ACCEPTED))
        if Role.DUTY in roles and not case.closed_world:
            duty = case.members(clock.now()).filter(user=OuterRef("pk"), role=Role.DUTY)
            return User.objects.filter(Q(held) | Q(Exists(duty)), is_active=True)
        return User.objects.filter(held, is_active=True)

    def accepted(self) -> Self:
        """Roles held now."""
        return self.filter(state=RoleState.ACCEPTED)

    def offered(self) -> Self:
        """Offers waiting for an answer."""
        return self.filter(state=RoleState.OFFERED)


class TaskQuerySet(DeskQuerySet):
    """Tasks."""

    def open(self) -> Self:
        """Tasks that wait for somebody."""
        return self.filter(state__in=OPEN_TASK)


class ClockQuerySet(DeskQuerySet):
    """Clocks."""

    def running(self) -> Self:
        """Clocks that were neither met nor cancelled; a breached one runs on."""
        return self.filter(met_at=None, cancelled_at=None)
