"""Checking the log: gapless, in order, each event as it was sealed."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from crisisdesk.core.log import events
from crisisdesk.core.models import Chain, Entry, Event, EventSeal


@dataclass(frozen=True)
class Finding:
    """Something that does not fit. `chain` is the chain's uuid, `seq` the place where it was noticed."""

    chain: str
    seq: int
    code: str
    detail: str


def verify() -> Iterator[Finding]:
    """Walk every chain from its first event and yield what does not fit.

    Proves that no sealed event was changed, removed or moved without rewriting every later seal of its chain and its
    head. It cannot prove that somebody with the owner's rights did not rewrite a whole chain; signed checkpoints kept
    elsewhere are what shows that.
    """
    unsealed = Event.objects.filter(seal=None).values_list("chain__uuid", "uuid")
    for chain_uuid, event_uuid in unsealed.iterator():
        yield Finding(str(chain_uuid), 0, "unsealed", f"event {event_uuid} has no seal")
    for chain in Chain.objects.order_by("pk").iterator():
        yield from _verify_chain(chain)
    yield from _verify_entries()


def _verify_chain(chain: Chain) -> Iterator[Finding]:
    expected, prev = 1, ""
    seals = EventSeal.objects.filter(chain=chain).order_by("seq").select_related("event")
    for seal in seals.iterator(chunk_size=5000):
        if seal.seq != expected:
            yield Finding(str(chain.uuid), seal.seq, "gap", f"expected {expected}")
            expected = seal.seq
        if seal.prev != prev:
            yield Finding(str(chain.uuid), seal.seq, "order", "does not continue the event before it")
        sealed = hashlib.sha256(f"{seal.prev}\n{seal.event.canonical}".encode()).hexdigest()
        if sealed != seal.hash:
            yield Finding(str(chain.uuid), seal.seq, "hash", f"event {seal.event.uuid} is not what was sealed")
        if seal.event.chain_id != chain.pk or not _row_fits(seal.event, chain):
            yield Finding(str(chain.uuid), seal.seq, "row", f"the columns of event {seal.event.uuid} were changed")
        expected, prev = expected + 1, seal.hash
    if (chain.head_seq, chain.head_hash) != (expected - 1, prev):
        yield Finding(str(chain.uuid), chain.head_seq, "head", "the head is not the last sealed event")


def _row_fits(event: Event, chain: Chain) -> bool:
    try:
        written = json.loads(event.canonical)
        return bool(written == json.loads(events.canonical(event, chain.uuid)))
    except ValueError:
        return False


def _verify_entries() -> Iterator[Finding]:
    for entry in Entry.objects.filter(blanked_at=None).select_related("chain").iterator(chunk_size=2000):
        if events.sha256(events.canonical_json([entry.kind, entry.text, entry.data])) != entry.sha256:
            yield Finding(str(entry.chain.uuid), 0, "entry", f"entry {entry.uuid} was rewritten")
