"""Who must have a second factor, on every face; and what those without one may still do."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client

from crisisdesk.core.access import second_factor
from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
from crisisdesk.core.actions.memberships import grant_membership
from crisisdesk.core.actions.tokens import create_token, remove_second_factors
from crisisdesk.core.errors import Invalid, NotNow
from crisisdesk.core.models import Event
from tests.conftest import World, sign_in

DEMANDED = {
    role.value
    for role, rights in ROLE_CAPABILITIES.items()
    if {"approve", "approve_legal", "publish", "manage"} & rights
} | {"superuser", "outsider"}


def by_password(world: World, code: str) -> Client:
    client = Client()
    sign_in(client, world.user(code), method="password")
    return client


def test_roles_that_decide_need_a_second_factor(world: World, persona: str) -> None:
    assert second_factor.is_demanded_of(world.principal(persona)) is (persona in DEMANDED)


def test_scribes_agencies_and_observers_do_not() -> None:
    assert {role.value for role in Role} - DEMANDED == {"scribe", "agency", "observer"}


@pytest.mark.parametrize("address", ["/", "/profile/", "/signals/", "/admin/", "/admin/core/brand/", "/api/v1/docs"])
def test_without_one_every_page_leads_to_setting_it_up(world: World, address: str) -> None:
    answer = by_password(world, "superuser").get(address)
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")


def test_without_one_no_verb_goes_through(world: World) -> None:
    client = by_password(world, "comms_lead")
    assert client.post("/profile/tokens/new/", {"name": "T", "scopes": ["read"]})["Location"] == "/accounts/2fa/"


def test_without_one_the_api_is_closed_to_session_and_token(world: World) -> None:
    answer = by_password(world, "legal").get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")
    token = create_token(world.organisation, world.principal("legal", fresh=True), name="T", scopes=["read"])
    answer = Client().get("/api/v1/me", headers={"Authorization": f"Bearer {token.secret}"})
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor_missing")


@pytest.mark.parametrize("address", ["/accounts/2fa/", "/accounts/logout/", "/accounts/reauthenticate/"])
def test_setting_it_up_and_leaving_stay_open(world: World, address: str) -> None:
    user = world.user("legal")
    user.set_password("a long enough passphrase")
    user.save()
    assert by_password(world, "legal").get(address).status_code == 200


def test_setting_it_up_opens_the_desk_at_once(world: World) -> None:
    client = by_password(world, "legal")
    assert client.get("/profile/").status_code == 302
    TOTP.activate(world.user("legal"), generate_totp_secret())
    assert client.get("/profile/").status_code == 200


def test_recovery_codes_alone_are_no_factor(world: World) -> None:
    RecoveryCodes.activate(world.user("legal"))
    assert by_password(world, "legal").get("/profile/").status_code == 302


def test_people_whose_roles_decide_nothing_are_left_alone(world: World) -> None:
    assert by_password(world, "observer").get("/profile/").status_code == 200
    assert by_password(world, "observer").get("/api/v1/me").status_code == 200


def test_a_new_role_asks_with_the_next_request(world: World) -> None:
    client = by_password(world, "observer")
    assert client.get("/profile/").status_code == 200
    grant_membership(world.brand, world.principal("superuser", fresh=True), user=world.user("observer"), role="legal")
    assert client.get("/profile/").status_code == 302


def test_the_demo_may_do_without(world: World, settings: Any) -> None:
    settings.REQUIRE_MFA = False
    assert by_password(world, "superuser").get("/profile/").status_code == 200


def test_the_last_factor_stays_where_roles_need_one(world: World) -> None:
    user = world.user("legal")
    user.language = "en"
    user.set_password("a long enough passphrase")
    user.save()
    TOTP.activate(user, generate_totp_secret())
    client = world.client("legal")
    session = client.session
    session["account_authentication_methods"][0]["reauthenticated"] = True
    session.save()
    answer = client.post("/accounts/2fa/totp/deactivate/")
    assert b"Add another one first" in answer.content
    assert Authenticator.objects.filter(user=user).exists()


def test_administrators_remove_lost_factors_with_a_reason(world: World) -> None:
    TOTP.activate(world.user("legal"), generate_totp_secret())
    principal = world.principal("superuser", fresh=True)
    remove_second_factors(world.user("legal"), principal, reason="The phone was stolen")
    assert not Authenticator.objects.filter(user=world.user("legal")).exists()
    event = Event.objects.get(kind="second_factor.removed")
    assert "stolen" not in event.canonical
    assert event.entry is not None
    with pytest.raises(NotNow):
        remove_second_factors(world.user("legal"), principal, reason="again")
    with pytest.raises(Invalid):
        remove_second_factors(world.user("superuser"), principal, reason="mine")
