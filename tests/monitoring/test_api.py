"""Sources, mentions and report addresses over the API: shapes, refusals, batches, streams of lines."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from cases.models import Signal
from cases.monitoring.models import Mention, Source
from crisisdesk.core.actions.tokens import create_token
from tests.conftest import World
from tests.monitoring.feed_server import FeedServer, atom, entry

API = "/api/v1/"
Call = Callable[..., Any]


@pytest.fixture
def call(world: World, settings: Any) -> Call:
    """A request with a token of a persona that may do everything of monitoring."""
    settings.REQUIRE_MFA = False
    tokens: dict[tuple[str, ...], Any] = {}

    def send(
        code: str, method: str, address: str, body: Any = None, *, scopes: tuple[str, ...] = (), **headers: str
    ) -> Any:
        wanted = scopes or ("read", "monitoring.*")
        if (code, *wanted) not in tokens:
            owner = {"user": world.user("service")} if code == "service" else {}
            principal = world.principal("superuser" if code == "service" else code, fresh=True)
            tokens[code, *wanted] = create_token(world.organisation, principal, name="T", scopes=list(wanted), **owner)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {tokens[code, *wanted].secret}"
        content_type = named.pop("Content-Type", "application/json")
        data = body if isinstance(body, bytes) else json.dumps({} if body is None else body).encode()
        sent = {} if method == "GET" else {"data": data, "content_type": content_type}
        return Client().generic(method, API + address, headers=named, **sent)

    return send


def fields_of(answer: Any) -> set[str]:
    return {error["field"] for error in answer.json()["errors"]}


def test_a_source_from_beginning_to_end(world: World, call: Call, server: FeedServer, reachable: None) -> None:
    server.serve(atom(entry(1, "Plíseň"), title="Deník"))
    tried = call("manager", "POST", "sources/try", {"brand": str(world.brand.uuid), "url": server.url()})
    assert tried.status_code == 200, tried.content
    assert [item["title"] for item in tried.json()["items"]] == ["Plíseň"]
    assert not Source.objects.exists()
    made = call("manager", "POST", "sources", {"brand": str(world.brand.uuid), "url": server.url()})
    assert made.status_code == 201, made.content
    source = made.json()
    assert (source["name"], source["health"]["problem"]) == ("Deník", "")
    assert Mention.objects.count() == 1
    address = f"sources/{source['uuid']}"
    shown = call("manager", "GET", address)
    assert set(shown.json()["available_actions"]) == {"partial_update", "pause", "look"}
    assert call("manager", "PATCH", address, {"name": "Jinak"}).status_code == 428
    changed = call("manager", "PATCH", address, {"name": "Jinak"}, If_Match=shown["ETag"])
    assert changed.json()["name"] == "Jinak", changed.content
    assert call("manager", "PATCH", address, {"name": "X"}, If_Match=shown["ETag"]).status_code == 412
    assert call("manager", "POST", f"{address}/pause", {"reason": "stěhování"}).json()["active"] is False
    assert call("manager", "POST", f"{address}/look").status_code == 409
    assert call("manager", "POST", f"{address}/resume").json()["active"] is True
    assert call("community", "POST", f"{address}/look").status_code == 200
    listed = call("community", "GET", "sources?kind=feed&failing=false&ordering=name")
    assert [row["uuid"] for row in listed.json()["results"]] == [source["uuid"]]


def test_a_feed_that_can_not_be_read(world: World, call: Call, server: FeedServer, reachable: None) -> None:
    values = {"brand": str(world.brand.uuid), "url": server.url()}
    refused = call("manager", "POST", "sources", values)
    assert refused.status_code == 422
    assert fields_of(refused) == {"url"}
    assert "nothing at this address" in refused.json()["detail"]
    made = call("manager", "POST", "sources", values | {"anyway": True, "name": "Později"})
    assert made.json()["health"]["problem"] == "gone"
    forbidden = call("manager", "POST", "sources/try", values | {"url": "http://169.254.169.254/"})
    assert forbidden.json()["problem"] == "forbidden"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, {"brand"}),
        ({"brand": "x"}, {"brand"}),
        ({"kind": "report"}, {"brand", "kind"}),
        ({"unknown": 1}, {"brand"}),
    ],
)
def test_bad_sources(call: Call, values: dict[str, Any], fields: set[str]) -> None:
    refused = call("manager", "POST", "sources", values)
    assert refused.status_code == 422
    assert fields <= fields_of(refused)


def test_who_may_not(world: World, call: Call, inbox: Source) -> None:
    values = {"brand": str(world.brand.uuid), "kind": "push", "name": "X"}
    assert call("community", "POST", "sources", values).status_code == 403
    assert call("manager", "POST", "sources", values, scopes=("read",)).status_code == 403
    assert call("outsider", "POST", "sources", values).status_code == 422
    assert call("outsider", "GET", f"sources/{inbox.uuid}").status_code == 404
    assert (
        call("community", "POST", "sources/try", {"brand": values["brand"], "url": "http://x.example/"}).status_code
        == 403
    )
    assert Client().get(f"{API}mentions").status_code == 401


def test_pushing_a_batch(call: Call, inbox: Source) -> None:
    address = f"sources/{inbox.uuid}/mentions"
    rated = {"external_id": "1", "title": "A", "published_at": "2026-06-01T10:00:00+02:00", "rating": "1.5"}
    batch = {"mentions": [rated, {"external_id": "2", "text": "B", "reach": 12000, "language": "sk"}]}
    first = call("service", "POST", address, batch)
    assert first.status_code == 200, first.content
    assert (len(first.json()["stored"]), first.json()["known"]) == (2, 0)
    again = call("service", "POST", address, batch)
    assert (again.json()["stored"], again.json()["known"]) == ([], 2)
    mention = Mention.objects.get(external_id="1")
    assert mention.published_at == datetime(2026, 6, 1, 8, tzinfo=UTC)


def test_pushing_lines(call: Call, inbox: Source) -> None:
    address = f"sources/{inbox.uuid}/mentions"
    lines = "\n".join(json.dumps({"external_id": str(number), "title": f"Č {number}"}) for number in range(300))
    answer = call("service", "POST", address, f"{lines}\n\n".encode(), Content_Type="application/x-ndjson")
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["stored"]) == 300
    broken = call("service", "POST", address, b'{"title": "A"}\n{"title": ', Content_Type="application/x-ndjson")
    assert broken.status_code == 400
    assert "Line 2" in broken.json()["detail"]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ({}, "mentions.1.text"),
        ({"title": "A", "url": "javascript:alert(1)"}, "mentions.1.url"),
        ({"title": "A", "published_at": "yesterday"}, "mentions.1.published_at"),
        ({"title": "A", "reach": -1}, "mentions.1.reach"),
        ({"title": "A", "rating": "7"}, "mentions.1.rating"),
        ({"title": "A", "language": "česky"}, "mentions.1.language"),
        ({"title": "A", "nonsense": 1}, "mentions.1.nonsense"),
        ({"title": "A", "text": "x" * 1_000_000}, "mentions.1.text"),
        ({"title": 5.5, "text": ["x"]}, "mentions.1.text"),
        ("A", "mentions.1"),
    ],
)
def test_one_bad_row_refuses_the_batch(call: Call, inbox: Source, row: Any, field: str) -> None:
    refused = call("service", "POST", f"sources/{inbox.uuid}/mentions", {"mentions": [{"title": "Dobrá"}, row]})
    assert refused.status_code == 422
    assert field in fields_of(refused)
    assert not Mention.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"mentions": [{"title": "a\\u0000b"}]}', 400),
        (b'{"mentions": [{"title": "a\\ud800b"}]}', 400),
        (b"\xff\xfe", 400),
        (b"[]", 422),
        (b'{"mentions": "A"}', 422),
        (b'{"mentions": []}', 422),
        (b'{"mentions": [' + b'{"title": "A"},' * 1000 + b'{"title": "A"}]}', 422),
        (b'{"mentions": [{"title": "' + b"x" * 5_500_000 + b'"}]}', 413),
    ],
)
def test_bodies_that_are_refused(call: Call, inbox: Source, body: bytes, status: int) -> None:
    assert call("service", "POST", f"sources/{inbox.uuid}/mentions", body).status_code == status


def test_a_repeated_request_with_a_key_is_answered_again(call: Call, inbox: Source) -> None:
    address = f"sources/{inbox.uuid}/mentions"
    first = call("service", "POST", address, {"mentions": [{"title": "A"}]}, Idempotency_Key="k1")
    again = call("service", "POST", address, {"mentions": [{"title": "A"}]}, Idempotency_Key="k1")
    assert again.json() == first.json()
    assert again["Idempotent-Replayed"] == "true"


def test_reading_filtering_and_raising(world: World, call: Call, push: Any, inbox: Source) -> None:
    first, second, third = push("Únik dat zákazníků", "Hezky je", "Bojkot")
    found = call("community", "GET", "mentions?words=unik%20zakaznik")
    assert [row["uuid"] for row in found.json()["results"]] == [str(first.uuid)]
    assert call("community", "GET", f"mentions?source={inbox.uuid}&unattended=true").json()["count"] == 3
    assert call("community", "GET", "mentions?nonsense=1").status_code == 400
    assert call("community", "GET", f"mentions/{second.uuid}").json()["title"] == "Hezky je"
    raised = call("community", "POST", "mentions/raise-signal", {"mentions": [str(first.uuid), str(second.uuid)]})
    assert raised.status_code == 201, raised.content
    signal = Signal.objects.get()
    assert raised.json()["uuid"] == str(signal.uuid)
    joined = call("community", "POST", "mentions/attach", {"signal": str(signal.uuid), "mentions": [str(third.uuid)]})
    assert joined.status_code == 200, joined.content
    evidence = call("community", "GET", f"evidence?signal={signal.uuid}")
    assert [row["mention"]["title"] for row in evidence.json()["results"]] == [
        "Únik dat zákazníků",
        "Hezky je",
        "Bojkot",
    ]
    assert call("community", "GET", "mentions?unattended=true").json()["count"] == 0
    foreign = call("outsider", "POST", "mentions/raise-signal", {"mentions": [str(first.uuid)]})
    assert foreign.status_code == 422
    assert call("outsider", "GET", "mentions").json()["count"] == 0
    assert call("outsider", "GET", "evidence").json()["count"] == 0


def test_report_addresses_show_their_secret_once(world: World, call: Call) -> None:
    values = {"brand": str(world.brand.uuid), "name": "Prodejny"}
    made = call("manager", "POST", "report-addresses", values, Idempotency_Key="k2")
    assert made.status_code == 201, made.content
    secret = made.json()["secret"]
    assert Client().get(f"/report/{secret}/").status_code == 200
    replayed = call("manager", "POST", "report-addresses", values, Idempotency_Key="k2")
    assert replayed.json()["secret"] is None
    address = f"report-addresses/{made.json()['address']['uuid']}"
    assert "secret" not in call("manager", "GET", address).json()
    fresh = call("manager", "POST", f"{address}/rotate").json()["secret"]
    assert Client().get(f"/report/{secret}/").status_code == 404
    assert Client().get(f"/report/{fresh}/").status_code == 200
    assert call("manager", "POST", f"{address}/revoke").json()["revoked_at"] is not None
    assert Client().get(f"/report/{fresh}/").status_code == 404
