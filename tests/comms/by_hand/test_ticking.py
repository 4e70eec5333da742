"""Ticking off what was posted by hand: one row, one person, the approved text."""

from typing import Any

import pytest

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import link_delivery, tick_delivery, untick_delivery
from comms.sending.models import Delivery, DeliveryState
from crisisdesk.core.errors import Denied, Invalid, NotNow
from crisisdesk.core.models import Event
from tests.comms.sending import build
from tests.conftest import World

URL = "https://www.facebook.com/zrnko/posts/1"


def row(version: StatementVersion, code: str = "facebook") -> Delivery:
    return build.delivery(version, code)


def tick(world: World, delivery: Delivery, by: str = "community", **values: Any) -> Delivery:
    return tick_delivery(delivery, world.principal(by), **values)


def test_a_tick_says_who_and_where(world: World, version: StatementVersion) -> None:
    done = tick(world, row(version), url=URL)
    assert (done.state, done.posted_by, done.remote_url) == (DeliveryState.SENT, world.user("community"), URL)
    assert Event.objects.filter(kind="delivery.posted", object_id=done.uuid).count() == 1


def test_the_first_tick_publishes_the_statement(world: World, version: StatementVersion) -> None:
    tick(world, row(version))
    version.refresh_from_db()
    assert version.published_at is not None
    tick(world, row(version, "x"))
    sending.send_due()
    assert Event.objects.filter(kind="statement.published").count() == 1


def test_the_same_person_ticking_twice_ticks_once(world: World, version: StatementVersion) -> None:
    tick(world, row(version))
    tick(world, row(version))
    assert Event.objects.filter(kind="delivery.posted").count() == 1


def test_somebody_else_is_told_who_has_done_it(world: World, version: StatementVersion) -> None:
    tick(world, row(version))
    with pytest.raises(NotNow) as refused:
        tick(world, row(version), by="duty")
    assert world.user("community").short_name in str(refused.value)


@pytest.mark.parametrize("persona", ["legal", "scribe", "agency", "crisis_lead", "observer"])
def test_who_may_not_publish_does_not_tick(world: World, version: StatementVersion, persona: str) -> None:
    with pytest.raises(Denied):
        tick(world, row(version), by=persona)


def test_what_the_desk_sends_is_not_ticked(world: World, version: StatementVersion) -> None:
    with pytest.raises(NotNow) as refused:
        tick(world, row(version, "newsroom"))
    assert refused.value.unmet[0].code == "sends_itself"


def test_a_pasted_text_is_compared_after_folding(world: World, version: StatementVersion) -> None:
    posted = build.TEXT.replace("\u00a0", " ") + "  \n"
    assert tick(world, row(version), posted=posted).differs is False


def test_another_text_is_refused_unless_a_reason_is_given(world: World, version: StatementVersion) -> None:
    with pytest.raises(Invalid) as refused:
        tick(world, row(version), posted="Something else")
    assert "posted" in refused.value.errors
    with pytest.raises(Invalid) as refused:
        tick(world, row(version), posted="Something else", differs=True)
    assert "reason" in refused.value.errors
    done = tick(world, row(version), posted="Something else", differs=True, reason="The network cut it")
    assert done.differs
    told = Event.objects.get(kind="delivery.differs")
    assert told.entry is not None
    assert told.entry.text == "The network cut it"


@pytest.mark.parametrize("url", ["facebook.com/x", "javascript:alert(1)", "ftp://example.com/x", "https://"])
def test_an_address_is_whole_or_refused(world: World, version: StatementVersion, url: str) -> None:
    with pytest.raises(Invalid) as refused:
        tick(world, row(version), url=url)
    assert "url" in refused.value.errors


def test_the_address_may_follow(world: World, version: StatementVersion) -> None:
    with pytest.raises(NotNow):
        link_delivery(row(version), world.principal("community"), url=URL)
    tick(world, row(version))
    assert link_delivery(row(version), world.principal("duty"), url=URL).remote_url == URL


def test_a_mistaken_tick_is_taken_back(world: World, version: StatementVersion) -> None:
    tick(world, row(version), url=URL)
    with pytest.raises(Invalid):
        untick_delivery(row(version), world.principal("community"), reason=" ")
    waiting = untick_delivery(row(version), world.principal("community"), reason="Wrong row")
    assert (waiting.state, waiting.posted_by, waiting.remote_url) == (DeliveryState.PENDING, None, "")
    assert tick(world, row(version), by="duty").state == DeliveryState.SENT


def test_what_the_desk_sent_is_not_unticked(world: World, version: StatementVersion) -> None:
    sending.send_due()
    with pytest.raises(NotNow):
        untick_delivery(row(version, "newsroom"), world.principal("community"), reason="x")


def test_a_text_under_embargo_is_not_ticked(world: World) -> None:
    from datetime import timedelta

    from crisisdesk.core import clock

    version = build.released(world, embargo_until=clock.now() + timedelta(hours=1))
    with pytest.raises(NotNow) as refused:
        tick(world, row(version))
    assert refused.value.unmet[0].details["refusal"] == "embargo"
