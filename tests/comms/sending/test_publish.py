"""The verbs that give an approved text to its channels: now, later, or not any more."""

from datetime import timedelta

import pytest

from cases.models import Case
from cases.states import CaseState
from comms import tasks
from comms.models import Statement, StatementVersion
from comms.sending.actions.publishing import (
    LATEST,
    publish_scheduled,
    publish_statement,
    schedule_statement,
    unschedule_statement,
)
from comms.sending.models import Account, Delivery
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import Denied, Invalid, NotFresh, NotNow, Stale
from crisisdesk.core.models import Event, Notification
from tests.comms import build
from tests.conftest import World


def publish(world: World, version: StatementVersion, by: str = "community", **values: object) -> StatementVersion:
    given = {"payload_hash": version.payload_hash, **values}
    return publish_statement(version, world.principal(by, fresh=True), **given)


def schedule(world: World, version: StatementVersion, *, minutes: int = 60) -> StatementVersion:
    at = clock.now() + timedelta(minutes=minutes)
    who = world.principal("comms_lead", fresh=True)
    return schedule_statement(version, who, payload_hash=version.payload_hash, at=at)


def test_publishing_gives_the_version_to_its_channels(world: World) -> None:
    version = publish(world, build.approved(world))
    assert version.state == StatementState.PUBLISHING
    assert version.deliveries.count() == len(version.channels)
    assert Event.objects.filter(kind="statement.sent_out", object_id=version.uuid).count() == 1


def test_the_same_person_publishing_twice_publishes_once_and_somebody_else_is_told(world: World) -> None:
    version = publish(world, build.approved(world))
    publish(world, version)
    with pytest.raises(NotNow):
        publish(world, version, by="duty")
    assert Event.objects.filter(kind="statement.sent_out").count() == 1


def test_another_text_than_the_one_read_is_refused(world: World) -> None:
    version = build.approved(world)
    with pytest.raises(Stale) as refused:
        publish(world, version, payload_hash="0" * 64)
    assert refused.value.details["current_hash"] == version.payload_hash
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("persona", ["legal", "scribe", "agency", "crisis_lead", "spokesperson"])
def test_who_may_not_publish_is_refused(world: World, persona: str) -> None:
    with pytest.raises(Denied):
        publish(world, build.approved(world), by=persona)


def test_publishing_asks_for_a_fresh_sign_in(world: World) -> None:
    version = build.approved(world)
    with pytest.raises(NotFresh):
        publish_statement(version, world.principal("community"), payload_hash=version.payload_hash)


@pytest.mark.parametrize("state", ["draft", "in_approval"])
def test_what_is_not_approved_is_not_published(world: World, state: str) -> None:
    version = build.draft(world) if state == "draft" else build.submitted(world).version
    with pytest.raises(NotNow):
        publish(world, version, payload_hash=version.payload_hash or "0" * 64)
    assert not Delivery.objects.exists()


def test_without_an_open_channel_nothing_is_published(world: World) -> None:
    version = build.approved(world)
    Account.objects.update(active=False)
    with pytest.raises(NotNow) as refused:
        publish(world, version)
    assert refused.value.unmet[0].code == "no_channel"
    version.refresh_from_db()
    assert version.state == StatementState.APPROVED


def test_a_channel_that_speaks_another_language_gets_nothing(world: World) -> None:
    version = build.approved(world)
    Account.objects.filter(code="x").update(languages=["en"])
    publish(world, version)
    assert not version.deliveries.filter(account__code="x").exists()


def test_a_long_text_becomes_several_posts_where_the_network_knows_threads(world: World) -> None:
    text = "Víme o tom a zjišťujeme, co se stalo. " * 14
    version = publish(world, build.approved(world, text=text))
    parts = list(version.deliveries.filter(account__code="x").order_by("part"))
    assert [(row.part, row.parts) for row in parts] == [(1, 2), (2, 2)]
    assert " ".join(row.text for row in parts) == version.master.text
    assert version.deliveries.filter(account__code="facebook").count() == 1


def test_later_means_at_that_time_and_not_before(world: World) -> None:
    version = schedule(world, build.approved(world))
    assert version.state == StatementState.SCHEDULED
    assert tasks.publish_what_was_scheduled() == 0
    assert publish_scheduled(version, SYSTEM).state == StatementState.SCHEDULED
    with clock.time_at(clock.now() + timedelta(minutes=61)):
        assert tasks.publish_what_was_scheduled() == 1
    version.refresh_from_db()
    assert version.state == StatementState.PUBLISHING
    assert version.deliveries.exists()


def test_a_time_in_the_past_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        schedule(world, build.approved(world), minutes=-1)
    assert "at" in refused.value.errors


def test_what_could_not_leave_at_its_time_waits_for_a_person(world: World) -> None:
    version = schedule(world, build.approved(world))
    with clock.time_at(clock.now() + timedelta(minutes=61) + LATEST):
        tasks.publish_what_was_scheduled()
    version.refresh_from_db()
    assert version.state == StatementState.APPROVED
    assert not version.deliveries.exists()
    assert Event.objects.filter(kind="statement.missed", object_id=version.uuid).count() == 1


def test_a_scheduled_text_without_a_channel_is_missed_too(world: World) -> None:
    version = schedule(world, build.approved(world))
    Account.objects.update(active=False)
    with clock.time_at(clock.now() + timedelta(minutes=61)):
        tasks.publish_what_was_scheduled()
    assert Event.objects.filter(kind="statement.missed", object_id=version.uuid).count() == 1


def test_taking_it_out_of_the_calendar_keeps_the_approval(world: World) -> None:
    version = unschedule_statement(schedule(world, build.approved(world)), world.principal("community"))
    assert version.state == StatementState.APPROVED
    assert Statement.objects.get(pk=version.statement_id).scheduled_at is None


def test_people_do_not_do_what_the_desk_does(world: World) -> None:
    version = schedule(world, build.approved(world))
    with clock.time_at(clock.now() + timedelta(minutes=61)), pytest.raises(Denied):
        publish_scheduled(version, world.principal("community"))


def test_who_may_publish_and_who_wrote_it_hear_of_a_missed_time(world: World) -> None:
    version = schedule(world, build.approved(world))
    Account.objects.update(active=False)
    with clock.time_at(clock.now() + timedelta(minutes=61)):
        tasks.publish_what_was_scheduled()
    told = Notification.objects.filter(kind="statement.missed", object_id=version.uuid)
    people = set(told.values_list("user__email", flat=True))
    assert {world.user("duty").email, *version.contributors.values_list("user__email", flat=True)} <= people
    assert world.user("legal").email not in people


def test_what_was_scheduled_in_a_case_that_ended_does_not_leave(world: World) -> None:
    version = schedule(world, build.approved(world))
    Case.objects.filter(pk=version.statement.case_id).update(state=CaseState.DISMISSED)
    with clock.time_at(clock.now() + timedelta(minutes=61)):
        tasks.publish_what_was_scheduled()
    version.refresh_from_db()
    assert version.state == StatementState.APPROVED
    assert not version.deliveries.exists()
