"""The shipped defaults: complete in both languages, said as Czech says it, installed once and never over an edit."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from cases import bootstrap as cases_bootstrap
from cases.bootstrap import install_cases, limit_of, protocol_files
from cases.models import CrisisKind, DoneBy, Protocol, SeverityPolicy, StepKind
from comms import bootstrap as comms_bootstrap
from comms import quorum
from comms.actions.templates import lint, submit_template
from comms.bootstrap import install_comms
from comms.models import ApprovalPolicy, StatementTemplate, TemplateVersion
from comms.placeholders import names_in
from comms.sending.models import Account
from crisisdesk.core.access.roles import CASE_ROLES, Role
from crisisdesk.core.czech import typeset
from crisisdesk.core.models import Event, Organisation
from crisisdesk.desk.demo import people
from tests.conftest import World

FILES = {
    **{f"cases/{name}": cases_bootstrap.read(name) for name in ("kinds.yaml", "severity.yaml")},
    **{f"cases/{path.name}": cases_bootstrap.read(f"protocols/{path.name}") for path in protocol_files()},
    **{f"comms/{name}": comms_bootstrap.read(name) for name in ("approval.yaml", "templates.yaml", "accounts.yaml")},
}


def pairs(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping that holds a text in both languages."""
    if isinstance(value, dict):
        if isinstance(value.get("cs", value.get("en")), str):
            yield value
        for inner in value.values():
            yield from pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pairs(inner)


@pytest.mark.parametrize("name", FILES)
def test_every_text_is_there_in_both_languages(name: str) -> None:
    for pair in pairs(FILES[name]):
        assert all(pair[language].strip() for language in ("cs", "en")), pair
        assert set(names_in(pair["cs"])) == set(names_in(pair["en"])), pair


@pytest.mark.parametrize("name", FILES)
def test_czech_is_set_as_czech(name: str) -> None:
    """No-break spaces after one-letter words and before units, „uvozovky“, no verb that needs a gender."""
    for text in (pair["cs"] for pair in pairs(FILES[name])):
        assert typeset(text) == text
        assert "{time} hodin" not in text
        assert "  " not in text
        assert text.count("„") == text.count("“")
        assert not re.search(r"[\"'”]", text)
        assert not re.search(r"\b(odeslal|schválil|převzal|rozhodl)(a|/a)?\b", text)


@pytest.mark.parametrize("name", [path.name for path in protocol_files()])
def test_protocol_is_usable(name: str) -> None:
    given = cases_bootstrap.read(f"protocols/{name}")
    steps = given["steps"]
    templates = {row["code"] for row in comms_bootstrap.read("templates.yaml")["templates"]}
    assert [step["minutes"] for step in steps] == sorted(step["minutes"] for step in steps)
    for step in steps:
        assert step["role"] in CASE_ROLES
        assert step.get("kind", "manual") in StepKind.values
        assert step.get("template", next(iter(templates))) in templates
        assert step.get("done_by", DoneBy.ASSESSED) in DoneBy.values
        assert all(len(step["title"][language]) <= 130 for language in ("cs", "en"))
        for language in ("cs", "en"):
            said = step["instruction"][language]
            assert said.endswith(".")
            assert len(said) <= 200
    assert steps[0]["minutes"] == 0
    assert steps[0]["blocking"]
    assert steps[0]["done_by"] in (DoneBy.TAKEN_OVER, DoneBy.ASSESSED), "the desk saw it happen"


def test_a_protocol_that_waits_for_what_never_happens_is_not_installed(world: World) -> None:
    given = {**cases_bootstrap.read("protocols/viral_backlash.yaml"), "code": "own"}
    given["steps"] = [{**given["steps"][0], "done_by": "moon.risen"}]
    with pytest.raises(ValueError, match=r"moon\.risen"):
        cases_bootstrap.install_protocol(given)
    assert not Protocol.objects.filter(code="own").exists()


