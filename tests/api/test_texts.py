"""Texts over REST: drafts and their conflicts, decisions about an older text, templates, values, policies, reviews."""

from collections.abc import Callable
from typing import Any

from crisisdesk.desk.demo import people
from tests.api.conftest import Program
from tests.comms import build
from tests.conftest import World

Make = Callable[..., Program]
EVERYTHING = ("read", "cases.*", "comms.*")


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json() if answer.content else None


def fresh(program: Make, code: str) -> Program:
    """A program of somebody who has just proved who they are."""
    made = program(code, EVERYTHING)
    ok(made("POST", "reauthenticate", {"password": people.PASSWORD}))
    return made


def drafted(world: World, author: Program) -> dict[str, Any]:
    """A draft in Czech, made over REST."""
    body = {"case": build.case(world).reference, "purpose": "update", "text": build.CZECH}
    return dict(ok(author("POST", "statements", body), 201))


def test_two_programs_do_not_overwrite_each_other(world: World, program: Make) -> None:
    author, agency = program("community", EVERYTHING), program("agency", EVERYTHING)
    version = drafted(world, author)
    address = f"statement-versions/{version['uuid']}"
    read = author("GET", address)
    changed = author("PATCH", address, {"text": "První text."}, If_Match=read["ETag"])
    assert ok(changed)["text"] == "První text."
    assert ok(agency("PATCH", address, {"text": "Druhý text."}, If_Match=read["ETag"]), 412)["code"] == "stale"
    now = agency("GET", address)
    body = {"text": "Druhý text.", "base_hash": version["draft_hash"]}
    stale = ok(agency("PATCH", address, body, If_Match=now["ETag"]), 412)
    assert stale["current_hash"] == now.json()["draft_hash"]
    assert {"change": "ins", "text": "Druhý"} in stale["difference"]


def test_a_decision_about_an_older_text_is_refused_with_the_difference(world: World, program: Make) -> None:
    author = program("community", EVERYTHING)
    version = drafted(world, author)
    ok(author("POST", f"statement-versions/{version['uuid']}/submit"))
    (request,) = ok(author("GET", "approval-requests?state=open"))["results"]
    draft = ok(author("POST", f"statement-versions/{version['uuid']}/take-back"))
    assert (draft["number"], draft["parent_version"]) == (2, version["uuid"])
    lead = fresh(program, "comms_lead")
    address = f"approval-requests/{request['uuid']}/approve"
    stale = ok(lead("POST", address, {"payload_hash": request["payload_hash"]}), 412)
    assert (stale["code"], stale["version"]) == ("stale", draft["uuid"])
    assert ok(lead("GET", f"approval-requests/{request['uuid']}"))["available_actions"] == []


def test_a_text_is_returned_with_a_comment(world: World, program: Make) -> None:
    request = build.submitted(world)
    lead = program("comms_lead", EVERYTHING)
    address = f"approval-requests/{request.uuid}/return"
    ok(lead("POST", address, {"payload_hash": request.payload_hash}), 422)
    decision = ok(lead("POST", address, {"payload_hash": request.payload_hash, "comment": "Kdy to napravíme?"}))
    assert (decision["verdict"], decision["comment"]) == ("return", "Kdy to napravíme?")


def test_settings_and_languages(world: World, program: Make) -> None:
    author = program("community", EVERYTHING)
    version = drafted(world, author)
    address = f"statements/{version['statement']}"
    read = author("GET", address)
    assert [row["language"] for row in read.json()["versions"]] == ["cs", "en"]
    changed = ok(author("PATCH", address, {"admits_fault": True, "accounts": []}, If_Match=read["ETag"]))
    assert (changed["admits_fault"], changed["accounts"]) == (True, [])
    stale = author("PATCH", address, {"admits_fault": False}, If_Match=read["ETag"])
    assert ok(stale, 412)["code"] == "stale"
    ok(author("POST", f"{address}/add-language", {"language": "en"}), 422)


