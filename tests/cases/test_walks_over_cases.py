"""Random walks over the verbs of a case: whatever people try in whatever order, the invariants hold."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases import actions
from cases.grants import drift
from cases.models import Case, Clock, RoleState
from cases.states import OPEN_CASE
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.errors import DomainError
from crisisdesk.core.models import Event
from tests.cases.build import CRITICAL, ELEVATED, SERIOUS, signal
from tests.conftest import World

Verb = Callable[[Case, Principal], Any]


def on_first(rows: str, verb: Any, **values: Any) -> Verb:
    """The verb on the first row of a relation of the case, if there is one."""

    def run(case: Case, principal: Principal) -> Any:
        row = getattr(case, rows).order_by("pk").first()
        return verb(row, principal, **values) if row is not None else None

    return run


def offer(case: Case, principal: Principal) -> Any:
    return actions.offer_role(case, principal, user=principal.user, role="crisis_lead")


VERBS: dict[str, Verb] = {
    "assess 1": lambda case, who: actions.assess_severity(case, who, **CRITICAL),
    "assess 2": lambda case, who: actions.assess_severity(case, who, **SERIOUS),
    "assess 3": lambda case, who: actions.assess_severity(case, who, **ELEVATED),
    "lead": offer,
    "call": actions.call_team,
    "activate": actions.activate_case,
    "watch": lambda case, who: actions.watch_case(case, who, wake_at=clock.now() + timedelta(hours=1)),
    "dismiss": lambda case, who: actions.dismiss_case(case, who, reason="Nothing behind it"),
    "waive": lambda case, who: actions.waive_statement(case, who, why="One customer"),
    "contain": actions.contain_case,
    "relapse": lambda case, who: actions.relapse_case(case, who, reason="A second video"),
    "resolve": actions.resolve_case,
    "review": actions.start_review,
    "close": lambda case, who: actions.close_case(case, who, review="We were late"),
    "reopen": lambda case, who: actions.reopen_case(case, who, reason="New facts"),
    "hide": lambda case, who: actions.set_confidential(case, who, confidential=True, reason="A name"),
    "show": lambda case, who: actions.set_confidential(case, who, confidential=False, reason="Public now"),
    "accept": on_first("roles", actions.accept_role),
    "decline": on_first("roles", actions.decline_role),
    "withdraw": on_first("roles", actions.withdraw_offer),
    "end": on_first("roles", actions.end_role, reason="Shift is over"),
    "finish": on_first("tasks", actions.finish_task),
    "skip": on_first("tasks", actions.skip_task, reason="Not needed"),
    "tick off": on_first("clocks", actions.tick_off_clock, note="Done"),
    "fact": lambda case, who: actions.add_fact(case, who, text="The video is real"),
    "confirm": on_first("facts", actions.confirm_fact),
    "refute": on_first("facts", actions.refute_fact),
    "note": lambda case, who: actions.add_note(case, who, text="A call"),
}
PEOPLE = ("duty", "crisis_lead", "comms_lead", "legal", "manager", "observer", "outsider")
walks = st.lists(st.tuples(st.sampled_from(sorted(VERBS)), st.sampled_from(PEOPLE)), min_size=5, max_size=25)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=walks)
def test_invariants(world: World, walk: list[tuple[str, str]]) -> None:
    case = actions.open_case(signal(world), world.principal("duty"))
    broken: dict[int, Any] = {}
    for name, who in walk:
        case = Case.objects.get(pk=case.pk)
        before = Event.objects.count()
        try:
            VERBS[name](case, world.principal(who))
        except DomainError:
            assert Event.objects.count() == before, name
        for each in Clock.objects.filter(case=case):
            if each.pk % 3 == 0 and each.is_running:
                actions.breach_clock(each, SYSTEM)
        check(case, broken)


def check(case: Case, broken: dict[int, Any]) -> None:
    case.refresh_from_db()
    assert drift() == []
    running = list(case.clocks.running().values_list("code", "subject"))
    assert len(running) == len(set(running))
    for each in case.clocks.all():
        assert broken.setdefault(each.pk, each.breached_at) in (None, each.breached_at)
        broken[each.pk] = each.breached_at
    leads = case.roles.filter(role="crisis_lead", state__in=(RoleState.OFFERED, RoleState.ACCEPTED)).count()
    assert leads <= 1
    if case.state not in OPEN_CASE:
        assert not case.clocks.running().exists()
        assert not case.roles.offered().exists()
    if case.activated_at:
        assert case.policy_snapshot
        assert case.assessments.exists()