def test_the_table_of_limits() -> None:
    """Minutes by severity 1 to 4; w counts working hours, d working days."""
    expected = {
        "ack": "5 10 30w 240w", "sev": "10 20 60w –", "lead": "10 20 60w –", "hold": "15 30 120 –",
        "reply1": "20 40 120 480w", "first": "30 60 240 –", "en": "60 120 480 –", "staff": "30 60 240 –",
        "next": "120 240 1440 –", "press": "60 120 480w 1440", "report": "180 07:00,18:00|08:00,17:00|17:00|10080",
        "review": "5d 10d 20d –",
    }  # fmt: skip

    def cell(given: dict[str, Any] | None) -> str:
        if given is None:
            return "–"
        limit = limit_of(given)
        unit = {"minutes": "", "working_minutes": "w", "working_days": "d"}[limit.unit.value]
        amount = f"{limit.amount}{unit}" if limit.amount else ""
        return " ".join(filter(None, [amount, ",".join(f"{moment:%H:%M}" for moment in limit.times)]))

    found = cases_bootstrap.read("severity.yaml")["limits"]
    for code, row in expected.items():
        split = row.split("|") if "|" in row else row.split(" ")
        assert [cell(found[code].get(severity)) for severity in (1, 2, 3, 4)] == split, code
    assert set(found) == set(expected)
    assert all(limit_of(cell).waking_hours for cell in found["next"].values()), "promises sleep at night"


def test_everything_is_installed_once(empty_db: str) -> None:
    people.install()
    assert all(install_cases().values())
    assert all(install_comms().values())
    before = _counts()
    assert before["kinds"] == 8
    assert before["protocols"] == 4
    assert before["policies"] == 9
    assert before["accounts"] == 2 * 9
    assert before["templates"] == 2 * 6
    assert before["versions"] == 2 * 6 * 2
    assert not any(install_cases().values())
    assert not any(install_comms().values())
    assert _counts() == before


def test_the_command_says_what_it_added(empty_db: str) -> None:
    people.install()
    said = StringIO()
    call_command("bootstrap", stdout=said)
    assert "kinds: 8 added" in said.getvalue()
    assert "templates: 12 added" in said.getvalue()
    before, said = _counts(), StringIO()
    call_command("bootstrap", stdout=said)
    assert "added" not in said.getvalue()
    assert _counts() == before


def test_an_empty_installation_gets_an_organisation_to_be_named(empty_db: str) -> None:
    call_command("bootstrap", stdout=StringIO())
    assert Organisation.objects.get().name == "CrisisDesk"


@pytest.mark.django_db
def test_what_the_organisation_changed_stays(world: World) -> None:
    kind = CrisisKind.objects.get(code="data_leak")
    kind.name_cs, kind.start_severity = "Únik údajů", 2
    kind.save()
    SeverityPolicy.objects.get().limits.filter(code="ack").update(amount=7)
    StatementTemplate.objects.filter(code="general").update(name_en="Ours")
    Account.objects.filter(code="x").update(active=False)
    ApprovalPolicy.objects.filter(text="update").update(minutes=3)
    install_cases()
    install_comms()
    kind.refresh_from_db()
    assert (kind.name_cs, kind.start_severity) == ("Únik údajů", 2)
    assert set(SeverityPolicy.objects.get().limits.filter(code="ack").values_list("amount", flat=True)) == {7}
    assert set(StatementTemplate.objects.filter(code="general").values_list("name_en", flat=True)) == {"Ours"}
    assert not Account.objects.filter(code="x", active=True).exists()
    assert ApprovalPolicy.objects.get(text="update").minutes == 3


@pytest.mark.django_db
def test_every_kind_has_a_published_protocol_and_a_policy(world: World) -> None:
    starts = {kind.code: kind.start_severity for kind in CrisisKind.objects.all()}
    assert starts["negative_reviews"] == 3
    assert starts["viral_backlash"] == 2
    assert starts["pr_disaster"] == 2
    assert starts["data_leak"] == 1
    for kind in CrisisKind.objects.all():
        assert kind.protocol is not None
        assert kind.protocol.current() is not None
        assert kind.policy is not None
        assert kind.policy.standard


@pytest.mark.django_db
def test_templates_pass_the_linter_and_can_be_submitted(world: World) -> None:
    for version in TemplateVersion.objects.filter(template__brand=world.brand):
        assert lint(version) == [], version
        submitted = submit_template(version, world.principal("crisis_lead"))
        assert submitted.payload_hash