def test_channels_alone_make_settings_another_version(world: World, program: Make) -> None:
    author = program("community", EVERYTHING)
    address = f"statements/{drafted(world, author)['statement']}"
    read = author("GET", address)
    changed = author("PATCH", address, {"accounts": []}, If_Match=read["ETag"])
    assert ok(changed)["accounts"] == []
    assert changed["ETag"] != read["ETag"]
    ok(author("PATCH", address, {"accounts": read.json()["accounts"]}, If_Match=read["ETag"]), 412)


def test_a_template_from_the_first_word_to_its_approval(world: World, program: Make) -> None:
    writer = program("duty", EVERYTHING)
    body = {"brand": str(world.brand.uuid), "code": "own", "name_cs": "Vlastní", "name_en": "Own"}
    template = ok(writer("POST", "statement-templates", body), 201)
    field = {"name": "time", "type": "time", "label_cs": "čas", "label_en": "time"}
    text = {"language": "cs", "text": "Ozveme se v {time} hodin.", "closed_fields": [field]}
    version = ok(writer("POST", f"statement-templates/{template['uuid']}/draft", text), 201)
    address = f"template-versions/{version['uuid']}"
    read = writer("GET", address)
    renamed = {**field, "label_en": "time of the next update"}
    ok(writer("PATCH", address, {"closed_fields": [renamed]}, If_Match=read["ETag"]))
    ok(writer("PATCH", address, {"title": "Zjišťujeme"}, If_Match=read["ETag"]), 412)
    ok(writer("PATCH", address, {"title": "Zjišťujeme"}, If_Match=writer("GET", address)["ETag"]))
    waiting = ok(writer("POST", f"{address}/submit"))
    decision = {"payload_hash": waiting["payload_hash"]}
    ok(writer("POST", f"{address}/approve", decision), 403)
    first = ok(fresh(program, "legal")("POST", f"{address}/approve", decision))
    assert (first["state"], len(first["approvals"])) == ("in_approval", 1)
    done = ok(fresh(program, "comms_lead")("POST", f"{address}/approve", decision))
    assert (done["state"], len(done["approvals"])) == ("approved", 2)
    ok(writer("PATCH", address, {"title": "Jinak"}, If_Match=writer("GET", address)["ETag"]), 409)
    assert ok(writer("POST", f"{address}/retire"))["state"] == "retired"


def test_registered_values(world: World, program: Make) -> None:
    manager = program("manager", EVERYTHING)
    body = {"brand": str(world.brand.uuid), "type": "product", "value": "Dětská kaše"}
    value = ok(manager("POST", "registered-values", body), 201)
    ok(program("duty", EVERYTHING)("POST", "registered-values", body), 403)
    assert ok(manager("POST", f"registered-values/{value['uuid']}/close"))["active"] is False


def test_a_weaker_policy_needs_a_second_person(world: World, program: Make) -> None:
    manager = fresh(program, "manager")
    policies = {row["text"]: row for row in ok(manager("GET", "approval-policies"))["results"]}
    address = f"approval-policies/{policies['apology']['uuid']}"
    changed = ok(manager("POST", f"{address}/change", {"stages": [{"roles": ["comms_lead"]}]}))
    assert changed["waiting"]
    assert changed["stages"] == policies["apology"]["stages"]
    proposal = f"policy-proposals/{changed['waiting']}"
    refused = ok(manager("POST", f"{proposal}/confirm"), 409)
    assert [unmet["code"] for unmet in refused["unmet"]] == ["four_eyes"]
    confirmed = ok(fresh(program, "superuser")("POST", f"{proposal}/confirm"))
    assert [stage["roles"] for stage in confirmed["stages"]] == [["comms_lead"]]


def test_a_signed_text_is_reviewed(world: World, program: Make) -> None:
    review = build.review(world)
    lead = program("comms_lead", EVERYTHING)
    address = f"release-reviews/{review.uuid}"
    assert ok(lead("GET", address))["available_actions"] == ["review"]
    assert ok(program("duty", EVERYTHING)("GET", address))["available_actions"] == []
    assert ok(lead("POST", f"{address}/review", {"outcome": "confirmed"}))["outcome"] == "confirmed"
