"""The administration: set-up is changed by the same verbs, work is read, and verbs on it are buttons."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions import draft_protocol
from cases.models import (
    CaseState,
    CrisisKind,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    ProtocolVersion,
    SignalState,
)
from tests.cases.build import active, confidential, english, events_of, kind, signal, speechless
from tests.conftest import World


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:cases_{name}", args=args)


@pytest.fixture
def client(world: World) -> Client:
    return english(world, "manager")


def test_a_kind_is_added_and_changed(world: World, client: Client) -> None:
    existing = kind()
    given = {
        "code": "sabotage",
        "name_cs": "Sabotáž",
        "name_en": "Sabotage",
        "start_severity": 2,
        "policy": existing.policy_id,
        "position": 20,
        "active": "on",
    }
    assert client.post(page("crisiskind_add"), given).status_code == 302
    made = CrisisKind.objects.get(code="sabotage")
    assert len(events_of(made, "kind.created")) == 1
    client.post(page("crisiskind_change", made.pk), {**given, "name_en": "Arson"})
    made.refresh_from_db()
    assert made.name_en == "Arson"
    assert made.history.first().history_user == world.user("manager")


def test_a_limit_is_changed_added_and_taken_away(world: World, client: Client) -> None:
    policy = kind().policy
    limit = PolicyLimit.objects.get(policy=policy, severity=2, code="first")
    values = {"amount": 45, "unit": "minutes", "times": ""}
    assert client.post(page("policylimit_change", limit.pk), values).status_code == 302
    limit.refresh_from_db()
    assert (limit.amount, limit.severity, limit.code) == (45, 2, "first")
    added = {"policy": policy.pk, "severity": 4, "code": "first", "amount": 600, "unit": "working_minutes", "times": ""}
    client.post(page("policylimit_add"), added)
    assert PolicyLimit.objects.get(policy=policy, severity=4, code="first").amount == 600
    client.post(page("policylimit_change", limit.pk), {"amount": "", "unit": "minutes", "times": ""})
    assert not PolicyLimit.objects.filter(pk=limit.pk).exists()


def test_a_level_is_changed(world: World, client: Client) -> None:
    level = PolicyLevel.objects.get(policy=kind().policy, severity=2)
    client.post(page("policylevel_change", level.pk), {"required_roles": ["crisis_lead", "hr"], "suggest_hold": "on"})
    level.refresh_from_db()
    assert level.required_roles == ["crisis_lead", "hr"]
    assert not level.review_required


def test_a_protocol_in_versions(world: World, client: Client) -> None:
    kind()
    protocol = Protocol.objects.get(code="data_leak")
    client.post(page("protocol_verb", protocol.pk, "draft-protocol"))
    draft = ProtocolVersion.objects.get(protocol=protocol, published_at=None)
    step = draft.steps.first()
    given = {
        "order": step.order,
        "kind": "manual",
        "role": "dpo",
        "offset_minutes": 5,
        "due_minutes": 0,
        "title_cs": "Zavolat",
        "title_en": "Call",
        "depends_on": "",
    }
    assert client.post(page("protocolstep_change", step.pk), given).status_code == 302
    client.post(page("protocolstep_add"), {**given, "version": draft.pk, "order": 90})
    client.post(page("protocolversion_verb", draft.pk, "publish-protocol"))
    assert protocol.current().pk == draft.pk
    assert set(protocol.current().steps.values_list("title_en", flat=True)) >= {"Call"}
    refused = client.post(page("protocolstep_change", step.pk), {**given, "title_en": "Later"})
    assert refused.status_code == 403
    assert not ProtocolStep.objects.filter(title_en="Later").exists()


def test_a_refusal_is_shown_in_the_form(world: World, client: Client) -> None:
    kind()
    protocol = Protocol.objects.get(code="data_leak")
    draft_protocol(protocol, world.principal("manager"))
    response = client.post(page("protocol_verb", protocol.pk, "draft-protocol"))
    assert response.status_code == 409
    assert "There is a draft of this protocol already" in response.content.decode()


def test_a_signal_is_taken_over(world: World) -> None:
    made = signal(world)
    user = world.user("duty")
    user.is_staff = True
    user.save()
    client = world.client("duty")
    assert client.get(page("signal_change", made.pk)).status_code == 200
    client.post(page("signal_verb", made.pk, "take-over-signal"))
    made.refresh_from_db()
    assert made.state == SignalState.TAKEN_OVER
    (event,) = events_of(made, "signal.taken_over")
    assert event.via == "admin"


def test_the_state_of_a_case_is_moved_by_verbs_only(world: World) -> None:
    case = speechless(world)
    user = world.user("crisis_lead")
    user.is_staff = True
    user.save()
    client = world.client("crisis_lead")
    assert 'name="state"' not in client.get(page("case_change", case.pk)).content.decode()
    client.post(page("case_verb", case.pk, "contain-case"))
    case.refresh_from_db()
    assert case.state == CaseState.CONTAINED


def test_confidential_cases_stay_hidden_there_too(world: World, client: Client) -> None:
    case = confidential(world)
    assert case.reference not in client.get(page("case_changelist")).content.decode()
    assert client.get(page("case_change", case.pk)).status_code in (302, 404)
    assert client.get(page("case_history", case.pk)).status_code in (302, 404)


LISTS = (
    "crisiskind", "severitypolicy", "policylimit", "policylevel", "protocol", "protocolversion", "protocolstep",
    "signal", "case", "roleassignment", "task", "fact", "clock",
)  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", LISTS)
def test_every_list_and_page_opens(world: World, client: Client, name: str) -> None:
    case = active(world)
    assert client.get(page(f"{name}_changelist"), {"q": "x"} if name == "case" else {}).status_code == 200
    model = client.get(page(f"{name}_changelist")).context["cl"].model
    row = model._default_manager.filter(case=case).first() if name in ("task", "clock") else model.objects.first()
    if row is not None:
        assert client.get(page(f"{name}_change", row.pk)).status_code == 200
