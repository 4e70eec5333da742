"""The languages in which a case speaks to the public: its brand's, until somebody says otherwise."""

from typing import Any

import pytest

from cases.actions import change_case, open_case, take_and_lead
from comms.models import Statement
from crisisdesk.core.actions.people import change_brand
from crisisdesk.core.errors import Invalid
from tests.cases.build import ELEVATED, english, kind, signal
from tests.comms import build as texts
from tests.conftest import World


def speaking(world: World, default: str, *languages: str) -> None:
    change_brand(world.brand, world.principal("manager"), default_language=default, languages=list(languages))


@pytest.mark.parametrize("verb", [open_case, take_and_lead])
def test_a_case_begins_in_the_languages_of_its_brand(world: World, verb: Any) -> None:
    case = verb(signal(world), world.principal("duty"))
    assert (case.primary_language, case.content_languages) == ("cs", ["cs", "en"])


@pytest.mark.parametrize(
    ("default", "languages", "expected"),
    [
        ("cs", [], ["cs"]),
        ("de", ["en", "de"], ["de", "en"]),
        ("sk", ["cs", "en"], ["sk", "cs", "en"]),
        ("cs", ["cs", "cs", "en"], ["cs", "en"]),
    ],
)
def test_the_default_language_goes_first(world: World, default: str, languages: list[str], expected: list[str]) -> None:
    speaking(world, default, *languages)
    case = take_and_lead(signal(world), world.principal("duty"))
    assert (case.primary_language, case.content_languages) == (default, expected)


def test_who_opens_it_can_say_otherwise(world: World) -> None:
    duty = world.principal("duty")
    only_czech = open_case(signal(world), duty, content_languages=[])
    assert only_czech.content_languages == ["cs"]
    german = open_case(signal(world), duty, primary_language="de", content_languages=["cs"])
    assert german.content_languages == ["de", "cs"]


@pytest.mark.parametrize("wrong", ["česky", "C", "cs-CZ"])
def test_what_is_no_code_is_refused_with_the_field(world: World, wrong: str) -> None:
    with pytest.raises(Invalid) as refused:
        speaking(world, "cs", "en", wrong)
    assert {path.partition(".")[0] for path in refused.value.errors} == {"languages"}


def test_a_first_text_is_begun_in_every_language(world: World) -> None:
    case = take_and_lead(signal(world), world.principal("duty"), kind=kind(), **ELEVATED)
    version = texts.draft(world, case=case)
    assert {row.language for row in version.statement.versions.all()} == {"cs", "en"}


def test_a_prepared_text_is_offered_in_both_without_a_change_of_the_case(world: World) -> None:
    texts.prepared(world, languages=("cs", "en"))
    case = take_and_lead(signal(world), world.principal("duty"), kind=kind(), **ELEVATED)
    template = texts.in_approval(world).template
    page = english(world, "duty").get(f"/cases/{case.reference}/first-statement/{template.uuid}/").content.decode()
    assert 'name="languages" value="en"' in page


def test_the_page_ticks_languages_by_their_names(world: World) -> None:
    case = take_and_lead(signal(world), world.principal("duty"), kind=kind(), content_languages=["nl"], **ELEVATED)
    client = english(world, "duty")
    address = f"/cases/{case.reference}/change/"
    page = client.get(address).content.decode()
    assert "Nederlands" in page
    assert "Deutsch" in page
    given = {"title": case.title, "kind": case.kind_id, "version": case.version, "primary_language": "en"}
    assert client.post(address, {**given, "content_languages": ["cs", "de"]}).status_code == 303
    case.refresh_from_db()
    assert (case.primary_language, case.content_languages) == ("en", ["en", "cs", "de"])
    unknown = client.post(address, {**given, "version": case.version, "content_languages": ["xx"]})
    assert unknown.status_code == 422


def test_a_new_primary_language_stands_first(world: World) -> None:
    case = take_and_lead(signal(world), world.principal("duty"), kind=kind(), **ELEVATED)
    changed = change_case(case, world.principal("duty"), primary_language="en")
    assert changed.content_languages == ["en", "cs"]
    assert Statement(case=changed).languages() == ["en", "cs"]
