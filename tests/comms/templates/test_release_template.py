"""The ordinary first statement: an approved template, closed fields, one signature, a review the next morning."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from comms.actions.releases import release_template, remind_review, review_release
from comms.actions.templates import (
    approve_template,
    create_template,
    draft_template,
    retire_template,
    submit_template,
)
from comms.models import (
    ReleaseReview,
    StatementState,
    StatementTemplate,
    StatementVersion,
    TemplateRelease,
    TemplateVersion,
    VersionText,
    authority_of,
)
from comms.sending.models import Delivery
from comms.tasks import remind_reviews
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.errors import Denied, Invalid, NotFresh, NotNow
from tests.cases.build import codes, events_of
from tests.comms import build
from tests.conftest import World

NOW = datetime(2026, 11, 23, 9, 17, tzinfo=UTC)


def test_one_signature_brings_it_out_in_both_languages(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        czech = build.released(world, versions=build.prepared(world, languages=("cs", "en")))
    english = czech.statement.versions.get(language="en")
    assert czech.master.text.endswith("Další informace v\u00a011\u00a0hodin. Dotazy: 800\u00a0123\u00a0456.")
    assert english.master.text.endswith("Next update at 11:00. Questions: 800\u00a0123\u00a0456.")
    for version in (czech, english):
        assert version.state == StatementState.PUBLISHING
        assert (version.release.signed_by, version.release.payload_hash) == (world.user("duty"), version.payload_hash)
        assert authority_of(version) == version.release
        assert {row.text for row in Delivery.objects.filter(version=version)} == {version.master.text}
        assert len(events_of(version, "release.signed")) == 1
        assert len(events_of(version, "statement.sent_out")) == 1
    assert czech.next_update_at == datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def test_somebody_else_reads_it_by_nine_the_next_morning(world: World) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), tick=False):
        review = build.review(world)
    assert review.due_at == datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("time", "co nejdřív"),
        ("phone", "volejte kdykoli 800 123 456"),
        ("link", "https://evil.example/"),
        ("topic", "Nic se nestalo a nikdo za nic nemůže"),
        ("topic", ""),
    ],
)
def test_prose_in_a_closed_field_is_refused_with_what_fits(world: World, name: str, value: str) -> None:
    versions = build.prepared(world)
    with pytest.raises(Invalid) as refused:
        build.released(world, versions=versions, values={**build.VALUES, name: value})
    assert set(refused.value.errors) == {name}
    assert not StatementVersion.objects.exists()


def test_a_field_the_template_does_not_have_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        build.released(world, values={**build.VALUES, "note": "x"})
    assert set(refused.value.errors) == {"note"}


def test_a_template_two_people_have_not_approved_is_refused(world: World) -> None:
    version = build.in_approval(world)
    build.prepared(world, "no_news")
    with pytest.raises(NotNow) as refused:
        build.released(world, versions=[version])
    assert codes(refused) & {"two_others", "template"}


def test_a_retired_template_is_refused(world: World) -> None:
    versions = build.prepared(world)
    retire_template(versions[0], world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        build.released(world, versions=[TemplateVersion.objects.get(pk=versions[0].pk)])
    assert codes(refused) == {"template"}


@pytest.mark.parametrize("purpose", ["apology", "correction", "reply", "press_answer", "staff", "regulator"])
def test_only_first_statements_and_updates_go_out_on_one_signature(world: World, purpose: str) -> None:
    author, case = world.principal("duty"), build.case(world)
    template = create_template(world.brand, author, code="own", name_cs="Vlastní", name_en="Own", purpose=purpose)
    version = submit_template(draft_template(template, author, language="cs", text="Omlouváme se."), author)
    for person in ("comms_lead", "legal"):
        version = approve_template(version, world.principal(person, fresh=True), payload_hash=version.payload_hash)
    with pytest.raises(Invalid) as refused:
        build.released(world, case=case, versions=[version], values={})
    assert set(refused.value.errors) == {"versions"}
    assert not Delivery.objects.exists()
    assert template in StatementTemplate.objects.for_case(case)
    assert template not in StatementTemplate.objects.for_case(case).signed_alone()


def test_a_template_retired_a_moment_ago_is_refused_though_the_page_still_holds_it(world: World) -> None:
    versions = build.prepared(world)
    retire_template(TemplateVersion.objects.get(pk=versions[0].pk), world.principal("duty"))
    with pytest.raises(NotNow) as refused:
        build.released(world, versions=versions)
    assert codes(refused) == {"template"}


def test_the_signer_is_not_one_of_the_two(world: World) -> None:
    versions = build.prepared(world)
    grant_membership(world.brand, SYSTEM, user=world.user("legal"), role="duty")
    case = build.case(world)
    with pytest.raises(NotNow) as refused:
        release_template(case, world.principal("legal", fresh=True), versions=versions, values=build.VALUES)
    assert codes(refused) == {"two_others"}


def test_a_template_for_another_kind_of_crisis_is_refused(world: World) -> None:
    versions = build.prepared(world, "own_post")
    with pytest.raises(Invalid) as refused:
        build.released(world, versions=versions, values={"time": "11:00"})
    assert set(refused.value.errors) == {"versions"}


@pytest.mark.parametrize(("code", "error"), [("comms_lead", NotNow), ("community", NotNow), ("legal", Denied)])
def test_only_the_duty_officer_signs_alone(world: World, code: str, error: type[Exception]) -> None:
    versions, case = build.prepared(world), build.case(world)
    with pytest.raises(error):
        release_template(case, world.principal(code, fresh=True), versions=versions, values=build.VALUES)


def test_it_needs_a_fresh_proof_of_who_one_is(world: World) -> None:
    versions, case = build.prepared(world), build.case(world)
    with pytest.raises(NotFresh):
        release_template(case, world.principal("duty"), versions=versions, values=build.VALUES)


def test_a_second_press_of_the_button_is_the_same_statement(world: World) -> None:
    versions, case = build.prepared(world), build.case(world)
    first = build.released(world, case=case, versions=versions)
    again = build.released(world, case=case, versions=versions)
    assert again == first
    assert TemplateRelease.objects.count() == 1
    other = world.principal("duty_deputy", fresh=True)
    with pytest.raises(NotNow) as refused:
        release_template(case, other, versions=versions, values=build.VALUES)
    assert codes(refused) == {"out_already"}


def test_another_text_does_not_pass_for_the_signed_one(world: World) -> None:
    version = build.released(world)
    release = TemplateRelease.objects.get(version=version)
    assert release.holds()
    release.values = {**release.values, "time": "12:00"}
    assert not release.holds()


def test_the_primary_language_goes_first(world: World) -> None:
    (english,) = build.prepared(world, languages=("en",))
    with pytest.raises(Invalid) as refused:
        build.released(world, versions=[english])
    assert set(refused.value.errors) == {"versions"}


def test_the_signer_does_not_review(world: World) -> None:
    review = build.review(world)
    grant_membership(world.brand, SYSTEM, user=world.user("duty"), role="comms_lead")
    with pytest.raises(NotNow) as refused:
        review_release(review, world.principal("duty"), outcome="confirmed")
    assert codes(refused) == {"four_eyes"}


def test_a_review_is_on_record_once(world: World) -> None:
    review = build.review(world)
    with pytest.raises(Invalid) as refused:
        review_release(review, world.principal("comms_lead"), outcome="faulted")
    assert set(refused.value.errors) == {"comment"}
    done = review_release(review, world.principal("comms_lead"), outcome="confirmed", comment="V pořádku")
    assert (done.outcome, done.reviewed_by) == ("confirmed", world.user("comms_lead"))
    assert review_release(done, world.principal("comms_lead"), outcome="confirmed") == done
    assert len(events_of(review, "release.reviewed")) == 1
    with pytest.raises(NotNow):
        review_release(done, world.principal("legal"), outcome="faulted", comment="Ne")


def test_a_review_that_is_late_is_said_once(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        review = build.review(world)
        remind_reviews()
        with pytest.raises(NotNow):
            remind_review(review, SYSTEM)
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        remind_reviews()
        remind_reviews()
    assert len(events_of(review, "release.review_overdue")) == 1


def test_a_review_made_in_time_is_not_said_to_be_late(world: World) -> None:
    with time_machine.travel(NOW, tick=False):
        review = build.review(world)
        review_release(review, world.principal("comms_lead"), outcome="confirmed")
    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        remind_reviews()
    assert not events_of(review, "release.review_overdue")
    assert ReleaseReview.objects.get().reviewed_at is not None


def test_what_is_signed_is_typeset_once(world: World) -> None:
    version = build.released(world)
    assert VersionText.objects.get(version=version).text == version.template_version.filled(version.values)[1]


def test_a_draft_of_the_template_does_not_disturb_the_approved_one(world: World) -> None:
    versions = build.prepared(world)
    draft_template(versions[0].template, world.principal("duty"), language="cs", text="Jinak {time}")
    assert build.released(world, versions=versions).state == StatementState.PUBLISHING
