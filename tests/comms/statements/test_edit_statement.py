"""Writing in a draft."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from cases.actions import add_fact
from comms.actions.statements import edit_statement
from comms.actions.versions import out_of_date, stale_variants
from comms.models import Draft, StatementVersion
from crisisdesk.core import clock
from crisisdesk.core.errors import Denied, Invalid, NotNow, Stale
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def test_who_edits_becomes_a_contributor(world: World) -> None:
    version = build.edited(world, build.draft(world), "agency", text="Lépe", title="Titulek")
    assert (version.master.title, version.master.text) == ("Titulek", "Lépe")
    users = {row.user for row in version.contributors.all()}
    assert users == {world.user("community"), world.user("agency")}
    (event,) = events_of(version, "statement.edited")
    assert event.payload["text_hash"] == version.master.hash()
    assert "Lépe" not in event.canonical


def test_an_edit_that_changes_nothing_leaves_no_trace(world: World) -> None:
    version = build.draft(world)
    again = build.edited(world, version, "agency", text=f"{build.CZECH}  \r\n", title="")
    assert again == version
    assert not events_of(version, "statement.edited")
    assert version.contributors.count() == 1


def test_what_is_not_given_stays(world: World) -> None:
    at = clock.now().replace(microsecond=0) + timedelta(hours=2)
    version = build.edited(world, build.draft(world), "community", variants={"x": "Kratší"}, next_update_at=at)
    version = build.edited(world, version, "community", title="Titulek")
    assert version.text_for("x").text == "Kratší"
    assert version.next_update_at == at
    assert version.master.text == build.CZECH


def test_a_channel_without_its_own_wording_follows_the_master(world: World) -> None:
    version = build.edited(world, build.draft(world), "community", variants={"x": "Kratší", "facebook": "  "})
    assert {row.channel for row in version.texts.all()} == {"master", "x"}
    version = build.edited(world, version, "community", variants={})
    assert version.text_for("x") == version.master


def test_a_wording_made_from_an_older_text_is_out_of_date(world: World) -> None:
    version = build.edited(world, build.draft(world), "community", variants={"x": "Kratší"})
    assert stale_variants(version) == []
    version = build.edited(world, version, "community", text="Něco jiného")
    assert stale_variants(version) == ["x"]
    version = build.edited(world, version, "community", variants={"x": "Jiné"})
    assert stale_variants(version) == []


def test_a_translation_remembers_what_it_was_made_from(world: World) -> None:
    czech = build.draft(world)
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT)
    assert not out_of_date(english)
    build.edited(world, czech, "community", text="Něco jiného")
    assert out_of_date(english)
    checked = build.edited(world, english, "agency", source_hash=czech.master.hash())
    assert not out_of_date(checked)


def test_a_translator_who_did_not_see_the_newest_text_is_out_of_date(world: World) -> None:
    czech = build.draft(world)
    seen = czech.master.hash()
    build.edited(world, czech, "community", text="Něco jiného")
    english = build.edited(world, build.translation(czech), "agency", text=build.TEXT, source_hash=seen)
    assert out_of_date(english)


def test_two_people_do_not_overwrite_each_other(world: World) -> None:
    version = build.draft(world)
    read = version.draft_hash()
    build.edited(world, version, "community", text="První", base_hash=read)
    with pytest.raises(Stale) as refused:
        build.edited(world, version, "agency", text="Druhý", base_hash=read)
    details = refused.value.details
    assert details["current_hash"] == StatementVersion.objects.get(pk=version.pk).draft_hash()
    assert {"change": "del", "text": "První"} in details["difference"]
    assert {"change": "ins", "text": "Druhý"} in details["difference"]


def test_facts_are_cited(world: World) -> None:
    version = build.draft(world)
    fact = add_fact(version.statement.case, world.principal("community"), text="Na videu je náš výrobek")
    version = build.edited(world, version, "community", facts=[fact])
    assert [citation.fact for citation in version.citations.all()] == [fact]
    assert len(events_of(version, "statement.edited")) == 1
    build.edited(world, version, "community", facts=[fact])
    assert len(events_of(version, "statement.edited")) == 1


def test_facts_of_another_case_are_not(world: World) -> None:
    elsewhere = add_fact(build.case(world), world.principal("community"), text="Jinde")
    with pytest.raises(Invalid) as refused:
        build.edited(world, build.draft(world), "community", facts=[elsewhere])
    assert set(refused.value.errors) == {"facts"}


def test_saving_forgets_what_was_kept_while_typing(world: World) -> None:
    version = build.draft(world)
    Draft.objects.create(version=version, user=world.user("community"), content={"text": "Roz"})
    Draft.objects.create(version=version, user=world.user("agency"), content={"text": "Jiné"})
    build.edited(world, version, "community", text="Rozepsáno")
    assert [draft.user for draft in version.drafts.all()] == [world.user("agency")]


@pytest.mark.parametrize(
    ("state", "english"),
    [
        ("in approval", "Take it back to change it."),
        ("approved", "Start a new version to change it"),
        ("published", "Write an update or a correction instead."),
    ],
)
def test_an_edit_after_submitting_is_refused_with_the_remedy(world: World, state: str, english: str) -> None:
    make = {
        "in approval": lambda: build.submitted(world).version,
        "approved": lambda: build.approved(world),
        "published": lambda: build.published(world),
    }[state]
    version = make()
    with pytest.raises(NotNow) as refused:
        build.edited(world, version, "community", text="Něco jiného")
    assert codes(refused) == {"submitted"}
    with override("en"):
        assert english in str(refused.value)
    with override("cs"):
        assert str(version.number) in str(refused.value)
    assert StatementVersion.objects.get(pk=version.pk).master.text == build.CZECH


def test_the_same_text_after_approval_is_no_edit(world: World) -> None:
    version = build.approved(world)
    assert build.edited(world, version, "community", text=build.CZECH).payload_hash == version.payload_hash
    assert not events_of(version, "statement.edited")


def test_it_needs_the_right_to_contribute(world: World) -> None:
    version = build.draft(world)
    with pytest.raises(Denied):
        build.edited(world, version, "observer", text="Jinak")


def test_a_misspelt_value_is_a_mistake(world: World) -> None:
    with pytest.raises(TypeError):
        edit_statement(build.draft(world), world.principal("community"), text="Jinak", txt="Jinak")


@pytest.mark.parametrize("channel", ["myspace", "x" * 41, "master ", ""])
def test_a_wording_is_for_a_channel_the_brand_has(world: World, channel: str) -> None:
    version = build.draft(world)
    with pytest.raises(Invalid) as refused:
        build.edited(world, version, "community", variants={channel: "Jinak"})
    assert set(refused.value.errors) == {"variants"}


def test_a_headline_that_grows_in_its_normal_form_is_refused(world: World) -> None:
    version = build.draft(world)
    with pytest.raises(Invalid) as refused:
        build.edited(world, version, "community", title="\u0958" * 200)  # each becomes two characters in NFC
    assert set(refused.value.errors) == {"title"}
