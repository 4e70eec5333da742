"""Changing what is said about a case, and who sees it."""

import pytest
from django.db import IntegrityError, transaction

from cases.actions import change_case, close_case, set_confidential
from cases.models import Case
from crisisdesk.core.errors import Denied, Invalid, NotNow, Stale
from tests.cases.build import active, codes, events_of, in_review, kind, led, triage
from tests.conftest import World


def test_it_works(world: World) -> None:
    case = triage(world)
    read = case.version
    changed = change_case(
        case, world.principal("duty"), title="Mould in porridge L2207", summary="One batch", version=read
    )
    assert (changed.title, changed.summary) == ("Mould in porridge L2207", "One batch")
    assert changed.version > read
    (event,) = events_of(case, "case.changed")
    assert event.payload["fields"] == ["summary", "title"]
    assert "L2207" not in event.canonical
    assert case.history.first().title == "Mould in porridge L2207"


def test_a_newer_version_refuses(world: World) -> None:
    case = triage(world)
    read = case.version
    change_case(case, world.principal("duty"), title="First", version=read)
    with pytest.raises(Stale):
        change_case(case, world.principal("comms_lead"), title="Second", version=read)


def test_the_kind_changes_until_the_case_is_activated(world: World) -> None:
    case = triage(world)
    assert change_case(case, world.principal("duty"), kind=kind("data_leak")).kind.code == "data_leak"
    with pytest.raises(Invalid) as refused:
        change_case(active(world), world.principal("duty"), kind=kind("data_leak"))
    assert set(refused.value.errors) == {"kind"}


def test_the_primary_language_is_one_of_the_languages(world: World) -> None:
    case = change_case(triage(world), world.principal("duty"), primary_language="sk", content_languages=["cs"])
    assert case.content_languages == ["sk", "cs"]


@pytest.mark.parametrize("values", [{"title": " "}, {"primary_language": "CS!"}, {"conference_link": "ftp:x"}])
def test_values_that_cannot_be(world: World, values: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        change_case(triage(world), world.principal("duty"), **values)


@pytest.mark.parametrize("column", ["realm", "reference", "brand_id"])
def test_the_database_keeps_what_never_changes(world: World, column: str) -> None:
    case = triage(world)
    other = {"realm": "exercise", "reference": "CD-2026-9999", "brand_id": world.other_brand.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.filter(pk=case.pk).update(**{column: other[column]})


def test_it_needs_the_right_to_lead(world: World) -> None:
    with pytest.raises(Denied):
        change_case(triage(world), world.principal("care"), title="Mine")


def test_a_closed_case_stays_as_it_was(world: World) -> None:
    case = close_case(in_review(world), world.principal("comms_lead"), review="We were late")
    with pytest.raises(NotNow) as refused:
        change_case(case, world.principal("duty"), title="Later")
    assert codes(refused) == {"closed"}


def test_hiding_a_case(world: World) -> None:
    case = set_confidential(led(world), world.principal("duty"), confidential=True, reason="A colleague is named")
    assert not Case.objects.visible_to(world.principal("comms_lead")).exists()
    assert Case.objects.visible_to(world.principal("crisis_lead")).get() == case
    (event,) = events_of(case, "case.made_confidential")
    assert event.entry.text == "A colleague is named"
    shown = set_confidential(case, world.principal("crisis_lead"), confidential=False, reason="It is public now")
    assert Case.objects.visible_to(world.principal("observer")).get() == shown


def test_a_case_nobody_leads_is_not_hidden(world: World) -> None:
    with pytest.raises(NotNow) as refused:
        set_confidential(triage(world), world.principal("duty"), confidential=True, reason="A colleague is named")
    assert codes(refused) == {"crisis_lead"}
