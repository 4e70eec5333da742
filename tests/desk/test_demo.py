"""The demo: told once through the product's own verbs, in the order of time, whole, and in both languages."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction

from cases.models import Case, CaseState, Clock, FactState, RoleAssignment, RoleState, Signal, SignalState
from cases.monitoring.models import Mention
from comms.models import Purpose, StatementState, StatementVersion
from comms.sending.models import Delivery, DeliveryState, NewsroomPost
from crisisdesk.core import clock
from crisisdesk.core.access import tokens
from crisisdesk.core.access.roles import Role
from crisisdesk.core.czech import typeset
from crisisdesk.core.log import audit
from crisisdesk.core.models import ApiToken, Brand, Event, Membership, Notification, Organisation
from crisisdesk.desk.demo import people
from crisisdesk.desk.demo.api_token import demo_token
from crisisdesk.desk.demo.story import tell_all
from crisisdesk.desk.demo.telling import at_time

pytestmark = [pytest.mark.usefixtures("told"), pytest.mark.slow]


@pytest.fixture(scope="module")
def told(django_db_setup: None, django_db_blocker: Any) -> Iterator[float]:
    """The story told once for this file and undone after it; how many seconds of work it was."""
    with django_db_blocker.unblock(), transaction.atomic():
        began = time.process_time()
        assert tell_all()
        took = time.process_time() - began
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        yield took
        transaction.set_rollback(True)


@pytest.fixture
def crisis() -> Case:
    """The one in full course."""
    return Case.objects.get(brand__slug=people.BRAND[1])


@pytest.fixture
def closed() -> Case:
    """The one of last month."""
    return Case.objects.get(brand__slug=people.OTHER_BRAND[1])


def test_it_is_told_in_less_than_a_minute(told: float) -> None:
    assert told < 30, "seconds of this process; the database works about as long"


def test_a_second_time_changes_nothing() -> None:
    before = _everything()
    said = StringIO()
    call_command("demo", stdout=said)
    assert "already" in said.getvalue()
    assert _everything() == before


def test_the_log_is_whole_and_in_the_order_of_time() -> None:
    assert list(audit.verify()) == []
    for case in Case.objects.all():
        recorded = list(
            Event.objects.filter(chain=case.chain).order_by("seal__seq").values_list("recorded_at", flat=True)
        )
        assert recorded == sorted(recorded)
        assert recorded[-1] <= clock.now()


def test_nobody_outside_gets_a_mail() -> None:
    assert mail.outbox == []
    assert not Notification.objects.filter(done_at=None, due_at__lte=clock.now()).exists()
    assert not Delivery.objects.exclude(state__in=[DeliveryState.SENT, DeliveryState.PENDING]).exists()
    assert not Delivery.objects.filter(state=DeliveryState.PENDING, by_hand=False).exists()


def test_a_crisis_is_in_full_course(crisis: Case) -> None:
    assert (crisis.state, crisis.severity) == (CaseState.ACTIVE, 1)
    assert timedelta(minutes=49) < clock.now() - crisis.zero < timedelta(minutes=60)
    clocks = {row.code: row for row in crisis.clocks.all()}
    assert all(
        clocks[code].met_at and not clocks[code].breached_at
        for code in ("ack", "sev", "lead", "hold", "first", "staff")
    )
    assert [row.code for row in clocks.values() if row.breached_at] == ["reply1"]
    assert clocks["next"].is_running
    assert clocks["next"].due_at > clock.now()
    assert {row.state for row in crisis.facts.all()} == {FactState.CONFIRMED, FactState.REFUTED, FactState.OPEN}
    assert {row.state for row in crisis.signals.all()} == {SignalState.ATTACHED}
    assert crisis.tasks.open().filter(blocking=True).exists()


def test_a_role_was_refused_and_the_deputy_is_there(crisis: Case) -> None:
    legal = {row.user.email: row.state for row in crisis.roles.filter(role=Role.LEGAL)}
    assert legal == {
        people.user_of("legal").email: RoleState.DECLINED,
        people.user_of("legal_deputy").email: RoleState.ACCEPTED,
    }
    assert RoleAssignment.objects.offered().filter(case=crisis, user=people.user_of("scribe")).exists()


def test_the_first_statement_is_out_and_an_update_waits(crisis: Case) -> None:
    first = crisis.statements.get(purpose=Purpose.FIRST)
    assert {row.language for row in first.versions.all()} == {"cs", "en"}
    assert all(row.published_at and row.template_version for row in first.versions.all())
    czech = first.newest("cs")
    assert czech is not None
    assert "L2207" in czech.master.text
    assert "{" not in czech.master.text
    update = crisis.statements.get(purpose=Purpose.UPDATE).newest("cs")
    assert update is not None
    assert update.state == StatementState.IN_APPROVAL
    stages = {"/".join(stage.roles): bool(stage.filled_at) for stage in update.request.stages.all()}
    assert stages == {"comms_lead": True, "legal": False, "exec": False}
    assert {citation.fact.state for citation in update.citations.all()} == {FactState.CONFIRMED}


def test_a_crisis_is_closed(closed: Case) -> None:
    assert closed.state == CaseState.CLOSED
    assert not closed.clocks.running().exists()
    assert not closed.clocks.filter(breached_at__isnull=False).exists()
    assert not closed.tasks.open().exists()
    apology = closed.statements.get(purpose=Purpose.APOLOGY)
    for version in apology.versions.all():
        assert version.state == StatementState.CORRECTED
        assert version.request.approvals.count() == 2
        assert not version.request.approvals.filter(user=version.author).exists()
    correction = closed.statements.get(purpose=Purpose.CORRECTION)
    assert correction.supersedes == apology
    assert correction.versions.filter(published_at=None).count() == 0


def test_everything_public_is_there_in_both_languages(crisis: Case, closed: Case) -> None:
    for case in (crisis, closed):
        for statement in case.statements.all():
            languages = {row.language for row in statement.versions.all() if row.master.text}
            assert languages == {"cs", "en"}
    posts = Counter(NewsroomPost.objects.values_list("brand__slug", "language"))
    assert posts == {("zrnko", "cs"): 1, ("zrnko", "en"): 1, ("sklenenka", "cs"): 3, ("sklenenka", "en"): 3}


def test_czech_texts_are_set_as_czech() -> None:
    versions = StatementVersion.objects.filter(language="cs")
    texts = [version.master.text for version in versions] + [case.title for case in Case.objects.all()]
    for text in texts:
        assert typeset(text) == text
        assert "  " not in text
        assert '"' not in text


def test_something_waits_at_the_door() -> None:
    states = Counter(Signal.objects.values_list("state", flat=True))
    assert states[SignalState.NEW] == 3
    assert states[SignalState.TAKEN_OVER] == 1
    assert states[SignalState.DISMISSED] == 1
    assert not Clock.objects.filter(signal__isnull=False, breached_at__isnull=False).exists()
    unread = Mention.objects.filter(evidence=None)
    assert unread.filter(brand__slug="zrnko").exists()
    assert unread.filter(brand__slug="sklenenka").exists()


def test_every_role_has_its_person_and_deputies_where_they_are_needed() -> None:
    held = Membership.objects.current(clock.now()).filter(brand__slug="zrnko")
    assert {row.role for row in held} == set(Role)
    needed = {"duty", "crisis_lead", "comms_lead", "spokesperson", "legal", "community", "care", "marketing", "exec"}
    assert needed <= {row.role for row in held if row.is_deputy}


def test_names_and_addresses_are_made_up() -> None:
    assert Organisation.objects.get().name == people.ORGANISATION
    assert all(person.email.endswith(".example") for person in people.PEOPLE)
    assert all(brand.website.endswith(".example") for brand in Brand.objects.all())
    for mention in Mention.objects.exclude(url=""):
        assert ".example/" in mention.url


def test_users_are_printed_with_password_and_token(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    said = StringIO()
    call_command("demo", users=True, stdout=said)
    text = said.getvalue()
    assert all(person.email in text for person in people.PEOPLE)
    assert people.PASSWORD in text
    assert people.user_of("legal").check_password(people.PASSWORD)
    token = demo_token()
    assert token in text, "the same token is printed every time"
    assert tokens.is_wellformed(token)
    assert ApiToken.objects.usable().get(digest=tokens.digest(token)).user == people.user_of("service")
    assert (tmp_path / "demo.token").stat().st_mode & 0o077 == 0


def test_a_revoked_token_is_replaced(tmp_path: Any, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    first = demo_token()
    ApiToken.objects.filter(digest=tokens.digest(first)).update(revoked_at=clock.now())
    assert demo_token() != first


@pytest.mark.parametrize(
    ("hour", "minute", "czech", "english"),
    [
        (11, 0, "v 11 hodin", "at 11:00"),
        (13, 0, "ve 13 hodin", "at 13:00"),
        (7, 30, "v 7.30", "at 7:30"),
        (20, 30, "ve 20.30", "at 20:30"),
    ],
)
def test_times_are_said_as_people_say_them(hour: int, minute: int, czech: str, english: str) -> None:
    moment = clock.now().replace(hour=hour, minute=minute)
    assert at_time(moment, "cs").replace("\u00a0", " ") == czech
    assert at_time(moment, "en") == english


def _everything() -> dict[str, int]:
    return {model._meta.label: model._base_manager.count() for model in apps.get_models()}
