"""Roles on brands hold exactly between two instants, whatever workers do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from cases.grants import drift
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions.memberships import (
    begin_membership,
    change_membership_dates,
    end_membership,
    expire_membership,
    grant_membership,
)
from crisisdesk.core.actions.people import deactivate_person
from crisisdesk.core.errors import Denied, Invalid, NotNow
from crisisdesk.core.models import Event, Membership, MembershipTimer
from crisisdesk.core.tasks import turn_memberships
from tests.cases.build import codes, events_of
from tests.conftest import World

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def told() -> Iterator[None]:
    """Every test begins on 1 December at nine."""
    with clock.time_at(NOW):
        yield


@contextmanager
def later(by: timedelta) -> Iterator[None]:
    """The clock moves on."""
    with clock.time_at(NOW + by):
        yield


def give(world: World, code: str = "observer", **values: Any) -> Membership:
    return grant_membership(
        world.brand, world.principal("manager", fresh=True), **{"user": world.user(code), "role": "community", **values}
    )


def may_publish(world: World, code: str = "observer") -> bool:
    return world.principal(code).has(Capability.PUBLISH, world.brand)


def test_it_holds_from_the_first_instant_to_the_last_before_the_end_and_no_worker_is_needed(world: World) -> None:
    give(world, valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    moment = timedelta(microseconds=1)
    expected = {DAY - moment: False, DAY: True, 2 * DAY - moment: True, 2 * DAY: False}
    for by, holds in {timedelta(): False, **expected}.items():
        with later(by):
            assert may_publish(world) is holds, by
            held = Membership.objects.current(clock.now()).filter(user=world.user("observer"), role="community")
            assert held.exists() is holds


def test_the_desk_notes_either_end_once_and_removes_the_grants(world: World) -> None:
    held = give(world, valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    assert held.grants.count() == 3
    assert turn_memberships() == 0
    with later(DAY + timedelta(seconds=2)):
        assert turn_memberships() == 1
        assert turn_memberships() == 0
    with later(2 * DAY):
        assert [(one.membership, one.excess) for one in drift()] == [(held, ("contribute", "publish", "view"))]
        assert turn_memberships() == 1
        assert drift() == []
    began, expired = events_of(held, "membership.began"), events_of(held, "membership.expired")
    assert [event.occurred_at for event in (*began, *expired)] == [NOW + DAY, NOW + 2 * DAY]
    assert {event.actor for event in (*began, *expired)} == {"system"}
    assert [row.history_change_reason for row in held.history.all()[:2]] == [
        "core.expire_membership",
        "core.begin_membership",
    ]
    assert held.grants.count() == 0


def test_a_worker_that_died_after_the_commit_notes_nothing_twice(world: World) -> None:
    held = give(world, valid_until=NOW + DAY)
    with later(DAY):
        expire_membership(held, SYSTEM)
        before = Event.objects.count()
        assert turn_memberships() == 0
        expire_membership(held, SYSTEM)
    assert Event.objects.count() == before


def test_nothing_is_noted_before_its_time_and_by_nobody_else(world: World) -> None:
    held = give(world, valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    before = Event.objects.count()
    for verb in (begin_membership, expire_membership):
        verb(held, SYSTEM)
        with pytest.raises(Denied):
            verb(held, world.principal("manager", fresh=True))
    assert Event.objects.count() == before


def test_the_event_names_the_dates(world: World) -> None:
    (event,) = events_of(give(world, valid_until=NOW + DAY), "membership.granted")
    assert event.payload["valid_from"] == "2026-12-01T09:00:00.000000Z"
    assert event.payload["valid_until"] == "2026-12-02T09:00:00.000000Z"


@pytest.mark.parametrize(
    ("dates", "field", "said"),
    [
        ({"valid_from": NOW - DAY}, "valid_from", "lies in the past"),
        ({"valid_until": NOW}, "valid_until", "use “End a role”"),
        ({"valid_from": NOW + DAY, "valid_until": NOW + DAY}, "valid_until", "ends after it begins"),
    ],
)
def test_dates_that_cannot_be_are_refused_beside_their_field(world: World, dates: Any, field: str, said: str) -> None:
    with pytest.raises(Invalid, match=said) as refused:
        give(world, **dates)
    assert set(refused.value.errors) == {field}


def test_the_same_role_twice_in_any_part_of_the_time_is_refused_and_one_after_the_other_is_not(world: World) -> None:
    give(world, valid_from=NOW + DAY, valid_until=NOW + 3 * DAY)
    for begin, end in ((None, None), (None, 2 * DAY), (2 * DAY, 4 * DAY)):
        with pytest.raises(NotNow, match="holds the role already in a part of that time"):
            give(world, valid_from=begin and NOW + begin, valid_until=end and NOW + end)
    give(world, valid_until=NOW + DAY)
    give(world, valid_from=NOW + 3 * DAY)
    give(world, role="care")


def test_the_database_takes_no_end_before_the_beginning(world: World) -> None:
    held = give(world)
    with pytest.raises(IntegrityError, match="core_membership_ends_after_it_began"), transaction.atomic():
        Membership.objects.filter(pk=held.pk).update(valid_until=NOW - DAY)


def test_the_end_of_a_role_is_moved(world: World) -> None:
    manager = world.principal("manager", fresh=True)
    held = give(world, valid_until=NOW + DAY)
    held = change_membership_dates(held, manager, valid_until=NOW + 3 * DAY)
    with later(2 * DAY):
        assert turn_memberships() == 0
        assert may_publish(world)
        manager = world.principal("manager", fresh=True)
        held = change_membership_dates(held, manager, valid_until=None)
    with later(9 * DAY):
        assert turn_memberships() == 0
        assert may_publish(world)
    assert len(events_of(held, "membership.dates_changed")) == 2
    before = Event.objects.count()
    change_membership_dates(held, manager, valid_until=None)
    assert Event.objects.count() == before


def test_a_beginning_is_moved_while_it_lies_ahead(world: World) -> None:
    manager = world.principal("manager", fresh=True)
    held = give(world, valid_from=NOW + 5 * DAY)
    held = change_membership_dates(held, manager, valid_from=NOW + DAY, valid_until=None)
    with later(DAY):
        assert may_publish(world)
        assert turn_memberships() == 1
    with later(2 * DAY):
        manager = world.principal("manager", fresh=True)
        with pytest.raises(Invalid, match="has begun already") as refused:
            change_membership_dates(held, manager, valid_from=NOW + 3 * DAY, valid_until=None)
    assert set(refused.value.errors) == {"valid_from"}


def test_what_has_ended_stays_as_it_was(world: World) -> None:
    held = give(world, valid_until=NOW + DAY)
    with later(2 * DAY):
        manager = world.principal("manager", fresh=True)
        for verb, values in ((change_membership_dates, {"valid_until": None}), (end_membership, {})):
            with pytest.raises(NotNow) as refused:
                verb(held, manager, **values)
            assert codes(refused) == {"ended"}


def test_a_role_that_lies_ahead_is_withdrawn_and_never_held(world: World) -> None:
    held = give(world, valid_from=NOW + DAY, valid_until=NOW + 2 * DAY)
    held = end_membership(held, world.principal("manager", fresh=True), reason="Stays at home")
    assert (held.is_over(NOW), held.grants.count(), drift()) == (True, 0, [])
    for by in (DAY, 3 * DAY):
        with later(by):
            assert turn_memberships() == 0
            assert not may_publish(world)
    assert [event.kind for event in Event.objects.filter(object_id=held.uuid).order_by("pk")] == [
        "membership.granted",
        "membership.withdrawn",
    ]
    give(world, valid_from=NOW + DAY)


def test_a_beginning_nobody_noted_is_noted_even_after_the_role_was_ended(world: World) -> None:
    held = give(world, valid_from=NOW + DAY)
    with later(DAY):
        end_membership(held, SYSTEM)
        assert turn_memberships() == 1
        assert not may_publish(world)
    assert len(events_of(held, "membership.began")) == 1
    assert held.grants.count() == 0


def test_closing_an_account_ends_what_runs_and_what_lies_ahead(world: World) -> None:
    running, ahead = give(world), give(world, role="care", valid_from=NOW + DAY)
    manager = world.principal("manager", fresh=True)
    deactivate_person(world.user("observer"), manager, reason="Left")
    assert not Membership.objects.not_over(NOW).filter(user=world.user("observer")).exists()
    assert len(events_of(running, "membership.ended")) == 1
    assert len(events_of(ahead, "membership.withdrawn")) == 1
    assert drift() == []


def test_a_claimed_timer_cannot_be_finished_for_a_date_that_was_moved_meanwhile(world: World) -> None:
    held = give(world, valid_until=NOW + DAY)
    with later(DAY - timedelta(seconds=1)):
        manager = world.principal("manager", fresh=True)
    timer = held.timers.get()
    MembershipTimer.objects.filter(pk=timer.pk).update(due_at=NOW)
    (claimed,) = MembershipTimer.claim()
    with later(DAY - timedelta(seconds=1)):
        change_membership_dates(held, manager, valid_until=NOW + 9 * DAY)
    expire_membership(held, SYSTEM)
    assert claimed.finish(claimed.fence) is False
    assert list(held.timers.values_list("due_at", "done_at")) == [(NOW + 9 * DAY, None)]


def test_ending_one_of_two_roles_needs_no_look_at_the_other(world: World) -> None:
    scribe, other = give(world, role="scribe"), give(world, role="care")
    end_membership(scribe, SYSTEM)
    assert world.principal("observer").has(Capability.CONTRIBUTE, world.brand)
    end_membership(other, SYSTEM)
    assert not world.principal("observer").has(Capability.CONTRIBUTE, world.brand)
    assert world.principal("observer").has(Capability.VIEW, world.brand)


def test_grants_are_read_by_one_query(world: World, django_assert_num_queries: Any) -> None:
    give(world, role=Role.CARE)
    principal, brand = world.principal("observer"), world.brand
    with django_assert_num_queries(1):
        assert principal.has(Capability.APPROVE, brand)


def test_the_extension_the_constraint_needs_is_there(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_extension WHERE extname = 'btree_gist'")
        assert cursor.fetchone() == (1,)
