"""The same path over the API alone: report, lead, work, contain; refusals as problem documents."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, Signal
from tests.cases.build import SERIOUS, active, confidential, english, kind, led, signal
from tests.conftest import World


class Api:
    """A signed-in client that speaks JSON."""

    def __init__(self, world: World, code: str) -> None:
        self.client = english(world, code)

    def get(self, address: str, **query: Any) -> Any:
        return self.client.get(f"/api/v1/{address}", query)

    def post(self, address: str, **body: Any) -> Any:
        return self.client.post(f"/api/v1/{address}", body, content_type="application/json")

    def patch(self, address: str, etag: str, **body: Any) -> Any:
        given = {"content_type": "application/json", "headers": {"If-Match": etag}}
        return self.client.patch(f"/api/v1/{address}", body, **given)


@pytest.fixture
def api(world: World) -> Api:
    kind()
    return Api(world, "duty")


def test_from_the_signal_to_a_case_under_control(world: World, api: Api, sealed: Callable[[], None]) -> None:
    reported = api.post("signals", brand="zrnko", title="Mould in porridge", kind="viral_backlash")
    assert reported.status_code == 201, reported.content
    made = reported.json()
    assert made["state"] == "new"
    assert {"take-over", "dismiss", "attach", "open-case", "lead"} <= set(made["available_actions"])
    opened = api.post(f"signals/{made['uuid']}/lead", **SERIOUS)
    assert opened.status_code == 200, opened.content
    case = opened.json()
    assert (case["state"], case["severity"]) == ("active", 2)
    address = f"cases/{case['reference']}"
    assert "contain" not in case["available_actions"]

    refused = api.post(f"{address}/contain")
    assert refused.status_code == 409
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json()["unmet"]

    assert api.post(f"{address}/add-note", text="The shop called").status_code == 201
    assert api.post(f"{address}/add-decision", decision="We stop selling it", why="Safety").status_code == 201
    fact = api.post("facts", case=case["reference"], text="The video shows our product").json()
    confirmed = Api(world, "quality").post(f"facts/{fact['uuid']}/confirm", public_ok=True)
    assert confirmed.json()["state"] == "confirmed"
    assert confirmed.json()["verified_by"]["name"] == "Alena Žáková"

    offered = api.post(f"{address}/offer-role", user=str(world.user("legal").uuid), role="legal")
    assert offered.status_code == 201
    accepted = Api(world, "legal").post(f"case-roles/{offered.json()['uuid']}/accept")
    assert accepted.json()["state"] == "accepted"

    tasks = api.get("tasks", case=case["reference"], state="todo", limit=100).json()["results"]
    assert len(tasks) == 13
    for task in tasks:
        assert api.post(f"tasks/{task['uuid']}/finish", note="Done").status_code == 200
    clocks = api.get("clocks", case=case["reference"], code="staff").json()["results"]
    assert api.post(f"clocks/{clocks[0]['uuid']}/tick-off", note="Told").json()["met_at"]

    assert api.post(f"{address}/waive-statement", why="One customer").status_code == 200
    assert api.post(f"{address}/contain").json()["state"] == "contained"
    assert api.post(f"{address}/resolve").json()["state"] == "resolved"

    sealed()
    events = api.get("events", case=case["reference"], limit=200).json()["results"]
    kinds = [event["kind"] for event in events]
    assert {"case.opened", "case.activated", "fact.confirmed", "role.accepted", "case.resolved"} <= set(kinds)
    assert sorted(event["seq"] for event in events) == list(range(1, len(events) + 1))
    notes = api.get("entries", case=case["reference"], kind="note").json()["results"]
    assert "The shop called" in {note["text"] for note in notes}


def test_changing_needs_the_version_that_was_read(world: World, api: Api) -> None:
    case = led(world)
    address = f"cases/{case.reference}"
    read = api.get(address)["ETag"]
    assert api.client.patch(f"/api/v1/{address}", {"title": "x"}, content_type="application/json").status_code == 428
    changed = api.patch(address, read, title="Mould in porridge L2207", content_languages=["cs", "sk"])
    assert changed.json()["title"] == "Mould in porridge L2207"
    assert api.patch(address, read, title="Too late").status_code == 412


def test_values_are_checked_by_name(api: Api, world: World) -> None:
    made = signal(world)
    refused = api.post(f"signals/{made.uuid}/lead", harm="no", spreading="yes")
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"growing"}
    assert api.post(f"signals/{made.uuid}/dismiss", reason="x", sorry=True).status_code == 422
    assert api.get("signals", stat="new").status_code == 400
    assert api.get("cases", state="sleeping").status_code == 400


def test_a_confidential_case_is_missing(world: World, api: Api) -> None:
    case = confidential(world)
    stranger = Api(world, "comms_lead")
    task, clock = case.tasks.open().first(), case.clocks.first()
    for address in (f"cases/{case.reference}", f"tasks/{task.uuid}", f"clocks/{clock.uuid}"):
        assert api.get(address).status_code == 200
        assert stranger.get(address).status_code == 404
    for resource in ("cases", "tasks", "clocks", "events", "entries", "signals", "case-roles", "severity-assessments"):
        assert stranger.get(resource).json()["count"] == 0, resource
    refused = stranger.post("facts", case=case.reference, text="I guess")
    assert refused.status_code == 422
    assert {error["field"] for error in refused.json()["errors"]} == {"case"}


def test_set_up_over_the_api(world: World) -> None:
    kind()
    manager = Api(world, "manager")
    policy = manager.get("severity-policies").json()["results"][0]
    changed = manager.post(f"severity-policies/{policy['uuid']}/set-limit", severity=2, code="first", amount=45)
    assert changed.status_code == 200
    assert {"amount": 45, "severity": 2, "code": "first"}.items() <= next(
        limit for limit in changed.json()["limits"] if (limit["severity"], limit["code"]) == (2, "first")
    ).items()
    assert (
        manager.post(f"severity-policies/{policy['uuid']}/set-level", severity=4, required_roles=["hr"]).status_code
        == 200
    )
    made = manager.post("kinds", code="sabotage", name_cs="Sabotáž", name_en="Sabotage", policy=policy["code"])
    assert made.status_code == 201
    etag = manager.get(f"kinds/{made.json()['uuid']}")["ETag"]
    assert manager.patch(f"kinds/{made.json()['uuid']}", etag, start_severity=1).json()["start_severity"] == 1
    protocol = manager.post("protocols", code="sabotage", name_cs="Sabotáž", name_en="Sabotage").json()
    draft = manager.post(f"protocols/{protocol['uuid']}/draft")
    assert draft.status_code == 201
    step = {"order": 1, "role": "duty", "offset_minutes": 0, "title_cs": "Převzít", "title_en": "Take over"}
    added = manager.post("protocol-steps", version=draft.json()["uuid"], **step)
    assert added.status_code == 201
    again = manager.post("protocol-steps", version=draft.json()["uuid"], **step)
    assert again.status_code == 409
    published = manager.post(f"protocol-versions/{draft.json()['uuid']}/publish")
    assert published.json()["published_at"]
    assert manager.post(f"protocol-steps/{added.json()['uuid']}/remove").status_code == 409
    assert Api(world, "duty").post("kinds", code="x", name_cs="x", name_en="x").status_code == 403


@pytest.mark.parametrize("resource", ["signals", "cases", "tasks", "clocks", "case-roles", "events"])
def test_lists_take_a_constant_number_of_queries(world: World, api: Api, resource: str) -> None:
    def queries() -> int:
        api.get(resource)
        with CaptureQueriesContext(connection) as asked:
            assert api.get(resource).status_code == 200
        return len(asked)

    led(world)
    few = queries()
    for _ in range(3):
        active(world)
    assert queries() == few <= 8
    assert Case.objects.count() == Signal.objects.count() == 4
