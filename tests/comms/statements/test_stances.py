"""What a text says of a fact: it asserts it, denies it or leaves it open; what is wrong by now does not leave."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from cases.actions.facts import add_fact, confirm_fact, refute_fact
from cases.models import Fact, FactState
from comms.actions.statements import edit_statement, revise_statement
from comms.actions.submitting import submit_statement
from comms.citing import says_nothing_wrong
from comms.hints import hints
from comms.models import FactCitation, Stance, StatementVersion
from crisisdesk.core.errors import Invalid, NotNow
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.comms.statements.test_editor_page import address, typed
from tests.conftest import World

ANSWERS: dict[str, Any] = {"confirmed": confirm_fact, "refuted": refute_fact}


def fact_of(world: World, version: StatementVersion, state: str = "unverified") -> Fact:
    fact = add_fact(version.statement.case, world.principal("community"), text="Děti skončily v nemocnici")
    if state in ANSWERS:
        ANSWERS[state](fact, world.principal("quality"))
    return Fact.objects.get(pk=fact.pk)


def citing(world: World, stance: str, state: str = "unverified") -> tuple[StatementVersion, Fact]:
    version = build.draft(world)
    fact = fact_of(world, version, state)
    return build.edited(world, version, "community", facts=[fact], stances={str(fact.uuid): stance}), fact


WRONG = {("assert", "refuted"): "refuted_fact", ("deny", "confirmed"): "confirmed_fact"}


@pytest.mark.parametrize("state", ["unverified", "confirmed", "refuted"])
@pytest.mark.parametrize("stance", Stance.values)
def test_only_the_contrary_of_what_is_known_stops_a_text(world: World, stance: str, state: str) -> None:
    version, _fact = citing(world, stance, state)
    wrong = WRONG.get((stance, state))
    assert version.citations.contradicted().exists() == bool(wrong)
    assert version.citations.get().is_contradicted == bool(wrong)
    unmet = says_nothing_wrong(version)
    assert (unmet.code if unmet else None) == wrong
    if wrong:
        with pytest.raises(NotNow) as refused:
            submit_statement(version, world.principal("community"))
        assert codes(refused) == {wrong}
    else:
        submit_statement(version, world.principal("community"))


@pytest.mark.parametrize(
    ("stance", "state", "said"),
    [
        ("assert", "unverified", "A cited fact is not confirmed yet"),
        ("deny", "unverified", "The text denies a fact that has not been refuted yet"),
        ("open", "confirmed", "The text leaves open what is known by now"),
        ("assert", "confirmed", ""),
        ("deny", "refuted", ""),
        ("open", "unverified", ""),
    ],
)
def test_what_is_not_known_is_a_hint(world: World, stance: str, state: str, said: str) -> None:
    version, _fact = citing(world, stance, state)
    found = [str(hint) for hint in hints(version, [])]
    about_facts = [hint for hint in found if "fact" in hint or "known" in hint]
    assert [hint.startswith(said) for hint in about_facts] == ([True] if said else [])


def test_what_is_denied_and_confirmed_meanwhile_is_not_approved(world: World) -> None:
    version, fact = citing(world, "deny")
    request = submit_statement(version, world.principal("community")).request
    confirm_fact(Fact.objects.get(pk=fact.pk), world.principal("quality"))
    with pytest.raises(NotNow) as refused:
        build.approve(world, request)
    assert codes(refused) == {"confirmed_fact"}


def test_a_fact_cited_anew_is_asserted_and_one_not_spoken_of_keeps_its_stance(world: World) -> None:
    version, denied = citing(world, "deny")
    other = fact_of(world, version)
    version = build.edited(world, version, "community", facts=[denied, other])
    assert dict(version.citations.values_list("fact_id", "stance")) == {denied.pk: "deny", other.pk: "assert"}
    version = build.edited(world, version, "community", stances={str(other.uuid): "open"})
    assert dict(version.citations.values_list("fact_id", "stance")) == {denied.pk: "deny", other.pk: "open"}
    assert len(events_of(version, "statement.edited")) == 3
    build.edited(world, version, "community", stances={str(other.uuid): "open"})
    assert len(events_of(version, "statement.edited")) == 3


@pytest.mark.parametrize("stances", [{"cited": "maybe"}, {"other": "deny"}, {"not a fact": "deny"}])
def test_what_nobody_can_say_is_refused(world: World, stances: dict[str, str]) -> None:
    version, fact = citing(world, "assert")
    other = fact_of(world, version)
    names = {"cited": str(fact.uuid), "other": str(other.uuid)}
    with pytest.raises(Invalid) as refused:
        edit_statement(
            version,
            world.principal("community"),
            stances={names.get(name, name): stance for name, stance in stances.items()},
        )
    assert {path.partition(".")[0] for path in refused.value.errors} == {"stances"}


def test_the_next_version_says_the_same(world: World) -> None:
    version, fact = citing(world, "deny")
    request = submit_statement(version, world.principal("community")).request
    StatementVersion.objects.filter(pk=version.pk)
    version.statement.publish_when_approved = False
    version.statement.save()
    build.approve(world, request)
    draft = revise_statement(StatementVersion.objects.get(pk=version.pk), world.principal("community"))
    assert list(draft.citations.values_list("fact_id", "stance")) == [(fact.pk, "deny")]


def test_the_database_keeps_what_a_submitted_text_says(world: World) -> None:
    version, _fact = citing(world, "open")
    submit_statement(version, world.principal("community"))
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        FactCitation.objects.filter(version=version).update(stance="assert")


def test_the_hash_covers_what_the_public_gets_and_not_what_it_says_of_facts(world: World) -> None:
    version, fact = citing(world, "assert")
    before = version.computed_hash()
    version = build.edited(world, version, "community", stances={str(fact.uuid): "open"})
    assert version.computed_hash() == before


def test_it_is_chosen_beside_the_fact_in_the_editor(world: World) -> None:
    version = build.draft(world)
    fact, other = fact_of(world, version), fact_of(world, version)
    client = world.client("community")
    values: dict[str, Any] = {"facts": [fact.pk, other.pk], "facts_shown": "1", f"stance_{fact.pk}": "deny"}
    client.post(address(version), typed(client, version, **values))
    assert dict(version.citations.values_list("fact_id", "stance")) == {fact.pk: "deny", other.pk: "assert"}
    drawn = client.get(address(version)).content.decode()
    assert '<option value="deny" selected>denies it</option>' in drawn
    refused = client.post(address(version), typed(client, version, **{**values, f"stance_{fact.pk}": "maybe"}))
    assert refused.status_code == 422


def test_whoever_decides_sees_it_with_the_state_of_the_fact(world: World) -> None:
    version, _fact = citing(world, "deny", "refuted")
    request = submit_statement(version, world.principal("community")).request
    drawn = world.client("comms_lead").get(reverse("comms:approval", args=[request.uuid])).content.decode()
    assert "denies it" in drawn
    assert "Děti skončily v nemocnici" in drawn
    assert 'value="approve"' in drawn


def test_the_api_takes_and_shows_it(world: World) -> None:
    version = build.draft(world)
    fact = fact_of(world, version, "refuted")
    client = world.client("community")
    place = f"/api/v1/statement-versions/{version.uuid}"
    etag = client.get(place).headers["ETag"]
    answer = client.patch(
        place,
        {"facts": [str(fact.uuid)], "stances": {str(fact.uuid): "deny"}},
        content_type="application/json",
        headers={"if-match": etag},
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["citations"] == [
        {"fact": str(fact.uuid), "text": fact.text, "stance": "deny", "state": FactState.REFUTED, "contradicted": False}
    ]
    refused = client.patch(
        place,
        {"stances": {str(fact.uuid): "maybe"}},
        content_type="application/json",
        headers={"if-match": answer.headers["ETag"]},
    )
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == f"stances.{fact.uuid}"


def test_a_published_denial_of_what_is_confirmed_calls_for_a_correction(world: World) -> None:
    version, fact = citing(world, "deny")
    request = submit_statement(version, world.principal("community")).request
    build.approve(world, request)
    StatementVersion.objects.filter(pk=version.pk).update(published_at=version.created_at)
    assert not StatementVersion.objects.correction_needed().exists()
    confirm_fact(Fact.objects.get(pk=fact.pk), world.principal("quality"))
    assert StatementVersion.objects.correction_needed().get() == version
