"""One claim, clearance in its transaction, leases with fences, and what becomes of every kind of answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending import clearance
from comms.sending.channels.newsroom import NewsroomChannel
from comms.sending.models import Aggregate, Delivery, DeliveryAttempt, DeliveryState, NewsroomPost, Outcome, aggregate
from crisisdesk.core import clock
from crisisdesk.core.models import Event
from tests.comms.sending import build
from tests.conftest import World

S = DeliveryState


def fetched(version: StatementVersion, code: str = "newsroom") -> Delivery:
    return build.delivery(version, code)


def test_what_is_released_reaches_the_newsroom_once_and_unchanged(world: World) -> None:
    version = build.released(world)
    sending.send_due()
    sent = fetched(version)
    post = NewsroomPost.objects.get(delivery=sent)
    assert (sent.state, sent.remote_id) == (S.SENT, str(post.uuid))
    assert (post.text, post.headline, post.payload_hash) == (build.TEXT, build.TITLE, version.payload_hash)
    version.refresh_from_db()
    assert version.published_at == sent.done_at
    assert [attempt.outcome for attempt in sent.attempts_made.all()] == [Outcome.SENT]
    kinds = list(Event.objects.filter(object_type__startswith="comms").values_list("kind", flat=True))
    assert kinds.count("statement.published") == 1
    assert "delivery.sent" in kinds
    assert sending.send_due() == 0
    assert NewsroomPost.objects.count() == 1


def test_every_account_has_its_row_and_hands_wait_for_people(world: World) -> None:
    version = build.released(world)
    rows = {row.account.code: row for row in version.deliveries.all()}
    assert {"newsroom", "email", "facebook", "instagram", "x", "linkedin", "source", "shops", "hotline"} == set(rows)
    build.send_all()
    hand = Delivery.objects.filter(version=version, by_hand=True)
    assert set(hand.values_list("state", flat=True)) == {S.PENDING}
    assert aggregate(version.deliveries.all()) == Aggregate.PUBLISHED


def test_a_changed_row_of_the_outbox_is_refused_by_the_database(world: World) -> None:
    row = fetched(build.released(world))
    for change in ({"text": "Anything"}, {"payload_hash": "0" * 64}, {"headline": "x"}, {"language": "en"}):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            Delivery.objects.filter(pk=row.pk).update(**change)


def test_a_row_with_another_hash_than_its_version_cannot_be_made(world: World) -> None:
    row = fetched(build.released(world))
    row.pk, row.uuid, row.part, row.idempotency_key = None, "6b0f1c1e-5f68-4c1a-9a53-6a9be2c0a001", 7, "other"
    row.payload_hash = "0" * 64
    with pytest.raises(IntegrityError, match="approved text"), transaction.atomic():
        row.save(force_insert=True)


def test_the_database_lets_nobody_claim_what_is_not_released(world: World) -> None:
    version = build.released(world)
    StatementVersion.objects.filter(pk=version.pk).update(state="retracted")
    with pytest.raises(IntegrityError, match="nobody allowed"), transaction.atomic():
        Delivery.objects.filter(version=version, account__code="newsroom").update(state=S.CLAIMED)


def test_the_second_attempt_at_the_same_thing_is_refused(world: World) -> None:
    row = fetched(build.released(world))
    row.pk, row.uuid, row.idempotency_key = None, "6b0f1c1e-5f68-4c1a-9a53-6a9be2c0a002", "other"
    with pytest.raises(IntegrityError, match="comms_delivery_once"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize("code", ["not_approved", "other_text", "not_released", "exercise"])
def test_what_is_not_cleared_is_not_sent(world: World, monkeypatch: Any, code: str) -> None:
    version = build.released(world)
    monkeypatch.setattr(sending, "refusal", lambda delivery: code)
    build.send_all()
    row = fetched(version)
    assert (row.state, row.last_error) == (S.DEAD, code)
    assert row.attempts_made.get().outcome == Outcome.UNAUTHORISED
    assert not NewsroomPost.objects.exists()
    assert Event.objects.filter(kind="delivery.dead", payload__outcome="unauthorised").count() == 2


def test_clearance_looks_at_the_text_the_approval_and_the_state(world: World, monkeypatch: Any) -> None:
    version = build.released(world)
    row = fetched(version)
    assert clearance.refusal(row) == ""
    row.text = "Something else"
    assert clearance.refusal(row) == "other_text"
    row = fetched(version)
    row.payload_hash = "0" * 64
    assert clearance.refusal(row) == "not_approved"
    row = fetched(version)
    monkeypatch.setattr(type(version), "computed_hash", lambda self: "0" * 64)
    assert clearance.refusal(row) == "not_approved"
    row = fetched(version)
    row.version.state = "approved"
    assert clearance.refusal(row) == "not_released"
    row = fetched(version)
    row.version.statement.case.realm = "exercise"
    assert clearance.refusal(row) == "exercise"


def test_nothing_leaves_before_the_embargo(world: World) -> None:
    until = clock.now() + timedelta(hours=1)
    version = build.released(world, embargo_until=until)
    assert fetched(version).due_at == until
    assert sending.send_due() == 0
    build.make_due()
    assert clearance.refusal(fetched(version)) == "embargo"
    sending.send_due()
    row = fetched(version)
    assert (row.state, row.due_at) == (S.PENDING, until)
    assert not NewsroomPost.objects.exists()
    with clock.time_at(until + timedelta(seconds=1)):
        sending.send_due()
    assert fetched(version).state == S.SENT


def test_a_worker_that_died_after_the_post_leaves_one_post(world: World) -> None:
    version = build.released(world)
    attempt = sending.claim()
    assert attempt is not None
    attempt.channel.publish(attempt.delivery)
    build.let_leases_lapse()
    build.send_all()
    row = fetched(version)
    assert row.state == S.SENT
    assert [attempt.outcome for attempt in row.attempts_made.all()] == [Outcome.UNKNOWN, Outcome.FOUND]
    assert NewsroomPost.objects.filter(delivery=row).count() == 1


def test_a_worker_that_died_before_the_post_is_made_up_for(world: World) -> None:
    version = build.released(world)
    sending.claim()
    build.let_leases_lapse()
    build.send_all()
    row = fetched(version)
    assert [attempt.outcome for attempt in row.attempts_made.all()] == [Outcome.UNKNOWN, Outcome.ABSENT, Outcome.SENT]
    assert NewsroomPost.objects.filter(delivery=row).count() == 1


def test_a_worker_that_overslept_its_lease_lets_go(world: World) -> None:
    version = build.released(world)
    slow = sending.claim()
    assert slow is not None
    build.let_leases_lapse()
    build.send_all()
    slow.carry_out()
    row = fetched(version)
    assert row.state == S.SENT
    assert NewsroomPost.objects.filter(delivery=row).count() == 1
    assert row.attempts_made.filter(outcome=Outcome.SENT).count() == 1


def test_an_unexpected_failure_is_looked_into_before_anything_is_sent_again(world: World, monkeypatch: Any) -> None:
    version = build.released(world)

    def fails(self: Any, delivery: Delivery) -> Any:
        raise RuntimeError("out of memory")

    monkeypatch.setattr(NewsroomChannel, "publish", fails)
    sending.send_due()
    row = fetched(version)
    assert (row.state, row.waits_for_decision) == (S.UNCONFIRMED, False)
    monkeypatch.undo()
    build.send_all()
    row = fetched(version)
    assert row.state == S.SENT
    assert [attempt.outcome for attempt in row.attempts_made.all()] == [Outcome.UNKNOWN, Outcome.ABSENT, Outcome.SENT]


def test_one_failing_delivery_does_not_hold_up_the_others(world: World, monkeypatch: Any) -> None:
    first, second = build.released(world), build.released(world)
    broken = fetched(first).pk
    real = sending.Attempt.carry_out

    def carry_out(self: sending.Attempt) -> None:
        if self.delivery.pk == broken:
            raise RuntimeError("broken")
        real(self)

    monkeypatch.setattr(sending.Attempt, "carry_out", carry_out)
    sending.send_due()
    assert fetched(second).state == S.SENT


def test_attempts_are_written_once(world: World) -> None:
    build.released(world)
    sending.send_due()
    attempt = DeliveryAttempt.objects.first()
    assert attempt is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        DeliveryAttempt.objects.filter(pk=attempt.pk).update(answer="x")
    with pytest.raises(DatabaseError), transaction.atomic():
        attempt.delete()


def test_a_post_never_changes(world: World) -> None:
    build.released(world)
    sending.send_due()
    for change in ({"text": "x"}, {"published_at": clock.now()}, {"language": "en"}):
        with pytest.raises(IntegrityError, match="final"), transaction.atomic():
            NewsroomPost.objects.update(**change)
    with pytest.raises(IntegrityError, match="final"), transaction.atomic():
        NewsroomPost.objects.all().delete()
