"""A fact that turns out wrong while a text waits: wherever the text stands by then, it does not leave with it."""

from datetime import timedelta

import pytest
from django.core import mail
from django.urls import reverse

from cases.actions.facts import add_fact, confirm_fact, refute_fact
from cases.models import Fact
from comms import tasks
from comms.actions.deciding import return_statement
from comms.actions.submitting import submit_statement
from comms.models import Statement, StatementVersion, Status
from comms.sending import claiming as sending
from comms.sending.actions.deliveries import retry_delivery
from comms.sending.actions.publishing import publish_statement, schedule_statement
from comms.sending.models import Delivery, DeliveryState, NewsroomPost, Stopped
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.errors import NotNow
from crisisdesk.core.models import Event
from tests.cases.build import codes
from tests.comms import build
from tests.comms.sending.build import subscriber
from tests.conftest import World

LATER = timedelta(minutes=61)


def resting(world: World, *, at_once: bool = True, embargo: bool = False) -> tuple[StatementVersion, Fact]:
    """A submitted update that rests on a confirmed fact."""
    version = build.draft(world)
    fact = add_fact(version.statement.case, world.principal("community"), text="Nikomu se nic nestalo")
    fact = confirm_fact(fact, world.principal("quality"), public_ok=True)
    version = build.edited(world, version, "community", facts=[fact])
    until = clock.now() + timedelta(minutes=60) if embargo else None
    Statement.objects.filter(pk=version.statement_id).update(publish_when_approved=at_once, embargo_until=until)
    version = StatementVersion.objects.get(pk=version.pk)
    return submit_statement(version, world.principal("community")), fact


def approved(world: World, **values: bool) -> tuple[StatementVersion, Fact]:
    version, fact = resting(world, **values)
    build.approve(world, version.request)
    return StatementVersion.objects.get(pk=version.pk), fact


def refute(world: World, fact: Fact) -> None:
    refute_fact(Fact.objects.get(pk=fact.pk), world.principal("security"))


def test_nobody_approves_it_and_it_can_still_be_returned(world: World) -> None:
    version, fact = resting(world)
    refute(world, fact)
    with pytest.raises(NotNow) as refused:
        build.approve(world, version.request)
    assert codes(refused) == {"refuted_fact"}
    drawn = world.client("comms_lead").get(reverse("comms:approval", args=[version.request.uuid])).content.decode()
    assert "refuted" in drawn
    assert 'value="approve"' not in drawn
    assert 'value="return"' in drawn
    values = {"payload_hash": version.payload_hash, "comment": "Už to neplatí"}
    return_statement(version.request, world.principal("comms_lead"), **values)


def test_nobody_publishes_it_now_or_later(world: World) -> None:
    version, fact = approved(world, at_once=False)
    refute(world, fact)
    who = world.principal("community", fresh=True)
    with pytest.raises(NotNow) as refused:
        publish_statement(version, who, payload_hash=version.payload_hash)
    assert codes(refused) == {"refuted_fact"}
    with pytest.raises(NotNow) as refused:
        schedule_statement(version, who, payload_hash=version.payload_hash, at=clock.now() + LATER)
    assert codes(refused) == {"refuted_fact"}
    assert not Delivery.objects.exists()


def test_what_is_scheduled_stays_and_a_person_decides(world: World) -> None:
    version, fact = approved(world, at_once=False)
    who = world.principal("community", fresh=True)
    schedule_statement(version, who, payload_hash=version.payload_hash, at=clock.now() + LATER)
    refute(world, fact)
    with clock.time_at(clock.now() + LATER + timedelta(minutes=1)):
        tasks.publish_what_was_scheduled()
        version.refresh_from_db()
        assert (version.state, version.status) == (StatementState.APPROVED, Status.NEEDS_ATTENTION)
    assert Event.objects.filter(kind="statement.missed", object_id=version.uuid).count() == 1
    assert not Delivery.objects.exists()


def test_the_claim_itself_asks(world: World) -> None:
    """Given to the channels with an embargo: newsroom and mail are refused when their time comes."""
    subscriber(world, "anna@example.com")
    version, fact = approved(world, embargo=True)
    assert version.state == StatementState.PUBLISHING
    refute(world, fact)
    mail.outbox.clear()
    with clock.time_at(clock.now() + LATER):
        sending.send_due()
    sent = Delivery.objects.filter(version=version, by_hand=False)
    assert {row.account.kind for row in sent} == {"newsroom", "email"}
    assert {(row.state, row.last_error) for row in sent} == {(DeliveryState.DEAD, Stopped.WRONG.value)}
    assert not NewsroomPost.objects.exists()
    assert mail.outbox == []
    assert StatementVersion.objects.get(pk=version.pk).status == Status.NEEDS_ATTENTION


def test_once_the_fact_holds_again_it_can_be_tried_again(world: World) -> None:
    version, fact = approved(world)
    refute(world, fact)
    sending.send_due()
    confirm_fact(Fact.objects.get(pk=fact.pk), world.principal("quality"), public_ok=True)
    stopped = Delivery.objects.get(version=version, account__kind="newsroom")
    assert stopped.state == DeliveryState.DEAD
    retry_delivery(stopped, world.principal("comms_lead"))
    sending.send_due()
    assert NewsroomPost.objects.filter(delivery=stopped).exists()
