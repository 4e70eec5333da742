"""The life of a token: made, used, narrowed, revoked; what is refused; what the log keeps."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection

from crisisdesk.core import clock
from crisisdesk.core.access import tokens
from crisisdesk.core.actions.tokens import create_token, freshen_token, revoke_token
from crisisdesk.core.errors import Denied, Invalid, Missing, NotFresh, NotNow
from crisisdesk.core.models import ApiToken, Event
from tests.conftest import World


def make(world: World, code: str = "community", **values: object) -> ApiToken:
    options = {"name": "Listening", "scopes": ["read"]} | values
    return create_token(world.organisation, world.principal(code, fresh=True), **options)


def test_only_the_hash_of_a_token_is_stored(world: World) -> None:
    token = make(world)
    assert tokens.is_wellformed(token.secret)
    stored = ApiToken.objects.filter(pk=token.pk).values().get()
    assert stored["digest"] == tokens.digest(token.secret)
    assert token.secret not in str(stored)
    assert stored["hint"] == token.secret[-4:]


def test_a_token_lives_ninety_days_unless_said_otherwise(world: World) -> None:
    assert make(world).expires_at - clock.now() <= timedelta(days=90)
    assert make(world, days=365).expires_at - clock.now() > timedelta(days=364)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"days": 366}, "days"),
        ({"days": 0}, "days"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": ["read", "core.no_such_verb"]}, "scopes"),
        ({"networks": ["192.0.2.7/24"]}, "networks.0"),
        ({"networks": ["localhost"]}, "networks.0"),
        ({"name": ""}, "name"),
        ({"name": "x" * 81}, "name"),
    ],
)
def test_wrong_values_are_refused_with_the_field(world: World, values: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        make(world, **values)
    assert field in refused.value.errors
    assert not ApiToken.objects.exists()


def test_an_old_sign_in_makes_no_token(world: World) -> None:
    with pytest.raises(NotFresh):
        create_token(world.organisation, world.principal("community"), name="x", scopes=["read"])


def test_strangers_make_no_token(world: World) -> None:
    with pytest.raises(Missing):
        create_token(world.organisation, world.principal("anonymous"), name="x", scopes=["read"])


def test_a_token_makes_no_token(world: World) -> None:
    by_token = world.principal("manager", fresh=True, scopes=["core.*"])
    with pytest.raises(NotNow) as refused:
        create_token(world.organisation, by_token, name="x", scopes=["read"])
    assert [unmet.code for unmet in refused.value.unmet] == ["by_token"]


def test_administrators_make_tokens_for_service_accounts_only(world: World) -> None:
    token = make(world, "superuser", user=world.user("service"))
    assert token.user == world.user("service")
    with pytest.raises(Denied):
        make(world, "superuser", user=world.user("legal"))
    with pytest.raises(Denied):
        make(world, "legal", user=world.user("service"))


def test_a_token_cannot_be_limited_to_a_brand_nobody_may_know(world: World) -> None:
    with pytest.raises(Missing):
        make(world, "community", brands=[world.other_brand])
    assert list(make(world, brands=[world.brand]).brands.all()) == [world.brand]


def test_revoking_works_once_and_stands(world: World) -> None:
    token = make(world)
    principal = world.principal("community")
    revoked = revoke_token(token, principal)
    assert not ApiToken.objects.usable().filter(pk=token.pk).exists()
    again = revoke_token(token, principal)
    assert again.revoked_at == revoked.revoked_at
    assert Event.objects.filter(kind="token.revoked").count() == 1


def test_administrators_revoke_anybodys_token_and_colleagues_do_not(world: World) -> None:
    token = make(world)
    with pytest.raises(Missing):
        revoke_token(token, world.principal("legal"))
    assert revoke_token(token, world.principal("superuser")).revoked_at is not None


def test_tokens_of_closed_accounts_do_not_work(world: World) -> None:
    token = make(world)
    owner = token.user
    owner.is_active = False
    owner.save()
    assert not ApiToken.objects.usable().filter(pk=token.pk).exists()


def test_the_log_tells_who_made_what_without_the_key(world: World) -> None:
    token = make(world, scopes=["read", "core.revoke_token"])
    revoke_token(token, world.principal("community"))
    events = list(Event.objects.filter(object_id=token.uuid).order_by("pk"))
    assert [event.kind for event in events] == ["token.created", "token.revoked"]
    assert events[0].payload["scopes"] == ["core.revoke_token", "read"]
    assert all(event.chain_id == 1 for event in events)
    assert not any(token.secret in event.canonical or token.digest in event.canonical for event in events)


def test_only_the_owner_freshens_a_token(world: World) -> None:
    token = make(world)
    assert freshen_token(token, world.principal("community", via="api")).authenticated_at is not None
    with pytest.raises(NotNow):
        freshen_token(token, world.principal("superuser", via="api"))


def test_service_accounts_never_confirm_an_identity(world: World) -> None:
    token = make(world, "superuser", user=world.user("service"))
    with pytest.raises(Denied):
        freshen_token(token, world.principal("service", via="api"))


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ([], "203.0.113.9", True),
        (["192.0.2.0/24"], "192.0.2.44", True),
        (["192.0.2.0/24"], "192.0.3.44", False),
        (["2001:db8::/32"], "2001:db8::1", True),
        (["2001:db8::/32"], "192.0.2.1", False),
        (["192.0.2.0/24"], "not an address", False),
    ],
)
def test_networks(networks: list[str], address: str, allowed: bool) -> None:
    assert ApiToken(networks=networks).allows_address(address) is allowed


def test_a_token_keeps_the_right_to_withdraw_offers(world: World) -> None:
    """The desk's letting an offer lapse and people's withdrawing it were one verb under one scope."""
    token = make(world)
    ApiToken.objects.filter(pk=token.pk).update(scopes=["cases.lapse_offer", "read"])
    migration = import_module("cases.migrations.0004_withdrawing_an_offer").Migration
    with connection.cursor() as cursor:
        cursor.execute(migration.operations[0].sql)
    token.refresh_from_db()
    assert token.scopes == ["cases.withdraw_offer", "read"]


def test_what_only_the_desk_does_is_no_scope(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        make(world, scopes=["comms.publish_scheduled"])
    assert set(refused.value.errors) == {"scopes"}