@pytest.mark.django_db
def test_installing_leaves_a_trace(world: World) -> None:
    kinds = set(Event.objects.values_list("kind", flat=True))
    assert {"protocol.published", "account.opened", "template.created"} <= kinds


REVIEWS, BACKLASH, FAILURE, LEAK = "negative_reviews", "viral_backlash", "pr_disaster", "data_leak"
ROUTINE, ELEVATED, SERIOUS, CRITICAL = 4, 3, 2, 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "severity", "kind", "roles"),
    [
        ("first", ELEVATED, BACKLASH, "comms_lead"),
        ("first", SERIOUS, BACKLASH, "comms_lead legal"),
        ("first", SERIOUS, REVIEWS, "comms_lead"),
        ("first", CRITICAL, FAILURE, "comms_lead legal exec"),
        ("first", SERIOUS, FAILURE, "comms_lead legal"),
        ("first", CRITICAL, LEAK, "comms_lead legal dpo"),
        ("update", CRITICAL, BACKLASH, "comms_lead"),
        ("update", CRITICAL, LEAK, "comms_lead legal dpo"),
        ("apology", ELEVATED, BACKLASH, "comms_lead legal"),
        ("apology", CRITICAL, BACKLASH, "comms_lead legal exec"),
        ("apology", ELEVATED, REVIEWS, "comms_lead legal care"),
        ("apology", SERIOUS, LEAK, "comms_lead legal exec dpo"),
        ("apology", SERIOUS, "employee_conduct", "comms_lead legal exec hr"),
        ("correction", SERIOUS, BACKLASH, "comms_lead"),
        ("correction", SERIOUS, LEAK, "comms_lead security"),
        ("reply", ELEVATED, BACKLASH, "care/comms_lead"),
        ("reply", SERIOUS, BACKLASH, "comms_lead"),
        ("reply", SERIOUS, REVIEWS, "care"),
        ("reply", SERIOUS, LEAK, "comms_lead dpo"),
        ("press_answer", ROUTINE, BACKLASH, "comms_lead/spokesperson"),
        ("press_answer", SERIOUS, BACKLASH, "spokesperson comms_lead"),
        ("press_answer", SERIOUS, LEAK, "spokesperson comms_lead legal"),
        ("staff", ELEVATED, BACKLASH, "hr/internal"),
        ("staff", SERIOUS, BACKLASH, "comms_lead hr"),
        ("staff", ELEVATED, FAILURE, "hr"),
        ("staff", SERIOUS, LEAK, "comms_lead hr security"),
        ("regulator", SERIOUS, BACKLASH, "legal quality"),
        ("regulator", CRITICAL, LEAK, "legal dpo security"),
    ],
)
def test_who_approves_what(world: World, text: str, severity: int, kind: str, roles: str) -> None:
    """The matrix, cell by cell; an apology over an employee asks HR where the kind of crisis is about conduct."""
    install_comms()
    policy = ApprovalPolicy.objects.get(text=text)
    tags = frozenset({"employee"}) if kind == "employee_conduct" else frozenset[str]()
    asked = quorum.asked([policy.as_stages()], quorum.Circumstances(severity, kind, tags))
    assert {"/".join(sorted(stage.roles)) for stage in asked} == set(roles.split(" "))


@pytest.mark.django_db
def test_the_duty_officer_signs_templates_alone(world: World) -> None:
    install_comms()
    policy = ApprovalPolicy.objects.get(text="first_template")
    assert policy.signed_by == [Role.DUTY]
    assert not policy.stages.exists()


def _counts() -> dict[str, int]:
    return {
        "kinds": CrisisKind.objects.count(),
        "policies": ApprovalPolicy.objects.count(),
        "stages": sum(policy.stages.count() for policy in ApprovalPolicy.objects.all()),
        "protocols": Protocol.objects.count(),
        "accounts": Account.objects.count(),
        "templates": StatementTemplate.objects.count(),
        "versions": TemplateVersion.objects.count(),
        "severity": SeverityPolicy.objects.count(),
        "events": Event.objects.count(),
    }
