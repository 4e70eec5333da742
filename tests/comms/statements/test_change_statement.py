"""Channels, marks and times of a statement; further languages."""

from datetime import timedelta

import pytest

from cases.actions import change_case
from comms.actions.statements import add_language, change_statement
from comms.actions.submitting import take_back_statement
from comms.sending.models import Account
from crisisdesk.core import clock
from crisisdesk.core.errors import Invalid, Missing, NotNow
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World


def test_what_is_given_changes_and_the_rest_stays(world: World) -> None:
    statement = build.draft(world).statement
    newsroom = Account.objects.get(brand=world.brand, code="newsroom")
    until = clock.now() + timedelta(hours=1)
    changed = change_statement(
        statement, world.principal("community"), accounts=[newsroom], embargo_until=until, admits_fault=True
    )
    assert list(changed.accounts.all()) == [newsroom]
    assert (changed.embargo_until, changed.admits_fault, changed.publish_when_approved) == (until, True, True)
    (event,) = events_of(statement, "statement.changed")
    assert event.payload["fields"] == ["admits_fault", "embargo_until", "accounts"]


def test_another_brands_channel_is_refused(world: World) -> None:
    statement = build.draft(world).statement
    other = Account.objects.create(
        brand=world.other_brand, code="other", kind="manual", name_cs="Jiný", name_en="Other"
    )
    with pytest.raises(Missing):
        change_statement(statement, world.principal("community"), accounts=[other])


def test_what_people_decide_about_no_longer_changes(world: World) -> None:
    version = build.submitted(world).version
    with pytest.raises(NotNow) as refused:
        change_statement(version.statement, world.principal("community"), admits_fault=True)
    assert codes(refused) == {"submitted"}
    take_back_statement(version, world.principal("community"))
    assert change_statement(version.statement, world.principal("community"), admits_fault=True).admits_fault


def test_a_language_the_case_has_got_since_is_begun(world: World) -> None:
    statement = build.draft(world).statement
    change_case(statement.case, world.principal("duty"), content_languages=["cs", "en", "de"])
    statement.case.refresh_from_db()
    version = add_language(statement, world.principal("community"), language="de")
    assert (version.language, version.number, version.master.text) == ("de", 1, "")
    with pytest.raises(Invalid):
        add_language(statement, world.principal("community"), language="de")
    with pytest.raises(Invalid):
        add_language(statement, world.principal("community"), language="fr")
