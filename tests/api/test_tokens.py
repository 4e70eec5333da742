"""Getting in with a token: who is let in, how narrow, how often."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from crisisdesk.core import clock
from crisisdesk.core.access import tokens
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.actions.tokens import revoke_token
from crisisdesk.core.api.auth import RATE_LIMIT
from crisisdesk.core.models import ApiToken
from crisisdesk.desk.demo import people
from tests.api.conftest import Program
from tests.conftest import World

Make = Callable[..., Program]


def test_strangers_are_asked_for_a_token(world: World) -> None:
    answer = Client().get("/api/v1/me")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_signed_in"


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer nonsense",
        "Bearer cd_live_" + "0" * 38,
        pytest.param("Bearer " + tokens.generate(), id="well formed, unknown"),
        "Basic dXNlcjpwYXNz",
        "Token abc",
        "Bearer \udcff",
    ],
)
def test_wrong_authorization_is_401(world: World, header: str) -> None:
    assert Client().get("/api/v1/me", headers={"Authorization": header}).status_code == 401


def test_a_wrong_token_is_refused_even_beside_a_good_session(world: World) -> None:
    answer = world.client("legal").get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_a_token_lets_its_owner_in_and_notes_the_use(program: Make, world: World) -> None:
    client = program("legal")
    answer = client("GET", "me")
    assert answer.status_code == 200
    assert answer.json()["email"] == world.user("legal").email
    assert answer.json()["via"] == "token"
    assert ApiToken.objects.get(pk=client.token.pk).last_used_at is not None


def test_revoking_works_with_the_next_request(program: Make, world: World) -> None:
    client = program("legal")
    assert client("GET", "me").status_code == 200
    revoke_token(client.token, world.principal("legal"))
    assert client("GET", "me").status_code == 401


def test_expired_tokens_are_refused(program: Make) -> None:
    client = program("legal", days=1)
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert client("GET", "me").status_code == 401


def test_closed_accounts_are_refused(program: Make, world: World) -> None:
    client = program("legal")
    world.user("legal").__class__.objects.filter(pk=world.user("legal").pk).update(is_active=False)
    assert client("GET", "me").status_code == 401


def test_networks_bind_a_token(program: Make) -> None:
    assert program("legal", networks=["127.0.0.0/8"])("GET", "me").status_code == 200
    assert program("legal", networks=["192.0.2.0/24"])("GET", "me").status_code == 403


def test_brands_bind_a_token(program: Make, world: World) -> None:
    everything = program("superuser")("GET", "brands").json()["results"]
    narrowed = program("superuser", brands=[world.brand])("GET", "brands").json()["results"]
    assert len(everything) == 2
    assert [brand["slug"] for brand in narrowed] == [world.brand.slug]


def test_reading_needs_the_scope_read(program: Make) -> None:
    answer = program("superuser", scopes=["core.change_brand"])("GET", "brands")
    assert answer.status_code == 403
    assert answer.json()["scope"] == "read"


@pytest.mark.parametrize(
    ("scopes", "status"), [(["read"], 403), (["read", "core.change_brand"], 200), (["read", "core.*"], 200)]
)
def test_verbs_need_their_scope(program: Make, world: World, scopes: list[str], status: int) -> None:
    client = program("superuser", scopes=scopes)
    address = f"brands/{world.brand.uuid}"
    etag = client("GET", address)["ETag"]
    assert client("PATCH", address, {"phone": "800 111 222"}, If_Match=etag).status_code == status


def test_the_allowance_is_told_and_kept(program: Make) -> None:
    client = program("legal")
    with time_machine.travel(clock.now(), tick=False):
        first = client("GET", "me")
        assert first["RateLimit-Policy"] == f'"token";q={RATE_LIMIT};w=60'
        assert first["RateLimit"].startswith(f'"token";r={RATE_LIMIT - 1};')
        from crisisdesk.core.models import TokenRate

        TokenRate.objects.update(full_at=clock.now() + timedelta(seconds=60))
        refused = client("GET", "me")
    assert refused.status_code == 429
    assert refused.json()["code"] == "too_many"
    assert int(refused["Retry-After"]) >= 1


def test_the_allowance_refills(program: Make) -> None:
    client = program("legal")
    now = clock.now()
    with time_machine.travel(now, tick=False):
        from crisisdesk.core.models import TokenRate

        client("GET", "me")
        TokenRate.objects.update(full_at=now + timedelta(seconds=60))
        assert client("GET", "me").status_code == 429
    with time_machine.travel(now + timedelta(seconds=1), tick=False):
        assert client("GET", "me").status_code == 200


def test_sessions_may_read_and_need_the_csrf_token_to_change(world: World) -> None:
    strict = Client(enforce_csrf_checks=True)
    from tests.conftest import sign_in

    sign_in(strict, world.user("superuser"))
    assert strict.get("/api/v1/me").json()["via"] == "session"
    answer = strict.post("/api/v1/brands", {"name": "B", "slug": "b"}, content_type="application/json")
    assert answer.status_code == 403


def test_identity_is_confirmed_for_five_minutes(program: Make, world: World) -> None:
    owner = world.user("legal")
    owner.set_password("a long enough passphrase")
    owner.save()
    client = program("legal", scopes=["read"])
    assert client("GET", "me").json()["fresh_until"] is None
    wrong = client("POST", "reauthenticate", {"password": "wrong"})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "password")
    assert client("POST", "reauthenticate", {"password": "a long enough passphrase"}).status_code == 200
    assert client("GET", "me").json()["fresh_until"] is not None
    with time_machine.travel(clock.now() + timedelta(minutes=5, seconds=1)):
        assert client("GET", "me").json()["fresh_until"] is None


def test_service_accounts_confirm_nothing(program: Make) -> None:
    assert program("service")("POST", "reauthenticate", {"password": "x"}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"password": "a", "code": "b"}, {"pin": "1"}, [], None])
def test_a_proof_is_one_thing(program: Make, body: Any) -> None:
    assert program("legal")("POST", "reauthenticate", body).status_code == 422


def test_a_new_token_over_the_api_shows_its_key_once(world: World) -> None:
    client = Program(world.client("community"))
    headers = {"Idempotency_Key": "k-1"}
    made = client("POST", "tokens", {"name": "T", "scopes": ["read"]}, **headers)
    assert made.status_code == 201
    assert tokens.is_wellformed(made.json()["key"])
    again = client("POST", "tokens", {"name": "T", "scopes": ["read"]}, **headers)
    assert (again.status_code, again.json()["key"]) == (201, None)
    listed = client("GET", "tokens").json()["results"]
    assert [row["uuid"] for row in listed] == [made.json()["uuid"]]
    assert "key" not in listed[0]
    assert client("POST", f"tokens/{made.json()['uuid']}/revoke").status_code == 200


def test_roles_and_accounts_ask_for_a_confirmed_identity(world: World, program: Make) -> None:
    client = program("manager", ("read", "core.*"))
    hr, role = world.user("hr"), {"brand": str(world.brand.uuid), "user": str(world.user("hr").uuid), "role": "scribe"}
    person = f"people/{hr.uuid}"
    tag = client("GET", person)["ETag"]
    refused = [
        client("POST", "memberships", role),
        client("PATCH", person, {"position": "Vedoucí"}, If_Match=tag),
        client("POST", f"{person}/deactivate", {"reason": "Odchod"}),
    ]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(403, "reauthenticate")}
    assert client("POST", "reauthenticate", {"password": people.PASSWORD}).status_code == 200
    made = client("POST", "memberships", role)
    assert made.status_code == 201
    assert client("PATCH", person, {"position": "Vedoucí"}, If_Match=tag).json()["position"] == "Vedoucí"
    assert client("POST", f"memberships/{made.json()['uuid']}/end", {"reason": "Omyl"}).json()["valid_until"]
    assert client("POST", f"{person}/deactivate", {"reason": "Odchod"}).status_code in (200, 204)
    assert not world.user("hr").is_active


def test_a_role_is_given_from_when_until_when_and_its_dates_are_changed(world: World, program: Make) -> None:
    client = program("manager", ("read", "core.*"))
    assert client("POST", "reauthenticate", {"password": people.PASSWORD}).status_code == 200
    begin, end = clock.now() + timedelta(days=1), clock.now() + timedelta(days=9)
    about = {"brand": str(world.brand.uuid), "user": str(world.user("hr").uuid), "role": "scribe"}
    made = client("POST", "memberships", {**about, "valid_from": begin.isoformat(), "valid_until": end.isoformat()})
    assert made.status_code == 201
    address = f"memberships/{made.json()['uuid']}"
    assert datetime.fromisoformat(made.json()["valid_until"]) == end
    later = end + timedelta(days=1)
    changed = client("POST", f"{address}/change-dates", {"valid_until": later.isoformat()})
    assert (changed.status_code, datetime.fromisoformat(changed.json()["valid_until"])) == (200, later)
    assert datetime.fromisoformat(changed.json()["valid_from"]) == begin
    assert client("POST", f"{address}/change-dates", {"valid_until": None}).json()["valid_until"] is None
    past = client("POST", f"{address}/change-dates", {"valid_until": "2020-01-01T00:00:00Z"})
    assert (past.status_code, [error["field"] for error in past.json()["errors"]]) == (422, ["valid_until"])
    assert client("POST", f"{address}/change-dates", {}).status_code == 422
    twice = client("POST", "memberships", about)
    assert (twice.status_code, "holds the role already" in str(twice.json())) == (409, True)


def test_lists_of_roles_tell_those_that_hold_now_from_the_others(world: World, program: Make) -> None:
    ahead = grant_membership(
        world.brand, SYSTEM, user=world.user("hr"), role="scribe", valid_from=clock.now() + timedelta(days=1)
    )
    client, of_hr = program("manager", ("read",)), f"memberships?user={world.user('hr').uuid}"
    held = {flag: client("GET", f"{of_hr}&open={flag}").json()["results"] for flag in ("true", "false")}
    assert [row["uuid"] for row in held["false"]] == [str(ahead.uuid)]
    assert [row["role"] for row in held["true"]] == ["hr"]
    own = program("hr", ("read",))("GET", "me").json()["roles"]
    assert [(row["role"], row["valid_until"]) for row in own] == [("hr", None)]
