"""What all resources have in common: problems, filters, pages, versions, repetition."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from crisisdesk.core.models import Brand, Event, IdempotencyKey
from crisisdesk.desk.demo import people
from tests.api.conftest import Program
from tests.conftest import World

Make = Callable[..., Program]


def brand_fields(number: int) -> dict[str, str]:
    return {"name": f"Brand {number:02}", "slug": f"brand-{number:02}"}


# --- problems -------------------------------------------------------------------------------------------------------


def test_problems_carry_everything_promised(program: Make) -> None:
    answer = program("superuser")("POST", "brands", {"name": "x", "slug": "not a slug"}, X_Request_ID="request-7")
    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["type"] == "urn:crisisdesk:problem:invalid"
    assert problem["instance"] == "/api/v1/brands"
    assert problem["request_id"] == answer["X-Request-ID"] == "request-7"
    assert [error["field"] for error in problem["errors"]] == ["slug"]
    assert {"title", "detail", "code"} <= set(problem)


def test_unknown_addresses_are_problems_too(program: Make) -> None:
    assert program("legal")("GET", "nowhere/at/all").json()["code"] == "missing"
    assert program("legal")("DELETE", "nowhere").status_code == 404
    assert program("legal")("GET", "brands/not-a-uuid").status_code == 404


def test_foreign_rows_are_missing(program: Make, world: World) -> None:
    foreign = program("outsider")("GET", f"brands/{world.brand.uuid}")
    unknown = program("outsider")("GET", "brands/00000000-0000-4000-8000-000000000000")
    assert foreign.status_code == unknown.status_code == 404
    ignored = {"instance", "request_id"}
    shown = [{k: v for k, v in answer.json().items() if k not in ignored} for answer in (foreign, unknown)]
    assert shown[0] == shown[1]


def test_what_is_seen_but_not_allowed_is_403(program: Make, world: World) -> None:
    client = program("legal")
    etag = client("GET", f"brands/{world.brand.uuid}")["ETag"]
    answer = client("PATCH", f"brands/{world.brand.uuid}", {"phone": "1"}, If_Match=etag)
    assert (answer.status_code, answer.json()["code"]) == (403, "denied")


def test_wrong_methods_name_the_right_ones(program: Make) -> None:
    answer = program("legal")("DELETE", "brands")
    assert answer.status_code == 405
    assert "GET" in answer["Allow"]


def test_available_actions_follow_the_rights(program: Make, world: World) -> None:
    address = f"brands/{world.brand.uuid}"
    assert program("superuser")("GET", address).json()["available_actions"] == ["partial_update"]
    assert program("legal")("GET", address).json()["available_actions"] == []


# --- bad input ------------------------------------------------------------------------------------------------------

BODIES: dict[str, tuple[bytes, int]] = {
    "empty": (b"", 422),
    "not json": (b"{name: x}", 400),
    "truncated": (b'{"name": "x', 400),
    "not utf-8": (b'{"name": "\xff", "slug": "x"}', 400),
    "nan": (b'{"name": NaN, "slug": "x"}', 400),
    "infinite": (b'{"name": 1e999, "slug": "x"}', 400),
    "huge number": (b'{"name": ' + b"9" * 5000 + b', "slug": "x"}', 400),
    "name twice": (b'{"name": "a", "name": "b", "slug": "x"}', 400),
    "null character": (b'{"name": "a\\u0000b", "slug": "x"}', 400),
    "null character in a name": (b'{"na\\u0000me": "a", "slug": "x"}', 400),
    "lone surrogate": (b'{"name": "a\\ud800b", "slug": "x"}', 400),
    "lone surrogate deep": (b'{"name": {"a": ["\\udfff"]}, "slug": "x"}', 400),
    "very deep": (b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400),
    "deep": (b'{"name": ' + b"[" * 30 + b"]" * 30 + b', "slug": "x"}', 400),
    "one megabyte": (json.dumps({"name": "x" * 1_000_000, "slug": "x"}).encode(), 422),
    "six megabytes": (json.dumps({"name": "x" * 6_000_000, "slug": "x"}).encode(), 413),
    "a list": (b"[]", 422),
    "a string": (b'"x"', 422),
    "null": (b"null", 422),
    "wrong types": (b'{"name": {"a": 1}, "slug": ["x"]}', 422),
    "unknown name": (b'{"name": "a", "slug": "x", "colour": "red"}', 422),
    "missing": (b"{}", 422),
}


@pytest.mark.parametrize("case", BODIES)
@pytest.mark.parametrize("address", ["brands", "people", "memberships", "tokens", "reauthenticate"])
def test_bad_bodies_are_refused_with_a_reason(program: Make, address: str, case: str) -> None:
    body, status = BODIES[case]
    answer = program("superuser")("POST", address, raw=body)
    assert answer.status_code == status, answer.content
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "nonsense",
    ],
)
def test_other_formats_are_415(program: Make, content_type: str) -> None:
    answer = program("superuser")("POST", "brands", raw=b"name=x", Content_Type=content_type)
    assert (answer.status_code, answer.json()["code"]) == (415, "wrong_content_type")


def test_other_charsets_are_refused(program: Make) -> None:
    answer = program("superuser")("POST", "brands", raw=b"{}", Content_Type="application/json; charset=utf-16")
    assert answer.status_code == 400


def test_formats_we_do_not_speak_are_406(program: Make) -> None:
    answer = program("superuser")("GET", "brands", Accept="application/xml")
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "limit=0",
        "limit=201",
        "limit=ten",
        "limit=١٢",
        "limit=",
        "ordering=about",
        "ordering=--name",
        "cursor=x",
        "cursor=W10",
        "cursor=%00",
        "cursor=" + "A" * 5000,
        "active=perhaps",
        "active=true&active=false",
        "slug=%00",
        "search=%00",
        "format=xml",
    ],
)
def test_bad_parameters_are_refused(program: Make, query: str) -> None:
    answer = program("superuser")("GET", f"brands?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"]


def test_unknown_parameters_name_the_known_ones(program: Make) -> None:
    detail = program("superuser")("GET", "brands?color=red").json()["detail"]
    assert "color" in detail
    assert "active, cursor, limit, ordering, search, slug" in detail


@pytest.mark.parametrize("language", ["cs", "en"])
def test_problems_speak_the_clients_language(program: Make, world: World, language: str) -> None:
    from django.utils.translation import gettext, override

    answer = program("legal")("GET", "nowhere", Accept_Language=language)
    with override(language):
        assert answer.json()["title"] == gettext("There is nothing here")
    assert answer["Content-Language"] == language


# --- lists ----------------------------------------------------------------------------------------------------------


def all_pages(client: Program, query: str) -> list[dict[str, Any]]:
    address: str | None = f"brands?{query}"
    found = []
    while address:
        page = client("GET", address).json()
        found += page["results"]
        address = page["next"] and page["next"].partition("/api/v1/")[2]
    return found


@pytest.mark.parametrize("ordering", ["name", "-name", "created_at", "-created_at"])
def test_pages_show_every_row_once_in_order(program: Make, ordering: str) -> None:
    for number in range(11):
        Brand.objects.create(**brand_fields(number))
    rows = all_pages(program("superuser"), f"limit=4&ordering={ordering}")
    expected = list(
        Brand.objects.order_by(ordering, "-pk" if ordering[0] == "-" else "pk").values_list("slug", flat=True)
    )
    assert [row["slug"] for row in rows] == expected


def test_rows_added_meanwhile_shift_nothing(program: Make) -> None:
    for number in range(4):
        Brand.objects.create(**brand_fields(number))
    client = program("superuser")
    first = client("GET", "brands?limit=3&ordering=name").json()
    Brand.objects.create(name="AAA", slug="aaa")
    rest = client("GET", first["next"].partition("/api/v1/")[2]).json()
    slugs = [row["slug"] for row in first["results"] + rest["results"]]
    assert len(slugs) == len(set(slugs)) == 6


def test_a_cursor_belongs_to_its_order(program: Make) -> None:
    for number in range(4):
        Brand.objects.create(**brand_fields(number))
    client = program("superuser")
    following = client("GET", "brands?limit=3&ordering=name").json()["next"].partition("/api/v1/")[2]
    assert client("GET", following.replace("ordering=name", "ordering=created_at")).status_code == 400


def test_counts_are_capped(program: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    from crisisdesk.core.access.querysets import CappedCount

    client = program("superuser")
    page = client("GET", "brands").json()
    assert (page["count"], page["count_is_capped"]) == (2, False)
    monkeypatch.setattr(CappedCount, "LIMIT", 1)
    page = client("GET", "brands").json()
    assert (page["count"], page["count_is_capped"]) == (1, True)


def test_lists_take_the_same_number_of_queries(program: Make, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = program("superuser")
    client("GET", "memberships?limit=2")
    with CaptureQueriesContext(connection) as few:
        client("GET", "memberships?limit=2")
    with CaptureQueriesContext(connection) as many:
        client("GET", "memberships?limit=20")
    assert len(few) == len(many)


# --- versions -------------------------------------------------------------------------------------------------------


def test_changes_ask_for_the_version_read(program: Make, world: World) -> None:
    client = program("superuser")
    address = f"brands/{world.brand.uuid}"
    etag = client("GET", address)["ETag"]
    missing = client("PATCH", address, {"phone": "1"})
    assert (missing.status_code, missing.json()["code"]) == (428, "not_conditional")
    changed = client("PATCH", address, {"phone": "1"}, If_Match=etag)
    assert changed.status_code == 200
    assert changed["ETag"] != etag
    stale = client("PATCH", address, {"phone": "2"}, If_Match=etag)
    assert (stale.status_code, stale.json()["current_etag"]) == (412, changed["ETag"])
    assert client("PATCH", address, {"phone": "2"}, If_Match=f'"other", {changed["ETag"]}').status_code == 200


def test_reading_twice_gives_the_same_etag(program: Make, world: World) -> None:
    client = program("superuser")
    for address in (f"brands/{world.brand.uuid}", f"people/{world.user('legal').uuid}", "me"):
        assert client("GET", address)["ETag"] == client("GET", address)["ETag"]


def test_ones_own_profile(program: Make, world: World) -> None:
    client = program("legal")
    etag = client("GET", "me")["ETag"]
    changed = client("PATCH", "me", {"phone": "+420 600 000 000"}, If_Match=etag)
    assert changed.status_code == 200
    assert world.user("legal").phone == "+420 600 000 000"
    assert client("PATCH", "me", {"email": "x@example.com"}, If_Match=changed["ETag"]).status_code == 422
    assert client("PATCH", "me", {"phone": "1"}, If_Match=etag).status_code == 412


# --- repetition -----------------------------------------------------------------------------------------------------


def test_the_same_key_gives_the_same_answer_and_one_effect(program: Make) -> None:
    client = program("superuser")
    before = Event.objects.filter(kind="brand.created").count()
    first = client("POST", "brands", brand_fields(1), Idempotency_Key="k-1")
    again = client("POST", "brands", brand_fields(1), Idempotency_Key="k-1")
    assert first.status_code == again.status_code == 201
    assert first.content == again.content
    assert first["ETag"] == again["ETag"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Event.objects.filter(kind="brand.created").count() == before + 1


def test_the_same_key_for_another_body_is_refused(program: Make) -> None:
    client = program("superuser")
    client("POST", "brands", brand_fields(1), Idempotency_Key="k-1")
    answer = client("POST", "brands", brand_fields(2), Idempotency_Key="k-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "key_reused")


def test_keys_belong_to_their_token_and_route(program: Make) -> None:
    program("superuser")("POST", "brands", brand_fields(1), Idempotency_Key="k-1")
    assert program("superuser")("POST", "brands", brand_fields(2), Idempotency_Key="k-1").status_code == 201
    person = {"name": "A", "email": "a@example.com"}
    client = program("superuser")
    assert client("POST", "people", person, Idempotency_Key="k-0").json()["code"] == "reauthenticate"
    assert client("POST", "reauthenticate", {"password": people.PASSWORD}).status_code == 200
    assert client("POST", "people", person, Idempotency_Key="k-1").status_code == 201


def test_refusals_are_not_kept(program: Make) -> None:
    client = program("superuser")
    assert client("POST", "brands", {"name": "x"}, Idempotency_Key="k-1").status_code == 422
    assert not IdempotencyKey.objects.exists()
    assert client("POST", "brands", brand_fields(1), Idempotency_Key="k-1").status_code == 201


def test_keys_are_forgotten_after_a_day(program: Make) -> None:
    from datetime import timedelta

    from crisisdesk.core import clock

    client = program("superuser")
    client("POST", "brands", brand_fields(1), Idempotency_Key="k-1")
    IdempotencyKey.objects.update(created_at=clock.now() - timedelta(hours=25))
    assert client("POST", "brands", brand_fields(2), Idempotency_Key="k-1").status_code == 201


@pytest.mark.parametrize("key", ["", " ", "a b", "k" * 256, "é"])
def test_keys_are_plain_text(program: Make, key: str) -> None:
    assert program("superuser")("POST", "brands", brand_fields(1), Idempotency_Key=key).status_code == 400


def test_asking_for_options_is_no_way_in(program: Make) -> None:
    answer = program("superuser")("OPTIONS", "brands")
    assert answer.status_code == 405
    assert answer["Allow"]


def test_proxies_tell_where_a_client_comes_from(program: Make, settings: Any) -> None:
    client = program("legal", networks=["192.0.2.0/24"])
    assert client("GET", "me", X_Forwarded_For="192.0.2.7").status_code == 403
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert client("GET", "me", X_Forwarded_For="198.51.100.1, 192.0.2.7").status_code == 200
    assert client("GET", "me", X_Forwarded_For="192.0.2.7, 198.51.100.1").status_code == 403
    assert client("GET", "me", X_Forwarded_For="nonsense").status_code == 403
