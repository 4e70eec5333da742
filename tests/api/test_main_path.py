"""The main path over REST alone: a mention comes in, becomes a signal and a case, and two people let an apology out."""

from collections.abc import Callable
from typing import Any

import pytest

from comms.sending import claiming as sending
from crisisdesk.desk.demo import people
from tests.api.conftest import Program
from tests.comms import build
from tests.conftest import World

Make = Callable[..., Program]
APOLOGY = "Omlouváme se. Kvásek z pondělní várky jsme neměli pustit do prodeje. Další informace dnes v 17 hodin."
EVERYTHING = ("read", "cases.*", "comms.*", "monitoring.*")


def ok(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


@pytest.fixture
def source(world: World, program: Make) -> str:
    """A source to push into, made by a manager: every item becomes a signal."""
    manager = program("manager", EVERYTHING)
    body = {"brand": str(world.brand.uuid), "kind": "push", "name": "Monitoring", "raises_every_item": True}
    return str(ok(manager("POST", "sources", body), 201)["uuid"])


@pytest.fixture
def case(world: World, program: Make, source: str) -> str:
    """A case that began with a pushed mention; the duty officer leads it."""
    robot = program("service", EVERYTHING)
    item = {"external_id": "kvas-1", "title": "Kvásek Zrnko páchne", "text": "Třetí balení za sebou."}
    first = ok(robot("POST", f"sources/{source}/mentions", {"mentions": [item]}))
    again = ok(robot("POST", f"sources/{source}/mentions", {"mentions": [item]}))
    assert (len(first["stored"]), again["stored"], again["known"]) == (1, [], 1)
    (signal,) = first["signals"]
    duty = program("duty", EVERYTHING)
    assert "take-over" in ok(duty("GET", f"signals/{signal}"))["available_actions"]
    answers = {"harm": "no", "spreading": "no", "growing": "yes", "kind": "viral_backlash"}
    opened = ok(duty("POST", f"signals/{signal}/lead", {**answers, "content_languages": ["cs", "en"]}))
    assert (opened["state"], opened["severity"]) == ("active", 3)
    return str(opened["reference"])


def test_the_first_statement_from_a_template(world: World, program: Make, case: str) -> None:
    (template,) = build.prepared(world)
    duty = program("duty", EVERYTHING)
    body = {"case": case, "versions": [str(template.uuid)], "values": build.VALUES}
    prose = ok(duty("POST", "statements/release", {**body, "values": {**build.VALUES, "time": "snad brzy"}}), 403)
    assert prose["code"] == "reauthenticate"
    ok(duty("POST", "reauthenticate", {"password": people.PASSWORD}))
    prose = ok(duty("POST", "statements/release", {**body, "values": {**build.VALUES, "time": "snad brzy"}}), 422)
    assert [error["field"] for error in prose["errors"]] == ["time"]
    ok(duty("POST", "statements/release", body), 201)
    sending.send_due()
    (post,) = ok(duty("GET", "newsroom-posts"))["results"]
    assert post["language"] == "cs"


def test_an_apology_needs_two_and_is_out_word_for_word(world: World, program: Make, case: str) -> None:
    author = program("community", EVERYTHING)
    accounts = [row["uuid"] for row in ok(author("GET", "accounts"))["results"] if row["kind"] == "newsroom"]
    body = {"case": case, "purpose": "apology", "title": "Omluva", "text": APOLOGY, "accounts": accounts}
    version = ok(author("POST", "statements", body), 201)
    ok(author("POST", f"statement-versions/{version['uuid']}/submit", {"base_hash": version["draft_hash"]}))
    (request,) = ok(author("GET", f"approval-requests?case={case}"))["results"]
    assert sorted(role for stage in request["stages"] for role in stage["roles"]) == ["comms_lead", "legal"]
    decision = {"payload_hash": request["payload_hash"]}

    address = f"approval-requests/{request['uuid']}/approve"
    ok(author("POST", address, decision), 403)
    ok(program("service", EVERYTHING)("POST", address, decision), 403)
    legal = program("legal", EVERYTHING)
    ok(legal("POST", address, decision), 403)
    ok(legal("POST", "reauthenticate", {"password": people.PASSWORD}))
    assert ok(legal("POST", address, {"payload_hash": "0" * 64}), 412)["code"] == "stale"
    ok(legal("POST", address, decision))
    ok(legal("POST", address, decision))
    assert ok(author("GET", "newsroom-posts"))["results"] == []

    lead = program("comms_lead", EVERYTHING)
    ok(lead("POST", "reauthenticate", {"password": people.PASSWORD}))
    ok(lead("POST", address, decision))
    sending.send_due()
    sending.send_due()
    (post,) = ok(author("GET", "newsroom-posts"))["results"]
    assert (post["headline"], post["text"]) == ("Omluva", APOLOGY)

    change = {"title": "Omluva", "text": APOLOGY + " A ještě něco."}
    fresh = author("GET", f"statement-versions/{version['uuid']}")
    refused = author("PATCH", f"statement-versions/{version['uuid']}", change, If_Match=fresh["ETag"])
    assert ok(refused, 409)["unmet"]
