"""In a closed world nobody but the case's own people is asked, told, offered a role, widened to or shown work."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from cases.actions import accept_role, call_team, decline_role, offer_role, set_confidential
from cases.actions.calling import to_be_asked
from cases.models import Case, Realm, RoleAssignment
from cases.tasks import lapse_offers
from comms.actions.deciding import return_statement
from comms.actions.quoting import who_can_be_asked
from comms.candidates import Candidates
from comms.models import ApprovalRequest, RequestStage
from comms.tasks import remind_reviews, widen_stages
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import CASE_ROLES, Role
from crisisdesk.core.errors import NotNow
from crisisdesk.core.models import Membership, Notification, User
from crisisdesk.desk import waiting
from crisisdesk.desk.overview import overview, with_assessed
from tests.cases.build import codes
from tests.comms import build
from tests.conftest import World

INSIDE = ("duty", "comms_lead")


def let_in(world: World, case: Case, code: str) -> RoleAssignment:
    """Somebody is asked by name and accepts."""
    return accept_role(
        offer_role(case, world.principal("duty"), user=world.user(code), role=code), world.principal(code)
    )


def send_back(world: World, request: ApprovalRequest) -> None:
    """The communications lead asks for changes."""
    actor, now = world.principal("comms_lead", fresh=True), ApprovalRequest.objects.get(pk=request.pk)
    return_statement(now, actor, comment="Shorter, please", payload_hash=now.payload_hash)


@pytest.fixture
def case(world: World) -> Case:
    """A confidential case that the duty officer leads; the communications lead was asked in by name."""
    hidden = build.case(world, confidential=True)
    let_in(world, hidden, "comms_lead")
    Notification.objects.all().delete()
    return hidden


def inside(world: World) -> set[User]:
    return {world.user(code) for code in INSIDE}


def outside(world: World) -> Iterator[User]:
    yield from User.objects.exclude(pk__in=[user.pk for user in inside(world)])


def told() -> set[str]:
    return {row.user.email.split("@")[0] for row in Notification.objects.select_related("user")}


def test_what_makes_a_world_closed(world: World) -> None:
    case = build.case(world)
    assert not case.closed_world
    assert Case(confidential=True).closed_world
    assert Case(realm=Realm.EXERCISE).closed_world


def test_every_read_that_finds_people(world: World, case: Case) -> None:
    request = build.submitted(world, author="duty", case=case)
    own, now = inside(world), clock.now()
    assert set(case.own_people) == own
    assert {member.user for member in case.members(now)} == own
    assert set(RoleAssignment.objects.holders(case, *CASE_ROLES)) == own
    assert set(to_be_asked(case, now).values()) <= own
    assert set(who_can_be_asked(case)) == own
    candidates = Candidates(request.version)
    found = candidates.own(CASE_ROLES) | candidates.deputies(CASE_ROLES) | candidates.executives()
    assert found == {world.user("comms_lead").pk}
    assert [candidates.asked_next(stage) for stage in request.stages.all()] == [None]
    assessed = with_assessed(Case.objects.all()).get(pk=case.pk)
    assert overview(assessed, world.principal("duty")).deputised == frozenset()


@pytest.mark.parametrize("hours", [0, 10])
def test_everything_that_shows_somebody_work(world: World, case: Case, hours: int) -> None:
    build.submitted(world, author="duty", case=case)
    build.released(world, case=case)
    with clock.time_at(clock.now() + timedelta(hours=hours)):
        for user in outside(world):
            principal = Principal.for_user(user)
            assert not RequestStage.objects.open_to(user, clock.now()).exists()
            for read in (
                waiting.offers_of, waiting.approvals_of, waiting.by_hand_of, waiting.returned_to, waiting.reviews_of,
                waiting.tasks_of, waiting.signals_of, waiting.cases_of,
            ):  # fmt: skip
                assert not read(principal).exists(), (user, read)


def test_the_team_is_not_called_from_outside(world: World, case: Case) -> None:
    with pytest.raises(NotNow) as refused:
        call_team(case, world.principal("duty"))
    assert codes(refused) == {"closed_world"}
    assert told() == set()


def test_no_deputy_is_asked_in_place_of_somebody_who_was_asked_by_name(world: World, case: Case) -> None:
    duty = world.principal("duty")
    decline_role(offer_role(case, duty, user=world.user("legal"), role="legal"), world.principal("legal"))
    offer_role(case, duty, user=world.user("spokesperson"), role="spokesperson")
    with clock.time_at(clock.now() + timedelta(days=4)):
        assert lapse_offers() >= 1
    assert not case.roles.offered().exists()
    assert told() == {"legal", "spokesperson"}


def test_somebody_who_is_inside_may_be_asked_for_another_role_they_hold(world: World, case: Case) -> None:
    held = case.roles.get(role=Role.COMMS_LEAD)
    case.roles.filter(pk=held.pk).update(role=Role.SCRIBE)
    Membership.objects.filter(user=world.user("comms_lead")).update(is_deputy=True)
    offered = offer_role(case, world.principal("duty"), user=world.user("comms_lead_deputy"), role="comms_lead")
    decline_role(offered, world.principal("comms_lead_deputy"))
    assert case.roles.offered().get().user == world.user("comms_lead")


def test_a_text_tells_nobody_outside_on_its_whole_way(world: World, case: Case) -> None:
    request = build.submitted(world, author="duty", case=case)
    build.released(world, case=case)
    with clock.time_at(clock.now() + timedelta(days=2)):
        widen_stages()
        remind_reviews()
    assert "comms.lead" in told()
    return_statement(
        request, world.principal("comms_lead", fresh=True), comment="Shorter", payload_hash=request.payload_hash
    )
    assert told() <= {"duty", "comms.lead"}


def test_who_was_in_before_the_case_was_closed_is_told_nothing_after(world: World) -> None:
    case = build.case(world)
    let_in(world, case, "comms_lead")
    let_in(world, case, "spokesperson")
    request: ApprovalRequest = build.submitted(world, author="community", case=case)
    lapse = offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    Notification.objects.all().delete()
    set_confidential(case, world.principal("duty"), confidential=True, reason="A name")
    with clock.time_at(clock.now() + timedelta(days=2)):
        widen_stages()
        lapse_offers()
    send_back(world, request)
    lapse.refresh_from_db()
    assert lapse.state == "lapsed"
    assert told() == set()


def test_in_an_open_case_they_are_asked_and_told(world: World) -> None:
    """What the tests above rely on: with the world open, the same steps reach people of the brand."""
    case = build.case(world)
    Notification.objects.all().delete()
    call_team(case, world.principal("duty"))
    offer_role(case, world.principal("duty"), user=world.user("legal"), role="legal")
    build.submitted(world, case=case)
    with clock.time_at(clock.now() + timedelta(hours=10)):
        widen_stages()
    assert {"comms.lead", "legal", "exec"} <= told()


# Memberships are read beside `Case.members` where no case is asked about, or many are (with `open_world`).
READS = {
    "cases/actions/opening.py": "the opener's own roles",
    "cases/actions/roles.py": "one's own role; whether somebody belongs to an agency, or did before its last day",
    "cases/grants.py": "every grant against every role",
    "cases/models/cases.py": "`members` itself",
    "cases/notices.py": "a signal that belongs to no case yet",
    "comms/actions/templates.py": "templates belong to a brand",
    "comms/bootstrap.py": "an administrator of the brand",
    "comms/querysets.py": "with `open_world`",
    "crisisdesk/desk/demo/people.py": "the demo's own people",
    "crisisdesk/desk/waiting.py": "with `open_world`",
}


def test_no_other_place_reads_memberships_and_each_asks_when() -> None:
    root = Path(settings.BASE_DIR)
    found: dict[str, set[str]] = {}
    for folder in ("cases", "comms", "training", "crisisdesk/desk"):
        for path in (root / folder).rglob("*.py"):
            reads = re.findall(r"Membership(?:\"\))?\.objects\.(\w+)", path.read_text(encoding="utf-8"))
            if reads:
                found[str(path.relative_to(root))] = set(reads)
    assert set(found) == set(READS)
    assert found.pop("cases/grants.py") == {"get", "not_over", "select_related"}
    assert found.pop("cases/actions/roles.py") == {"current", "over"}
    assert set.union(*found.values()) == {"current"}
