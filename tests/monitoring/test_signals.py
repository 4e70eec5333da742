"""Mentions becoming signals: chosen by people, by trigger term, or because every item of a source does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions import dismiss_signal
from cases.models import SignalOrigin, SignalState
from cases.monitoring.actions import attach_mentions, create_source, push_mentions, raise_signal_from_mentions
from cases.monitoring.actions.polling import Look, take_in
from cases.monitoring.actions.raising import MOST_SIGNALS
from cases.monitoring.feeds import read
from cases.monitoring.models import EvidenceReason, Mention, SignalEvidence, Source, SourceKind
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.monitoring.conftest import signals, state_of
from tests.monitoring.feed_server import atom, entry

Push = Callable[..., list[Mention]]


def watching(world: World, **settings: object) -> Source:
    """A source that takes pushes, looked at before."""
    manager = world.principal("manager")
    source = create_source(world.brand, manager, kind=SourceKind.PUSH, name="Hlídání", **settings)
    send(world, source, "Úvodní zmínka o ničem")
    return source


def send(world: World, source: Source, *texts: str, **values: object) -> None:
    rows = [{"external_id": text, "title": text, **values} for text in texts]
    push_mentions(source, world.principal("service", via="api"), mentions=rows)


# --- chosen by people -------------------------------------------------------------------------------------------------


def test_several_mentions_become_one_signal(world: World, push: Push) -> None:
    mentions = push("První", "Druhá")
    signal = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=mentions)
    assert signal.title == "První"
    assert signal.origin == SignalOrigin.API
    assert signal.state == SignalState.NEW
    evidence = SignalEvidence.objects.of(signal)
    assert [(row.mention, row.reason) for row in evidence] == [(each, EvidenceReason.CHOSEN) for each in mentions]
    assert {row.added_by for row in evidence} == {world.user("community")}
    assert Event.objects.filter(kind="evidence.added", object_id=signal.uuid).exists()


def test_a_title_of_ones_own(world: World, push: Push) -> None:
    signal = raise_signal_from_mentions(
        world.brand, world.principal("community"), mentions=push("První"), title="  Plíseň  ", severity=1
    )
    assert (signal.title, signal.severity) == ("Plíseň", 1)


def test_the_same_mentions_again_give_the_standing_signal(world: World, push: Push) -> None:
    mentions = push("První", "Druhá")
    first = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=mentions)
    events = Event.objects.count()
    again = raise_signal_from_mentions(world.brand, world.principal("care"), mentions=mentions[:1])
    assert again == first
    assert Event.objects.count() == events


def test_after_a_dismissal_the_same_mentions_raise_anew(world: World, push: Push) -> None:
    mentions = push("První")
    first = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=mentions)
    dismiss_signal(first, world.principal("duty"), reason="omyl")
    assert raise_signal_from_mentions(world.brand, world.principal("community"), mentions=mentions) != first


@pytest.mark.parametrize("persona", ["observer"])
def test_raising_needs_the_right_to_contribute(world: World, push: Push, persona: str) -> None:
    with pytest.raises(Denied):
        raise_signal_from_mentions(world.brand, world.principal(persona), mentions=push("První"))


def test_nobody_raises_from_what_they_do_not_see(world: World, push: Push) -> None:
    with pytest.raises(Missing):
        raise_signal_from_mentions(world.other_brand, world.principal("outsider"), mentions=push("První"))


def test_mentions_of_two_brands_make_no_signal(world: World, push: Push) -> None:
    manager = world.principal("manager")
    other = create_source(world.other_brand, manager, kind=SourceKind.PUSH, name="Jiný")
    rows = [{"external_id": "1", "title": "Jinde"}]
    elsewhere = push_mentions(other, world.principal("outsider"), mentions=rows).stored
    with pytest.raises(Invalid, match="one brand"):
        raise_signal_from_mentions(world.brand, manager_who_contributes(world), mentions=[*push("Tady"), *elsewhere])


def manager_who_contributes(world: World):  # type: ignore[no-untyped-def]
    from crisisdesk.core.access.principals import SYSTEM

    return SYSTEM


def test_nothing_chosen(world: World) -> None:
    with pytest.raises(Invalid, match="at least one"):
        raise_signal_from_mentions(world.brand, world.principal("community"), mentions=[])


def test_mentions_join_a_signal_that_waits(world: World, push: Push) -> None:
    first, second = push("První", "Druhá")
    signal = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=[first])
    attach_mentions(signal, world.principal("care"), mentions=[first, second])
    attach_mentions(signal, world.principal("care"), mentions=[second])
    assert SignalEvidence.objects.filter(signal=signal).count() == 2
    counts = Event.objects.filter(kind="evidence.added").order_by("pk").values_list("payload__count", flat=True)
    assert list(counts) == [1, 1]


def test_nothing_joins_a_signal_that_was_decided_about(world: World, push: Push) -> None:
    first, second = push("První", "Druhá")
    signal = raise_signal_from_mentions(world.brand, world.principal("community"), mentions=[first])
    dismiss_signal(signal, world.principal("duty"), reason="omyl")
    with pytest.raises(NotNow, match="decided"):
        attach_mentions(signal, world.principal("community"), mentions=[second])


# --- by themselves ----------------------------------------------------------------------------------------------------


def test_a_trigger_term_raises_a_signal_and_says_which(world: World) -> None:
    source = watching(world, trigger_terms=["únik dat"], severity=1)
    send(world, source, "Velký ÚNIKU DATOVÝCH souborů", "Hezky je")
    (signal,) = signals()
    assert (signal.severity, signal.origin) == (1, SignalOrigin.API)
    evidence = SignalEvidence.objects.get()
    assert (evidence.reason, evidence.term, evidence.added_by) == (
        EvidenceReason.TERM,
        "únik dat",
        world.user("service"),
    )
    fired = Event.objects.get(kind="evidence.fired")
    assert (fired.payload["term"], fired.payload["count"]) == ("únik dat", 1)


def test_one_signal_gathers_what_fires_the_same_term(world: World) -> None:
    source = watching(world, trigger_terms=["únik dat", "bojkot"])
    send(world, source, "Únik dat jedna", "Únik dat dva")
    send(world, source, "Únik dat tři", "Bojkot")
    leak, boycott = signals()
    assert (leak.evidence.count(), boycott.evidence.count()) == (3, 1)
    dismiss_signal(leak, world.principal("duty"), reason="planý poplach")
    send(world, source, "Únik dat čtyři")
    assert len(signals()) == 3


def test_every_item_becomes_a_signal_up_to_a_limit(world: World) -> None:
    source = watching(world, raises_every_item=True)
    before = len(signals())
    send(world, source, *(f"Zmínka {number}" for number in range(MOST_SIGNALS + 5)))
    raised = signals()[before:]
    assert len(raised) == MOST_SIGNALS
    assert raised[-1].evidence.count() == 6


def test_items_that_come_again_raise_nothing(world: World) -> None:
    source = watching(world, trigger_terms=["únik dat"])
    send(world, source, "Únik dat")
    (signal,) = signals()
    dismiss_signal(signal, world.principal("duty"), reason="planý poplach")
    send(world, source, "Únik dat")
    assert len(signals()) == 1


def test_old_items_raise_nothing_on_the_first_look(world: World) -> None:
    now = timezone.now()
    manager = world.principal("manager")
    fresh, old = ((now - age).strftime("%Y-%m-%dT%H:%M:%SZ") for age in (timedelta(hours=1), timedelta(days=3)))
    body = atom(entry(1, "Únik dat včera", when=old), entry(2, "Únik dat dnes", when=fresh)).encode()
    create_source(
        world.brand, manager, kind=SourceKind.FEED, name="Deník", url="https://denik.example/rss",
        trigger_terms=["únik dat"], look=Look(feed=read(body)),
    )  # fmt: skip
    assert [signal.title for signal in signals()] == ["Únik dat dnes"]
    assert Mention.objects.count() == 2


def test_an_item_of_a_feed_becomes_a_signal_without_a_click(world: World, feed: Source) -> None:
    Source.objects.filter(pk=feed.pk).update(trigger_terms=["plíseň"])
    from cases.monitoring.models import SourceState

    now = timezone.now().strftime("%Y-%m-%dT%H:%M:%SZ")
    take_in(SourceState.claim()[0], Look(feed=read(atom(entry(1, "Plíseň v dětské kaši", when=now)).encode())))
    (signal,) = signals()
    assert signal.origin == SignalOrigin.FEED
    assert signal.detected_at is not None
    assert signal.links == ["https://news.example/1"]
    assert state_of(feed).problem == ""


def test_an_address_that_makes_no_good_link_does_not_stop_the_signal(world: World) -> None:
    source = watching(world, trigger_terms=["únik dat"])
    send(world, source, "Únik dat", url="http://under_score_host/x")
    (signal,) = signals()
    assert signal.links == []
