"""What the head of every page of a case shows: severity, people, clocks, steps, tabs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, IntegerField, OuterRef, Prefetch, QuerySet, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Clock, ClockCode, Fact, RoleAssignment, Task
from cases.querysets import CaseQuerySet
from cases.states import OPEN_ROLE, CaseState, FactState, RoleState
from cases.tabs import Tab, tabs
from cases.way import WAY, place_of
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.errors import Text
from crisisdesk.core.models import User

_LEADS_FIRST = sorted(Role, key=lambda role: (role != Role.CRISIS_LEAD, role != Role.COMMS_LEAD))

# At most so many clocks stand in the head: the running ones that are due first, then the most telling of the others.
_RUNNING, _CLOCKS = 3, 5
_TELLING = (ClockCode.FIRST, ClockCode.LEAD, ClockCode.ACK, ClockCode.REPLY1, ClockCode.SEV)


@dataclass(frozen=True)
class Seat:
    """A role of the case and who sits there: `user` is None and `state` empty where nobody was asked."""

    role: str
    label: str
    user: User | None
    state: str

    @property
    def is_missing(self) -> bool:
        """Whether the role is needed and nobody holds it."""
        return self.state != RoleState.ACCEPTED


@dataclass(frozen=True)
class Step:
    """One step on the way of a case; `css` is `done`, `now` or empty."""

    label: Text
    css: str


@dataclass(frozen=True)
class TabLink:
    """A tab as a link."""

    code: str
    url: str
    label: Text
    count: int | str | None


def with_head(rows: CaseQuerySet) -> CaseQuerySet:
    """Cases with the figures their head shows; the rest is read by `read_people_and_clocks` once it is needed."""
    of_case = {"case": OuterRef("pk")}
    return rows.select_related("brand", "kind", "chain").annotate(
        tasks_open=_number_of(Task.objects.open().filter(**of_case)),
        tasks_all=_number_of(Task.objects.filter(**of_case)),
        facts_known=_number_of(Fact.objects.exclude(state=FactState.OBSOLETE).filter(**of_case)),
    )


def read_people_and_clocks(case: Case) -> None:
    """Read the open roles (`case.open_roles`) and the clocks of a case, unless they were read before."""
    roles = RoleAssignment.objects.filter(state__in=OPEN_ROLE).select_related("user", "deputy_of").order_by("pk")
    prefetch_related_objects([case], Prefetch("roles", roles, to_attr="open_roles"), "clocks")


def _number_of(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("case").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def case_head(case: Case, principal: Principal, active: str = "") -> dict[str, Any]:
    """The context of `cases/case_base.html` for a case read by `with_head`; `active` is the code of the present tab."""
    read_people_and_clocks(case)
    seats = seats_of(case)
    known: dict[str, str | int] = {"seq": case.chain.head_seq, "tab": active}
    return {
        "case": case,
        "seats": seats,
        "missing_seats": sum(seat.is_missing for seat in seats),
        "clocks": clocks_shown([clock for clock in case.clocks.all() if clock.cancelled_at is None]),
        "steps": steps_of(case),
        "tabs": [
            TabLink(tab.code, reverse(tab.url_name, args=[case.reference]), tab.label, _count(tab, case, principal))
            for tab in tabs
        ],
        "active_tab": active,
        "head_url": f"{reverse('cases:head', args=[case.reference])}?{urlencode(known)}",
        "may_lead": principal.has(Capability.LEAD, case),
        "may_contribute": principal.has(Capability.CONTRIBUTE, case),
    }


def seats_of(case: Case) -> list[Seat]:
    """Roles held and offered, the leads first, and an empty seat for each role the policy needs and nobody has."""
    held: dict[str, list[RoleAssignment | None]] = {}
    for assignment in case.open_roles:  # type: ignore[attr-defined]
        held.setdefault(assignment.role, []).append(assignment)
    needed = {*case.level.get("required_roles", ()), Role.CRISIS_LEAD}
    return [
        Seat(
            role.value, str(role.label), assignment.user if assignment else None, assignment.state if assignment else ""
        )
        for role in _LEADS_FIRST
        for assignment in held.get(role, [None] if role in needed else [])
    ]


def clocks_shown(clocks: Sequence[Clock]) -> list[Clock]:
    """The clocks of the head in the order of their limits: the ones due first, and the most telling ones met."""
    running = sorted((clock for clock in clocks if clock.is_running), key=lambda clock: clock.due_at)[:_RUNNING]
    met = sorted(
        (clock for clock in clocks if clock.met_at and clock.code in _TELLING),
        key=lambda clock: _TELLING.index(ClockCode(clock.code)),
    )[: _CLOCKS - len(running)]
    return [*sorted(met, key=lambda clock: clock.due_at), *running]


def steps_of(case: Case) -> list[Step]:
    """How far the case is, as steps."""
    if case.state in (CaseState.DISMISSED, CaseState.MERGED):
        return [Step(WAY[0].label, "done"), Step(CaseState(case.state).label, "now")]
    place = place_of(case.state)
    return [
        Step(stage.label, "done" if number < place else "now" if number == place else "")
        for number, stage in enumerate(WAY)
    ]


def _count(tab: Any, case: Case, principal: Principal) -> int | str | None:
    return tab.count(case, principal) if tab.count else None


def _tasks_done(case: Case, principal: Principal) -> str:
    total: int = case.tasks_all  # type: ignore[attr-defined]
    return f"{total - case.tasks_open}/{total}" if total else ""  # type: ignore[attr-defined]


def _facts(case: Case, principal: Principal) -> int:
    return int(case.facts_known)  # type: ignore[attr-defined]


tabs.add(Tab("course", "cases:course", _("Course and tasks"), place=20, count=_tasks_done))
tabs.add(Tab("facts", "cases:facts", _("What we know"), place=30, count=_facts))
tabs.add(Tab("people", "cases:people", _("People"), place=50))
