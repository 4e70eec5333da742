"""Facts: recorded, confirmed, refuted, put aside."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from cases.actions import add_fact, change_fact, confirm_fact, refute_fact, retire_fact
from cases.models import Fact, FactState
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow
from tests.cases.build import active, codes, events_of
from tests.conftest import World


def fact(world: World, **values: object) -> Fact:
    given = {"text": "The video shows our product", **values}
    return add_fact(active(world), world.principal("scribe"), **given)


def test_one_line_is_enough(world: World) -> None:
    added = fact(world, text="  The video\n shows  our product ")
    assert added.text == "The video shows our product"
    assert added.state == FactState.UNVERIFIED
    assert not added.public_ok
    (event,) = events_of(added, "fact.added")
    assert "video" not in event.canonical
    assert added.history.first().history_user == world.user("scribe")


@pytest.mark.parametrize("values", [{"text": ""}, {"text": "x" * 501}, {"state": "confirmed"}, {"type": "gossip"}])
def test_values_that_cannot_be(world: World, values: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        fact(world, **values)


def test_confirming(world: World) -> None:
    confirmed = confirm_fact(fact(world), world.principal("quality"), public_ok=True, source="Laboratory")
    assert confirmed.state == FactState.CONFIRMED
    assert confirmed.verified_by == world.user("quality")
    assert confirmed.public_ok
    assert Fact.objects.citable().get() == confirmed
    assert len(events_of(confirmed, "fact.confirmed")) == 1
    assert confirm_fact(confirmed, world.principal("quality")) == confirmed
    assert len(events_of(confirmed, "fact.confirmed")) == 1
    with pytest.raises(NotNow):
        confirm_fact(confirmed, world.principal("security"))


def test_an_open_question_is_answered(world: World) -> None:
    question = fact(world, text="How many complaints?", state="open")
    answered = confirm_fact(question, world.principal("care"), text="Forty complaints since morning")
    assert (answered.text, answered.state) == ("Forty complaints since morning", FactState.CONFIRMED)
    with pytest.raises(NotNow) as refused:
        confirm_fact(fact(world), world.principal("care"), text="Something else")
    assert codes(refused) == {"not_open"}


def test_whoever_finds_out_does_not_confirm_alone(world: World) -> None:
    asked = fact(world, owner=world.user("quality"), verify_by=clock.now() + timedelta(hours=1))
    with pytest.raises(NotNow) as refused:
        confirm_fact(asked, world.principal("quality"))
    assert codes(refused) == {"owner"}
    confirmed = confirm_fact(asked, world.principal("quality"), voucher="MUDr. Dvořáková, laboratory, 777 000 111")
    assert confirmed.verified_by is None
    assert confirmed.voucher.text.startswith("MUDr. Dvořáková")
    (event,) = events_of(confirmed, "fact.confirmed")
    assert "Dvořáková" not in event.canonical
    with pytest.raises(IntegrityError), transaction.atomic():
        Fact.objects.filter(pk=asked.pk).update(verified_by=world.user("quality"))


def test_refuting_what_was_confirmed(world: World) -> None:
    confirmed = confirm_fact(fact(world), world.principal("quality"), public_ok=True)
    refuted = refute_fact(confirmed, world.principal("security"), source="Metadata of the video")
    assert refuted.state == FactState.REFUTED
    assert not refuted.public_ok
    assert not Fact.objects.citable().exists()
    assert len(events_of(refuted, "fact.refuted")) == 1


def test_a_rumour_is_answered(world: World) -> None:
    rumour = fact(world, text="Children are in hospital", type="rumour")
    assert refute_fact(rumour, world.principal("quality"), answer="individually").answer == "individually"
    with pytest.raises(Invalid):
        refute_fact(fact(world), world.principal("quality"), answer="shout")


def test_changing(world: World) -> None:
    added = fact(world)
    changed = change_fact(added, world.principal("scribe"), text="The video shows batch L2207", public_ok=True)
    assert changed.text == "The video shows batch L2207"
    assert len(events_of(added, "fact.changed")) == 1
    confirm_fact(added, world.principal("quality"))
    with pytest.raises(Invalid) as refused:
        change_fact(added, world.principal("scribe"), text="Something else")
    assert set(refused.value.errors) == {"text"}


def test_putting_aside(world: World) -> None:
    gone = retire_fact(fact(world), world.principal("scribe"), reason="It was about another batch")
    assert gone.state == FactState.OBSOLETE
    with pytest.raises(NotNow):
        confirm_fact(gone, world.principal("quality"))


def test_rights(world: World) -> None:
    added = fact(world)
    for verb in (confirm_fact, refute_fact, retire_fact, change_fact):
        with pytest.raises(Denied):
            verb(added, world.principal("observer"))
