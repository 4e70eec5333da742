"""The log: sealed in order under concurrency, refused to everybody, every tampering found."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, connection, connections, transaction

from crisisdesk.core import clock
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.actions.people import change_brand, deactivate_person
from crisisdesk.core.log.audit import verify
from crisisdesk.core.models import Chain, Entry, Event, EventSeal
from tests.conftest import World
from tests.database import owner_connection


def test_event_is_sealed_at_commit(world: World, sealed: Callable[[], None]) -> None:
    before = Chain.objects.get(pk=1).head_seq
    change_brand(world.brand, world.principal("manager"), phone="800 123 456")
    sealed()
    event = Event.objects.latest("pk")
    assert (event.kind, event.actor, event.seal.seq) == ("brand.changed", world.principal("manager").label, before + 1)
    assert list(verify()) == []


def test_payload_takes_no_prose(world: World) -> None:
    from crisisdesk.core.log.events import check_payload

    with pytest.raises(ValueError, match="prose"):
        check_payload("brand.changed", {"text": "x" * 500})
    with pytest.raises(TypeError):
        check_payload("brand.changed", {"text": {"a": 1}})


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_event SET kind = 'x'",
        "DELETE FROM core_event",
        "UPDATE core_eventseal SET seq = seq + 1",
        "DELETE FROM core_eventseal",
        "INSERT INTO core_eventseal (event_id, chain_id, seq, prev, hash) VALUES (1, 1, 999, '', 'x')",
        "UPDATE core_chain SET head_seq = 0",
        "TRUNCATE core_event CASCADE",
        "ALTER TABLE core_event DISABLE TRIGGER ALL",
        "DELETE FROM core_entry",
    ],
)
def test_the_application_cannot_touch_the_log(world: World, sealed: Callable[[], None], statement: str) -> None:
    deactivate_person(world.user("hr"), world.principal("manager", fresh=True), reason="Odchod z firmy")
    sealed()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_entry_is_blanked_and_never_rewritten(world: World) -> None:
    deactivate_person(world.user("hr"), world.principal("manager", fresh=True), reason="Odchod z firmy")
    entry = Entry.objects.get(text="Odchod z firmy")
    entry.text = "Vyhozena"
    with pytest.raises(DatabaseError), transaction.atomic():
        entry.save()
    entry.text, entry.blanked_at = "", clock.now()
    entry.save()
    assert "entry" not in {finding.code for finding in verify()}


def _attack(database: str, *statements: str) -> None:
    with owner_connection(database) as owner:
        for table in ("core_event", "core_eventseal", "core_chain"):
            owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner.execute(statement)


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE core_event SET canonical = replace(canonical, 'brand', 'braid') WHERE id > 20", "hash"),
        ("UPDATE core_event SET kind = 'brand.sold' WHERE id = (SELECT max(id) FROM core_event)", "row"),
        ("DELETE FROM core_eventseal WHERE seq = 2 AND chain_id = 1", "unsealed"),
        ("UPDATE core_eventseal SET prev = 'x' WHERE seq = 3 AND chain_id = 1", "order"),
        ("UPDATE core_chain SET head_seq = head_seq + 1 WHERE id = 1", "head"),
    ],
)  # fmt: skip
def test_every_tampering_is_found(committed_db: str, world: World, attack: str, code: str) -> None:
    change_brand(world.brand, world.principal("manager"), phone="800 123 456")
    assert list(verify()) == []
    _attack(committed_db, attack)
    assert code in {finding.code for finding in verify()}


@pytest.mark.slow
def test_sealing_under_concurrency(committed_db: str, world: World) -> None:
    """Forty writers on one chain: no gap, no fork, no deadlock."""
    brand, before = world.brand, Chain.objects.get(pk=1).head_seq

    def write(number: int) -> None:
        try:
            change_brand(brand, world.principal("manager"), phone=f"800 {number:06}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    assert Chain.objects.get(pk=1).head_seq == before + 40
    assert EventSeal.objects.filter(chain_id=1).count() == before + 40
    assert list(verify()) == []


def test_refused_verb_leaves_nothing(world: World) -> None:
    from crisisdesk.core.errors import DomainError

    before = (Event.objects.count(), world.brand.history.count())
    with pytest.raises(DomainError):
        grant_membership(world.brand, world.principal("legal"), user=world.user("legal"), role="duty")
    assert (Event.objects.count(), world.brand.history.count()) == before
