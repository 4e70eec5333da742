"""Withdrawing: one person of communications, at once, final, honest about what cannot be taken back."""

from typing import Any

import pytest

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.actions.deliveries import retry_delivery
from comms.sending.actions.withdrawal import LONGEST_NOTE, withdraw_statement
from comms.sending.models import Delivery, DeliveryState, NewsroomPost, Operation, Withdrawal
from comms.states import StatementState
from crisisdesk.core.access.roles import COMMUNICATION_ROLES
from crisisdesk.core.errors import Denied, DomainError, Invalid, NotNow
from crisisdesk.core.models import Event
from tests.comms import build as texts
from tests.comms.sending import build
from tests.comms.sending.build import Mailbox
from tests.conftest import World


def withdraw(world: World, version: StatementVersion, by: str = "spokesperson", **values: Any) -> list[Withdrawal]:
    given = {"reason": "The batch number is wrong", "notes": {"cs": "Text jsme stáhli, číslo šarže bylo chybné."}}
    return withdraw_statement(version.statement, world.principal(by), **{**given, **values})


@pytest.mark.parametrize("role", sorted(COMMUNICATION_ROLES))
def test_anybody_of_communications_alone_without_approval(world: World, role: str) -> None:
    version = build.released(world)
    sending.send_due()
    withdraw(world, version, by=role)
    version.refresh_from_db()
    assert version.state == StatementState.RETRACTED


@pytest.mark.parametrize("persona", ["legal", "exec", "care", "scribe", "agency", "marketing", "observer"])
def test_nobody_else(world: World, persona: str) -> None:
    version = build.released(world)
    with pytest.raises(Denied):
        withdraw(world, version, by=persona)


def test_the_newsroom_shows_the_notice_in_the_texts_place(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    taken = withdraw(world, version)[0]
    post = NewsroomPost.objects.get()
    assert post.withdrawn_at == taken.at
    assert post.public_note == "Text jsme stáhli, číslo šarže bylo chybné."
    event = Event.objects.get(kind="statement.withdrawn")
    assert event.entry is not None
    assert event.entry.text == "The batch number is wrong"
    assert "batch" not in event.canonical


def test_what_was_posted_by_hand_is_put_before_people_to_delete(world: World) -> None:
    version = build.released(world)
    posted = build.delivery(version, "facebook")
    tick_delivery(posted, world.principal("community"), url="https://www.facebook.com/zrnko/posts/1")
    withdraw(world, version)
    removal = Delivery.objects.get(operation=Operation.DELETE)
    assert (removal.of, removal.remote_url) == (posted, "https://www.facebook.com/zrnko/posts/1")
    assert removal.by_hand
    done = tick_delivery(removal, world.principal("duty"))
    assert done.state == DeliveryState.SENT
    assert Event.objects.filter(kind="delivery.removed").count() == 1
    assert build.delivery(version, "x").state == DeliveryState.DEAD


def test_what_has_not_left_stays(world: World, mailbox: Mailbox) -> None:
    build.subscriber(world, "adam@reader.example")
    version = build.released(world)
    withdraw(world, version)
    build.send_all()
    assert not mailbox.mails
    assert not NewsroomPost.objects.exists()
    assert set(version.deliveries.values_list("state", flat=True)) == {DeliveryState.DEAD}


def test_a_worker_that_holds_it_lets_go(world: World) -> None:
    version = build.released(world)
    attempt = sending.claim()
    assert attempt is not None
    withdraw(world, version)
    attempt.carry_out()
    assert not NewsroomPost.objects.exists()
    assert Delivery.objects.get(pk=attempt.delivery.pk).state == DeliveryState.DEAD


def test_it_is_final(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    withdraw(world, version)
    with pytest.raises(NotNow):
        withdraw(world, version)
    row = build.delivery(version, "facebook")
    with pytest.raises(NotNow):
        retry_delivery(row, world.principal("community"))
    with pytest.raises(NotNow):
        tick_delivery(row, world.principal("community"))


def test_one_language_can_be_withdrawn_alone(world: World) -> None:
    version = build.released(world)
    with pytest.raises(Invalid):
        withdraw(world, version, languages=["en"])
    assert len(withdraw(world, version, languages=["cs"])) == 1


@pytest.mark.parametrize("values", [{"reason": "  "}, {"reason": ""}, {"notes": {"cs": "x" * (LONGEST_NOTE + 1)}}])
def test_a_reason_is_needed_and_a_note_has_an_end(world: World, values: dict[str, Any]) -> None:
    version = build.released(world)
    with pytest.raises(Invalid):
        withdraw(world, version, **values)


def test_a_draft_is_not_withdrawn(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        withdraw(world, texts.draft(world))
    assert refused.value.unmet[0].code == "nothing_out"


def test_a_refused_withdrawal_changes_nothing(world: World) -> None:
    version = build.released(world)
    before = Event.objects.count()
    with pytest.raises(DomainError):
        withdraw(world, version, by="legal")
    assert Event.objects.count() == before
    assert not Withdrawal.objects.exists()


@pytest.mark.parametrize("note", ["Chyba\x0b", "\ufffe", "\ud800"])
def test_a_public_note_holds_nothing_that_breaks_the_feeds(world: World, note: str) -> None:
    version = build.released(world)
    sending.send_due()
    with pytest.raises(Invalid) as refused:
        withdraw(world, version, notes={"cs": note})
    assert set(refused.value.errors) <= {"notes", "notes.cs"}
    assert not Withdrawal.objects.exists()


def test_a_public_note_is_kept_in_its_normal_form(world: World) -> None:
    (taken,) = withdraw(world, build.released(world), notes={"cs": "  C\u030cástecně chybně.  \r\nOpravíme. "})
    assert taken.public_note == "\u010cástecně chybně.\nOpravíme."
