"""Starting a statement."""

from typing import Any

import pytest

from cases.actions import dismiss_case
from comms.actions.statements import draft_statement
from comms.models import Status
from comms.sending.models import Account
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from tests.cases.build import codes, events_of, triage
from tests.comms import build
from tests.conftest import World


def test_there_is_a_draft_in_each_language_of_the_case(world: World) -> None:
    version = build.draft(world)
    assert (version.language, version.number, version.status) == ("cs", 1, Status.DRAFT)
    assert version.master.text == build.CZECH
    assert [row.user for row in version.contributors.all()] == [world.user("community")]
    english = build.translation(version)
    assert english.master.text == ""
    assert not english.contributors.exists()
    (event,) = events_of(version, "statement.drafted")
    assert event.payload["purpose"] == "update"
    assert version.statement.history.first().history_user == world.user("community")


def test_a_public_text_is_meant_for_every_open_channel(world: World) -> None:
    version = build.draft(world)
    open_accounts = Account.objects.filter(brand=world.brand, active=True)
    assert set(version.statement.accounts.all()) == set(open_accounts)


@pytest.mark.parametrize("purpose", ["staff", "press_answer", "regulator", "reply"])
def test_a_text_for_somebody_goes_to_no_channel_by_itself(world: World, purpose: str) -> None:
    assert not build.draft(world, purpose=purpose).statement.accounts.exists()


def test_it_cannot_go_to_the_newsroom_either(world: World) -> None:
    case = build.case(world)
    newsroom = [Account.objects.get(brand=world.brand, code="newsroom")]
    with pytest.raises(Invalid) as refused:
        draft_statement(case, world.principal("community"), purpose="staff", accounts=newsroom)
    assert set(refused.value.errors) == {"accounts"}


def test_a_template_gives_both_languages_their_text(world: World) -> None:
    versions = build.prepared(world, languages=("cs", "en"))
    version = build.draft(world, text="", purpose="first", template_versions=versions)
    assert version.master.text == versions[0].text
    assert build.translation(version).master.text == versions[1].text


def test_a_correction_names_what_it_corrects(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        build.draft(world, purpose="correction")
    assert set(refused.value.errors) == {"supersedes"}
    first = build.draft(world)
    correction = build.draft(world, case=first.statement.case, purpose="correction", supersedes=first.statement)
    assert correction.statement.supersedes == first.statement


def test_it_corrects_a_statement_of_its_own_case(world: World) -> None:
    elsewhere = build.draft(world)
    with pytest.raises(Invalid):
        build.draft(world, purpose="correction", supersedes=elsewhere.statement)


@pytest.mark.parametrize(
    "text", ["NUL \x00", "a" * 100_001, "\ud800"], ids=["NUL", "too long", "lone surrogate"]
)  # fmt: skip
def test_what_could_never_be_sent_is_refused_beside_the_field(world: World, text: str) -> None:
    with pytest.raises(Invalid) as refused:
        build.draft(world, text=text)
    assert set(refused.value.errors) == {"text"}


def test_a_closed_case_accepts_no_text(world: World) -> None:
    case = dismiss_case(triage(world), world.principal("duty"), reason="A customer was mistaken")
    with pytest.raises(NotNow) as refused:
        build.draft(world, case=case)
    assert codes(refused) == {"case_closed"}


@pytest.mark.parametrize(("code", "error"), [("observer", Denied), ("outsider", Missing)])
def test_it_needs_the_right_to_contribute(world: World, code: str, error: Any) -> None:
    case = build.case(world)
    with pytest.raises(error):
        draft_statement(case, world.principal(code), purpose="update")
