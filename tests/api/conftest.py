"""A program that talks to the API."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.test import Client

from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.models import ApiToken
from tests.conftest import World

API = "/api/v1/"


class Program:
    """A client with a token (or a session), speaking JSON."""

    def __init__(self, client: Client, token: ApiToken | None = None) -> None:
        self.client = client
        self.token = token

    def __call__(self, method: str, address: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> Any:
        """One request; `headers` use `_` for `-`. `raw` is sent as it is."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token is not None:
            named.setdefault("Authorization", f"Bearer {self.token.secret}")
        content_type = named.pop("Content-Type", "application/json")
        options = {"content_type": content_type, "headers": named}
        if raw is not None:
            return self.client.generic(method, API + address, raw, **options)
        send = getattr(self.client, method.lower())
        if method == "GET":
            return send(API + address, headers=named)
        return send(API + address, {} if body is None else body, **options)


@pytest.fixture
def program(world: World) -> Callable[..., Program]:
    """A program with a token of a persona; the world has no second factors, so none is asked for here."""

    def make(code: str = "superuser", scopes: Sequence[str] = ("read", "core.*"), **values: Any) -> Program:
        owner = {"user": world.user("service")} if code == "service" else {}
        principal = world.principal("superuser" if code == "service" else code, fresh=True)
        token = create_token(world.organisation, principal, name="Test", scopes=scopes, **owner, **values)
        return Program(Client(), token)

    return make


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    settings.REQUIRE_MFA = False
