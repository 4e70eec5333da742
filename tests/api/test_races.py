"""Requests at the same instant, with real commits."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from crisisdesk.core.accounts.adapters import account_key
from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.models import ApiToken, Brand, Event, IdempotencyKey, SignInThrottle, TokenRate
from crisisdesk.core.models.tokens import TRIES, TRIES_WINDOW
from tests.api.conftest import Program
from tests.conftest import World


def at_once(times: int, work: Callable[[int], Any]) -> list[Any]:
    """The results of `times` threads that start together."""

    def run(number: int) -> Any:
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


@pytest.fixture
def token(committed_db: str, world: World) -> ApiToken:
    principal = world.principal("superuser", fresh=True)
    return create_token(world.organisation, principal, name="T", scopes=["read", "core.*"])


def test_one_key_makes_one_thing(token: ApiToken) -> None:
    def create(number: int) -> int:
        body = {"name": "Once", "slug": "once"}
        return Program(Client(), token)("POST", "brands", body, Idempotency_Key="k").status_code

    statuses = Counter(at_once(20, create))
    assert set(statuses) <= {201, 409}, statuses
    assert statuses[201] >= 1
    assert Brand.objects.filter(slug="once").count() == 1
    assert IdempotencyKey.objects.count() == 1
    assert Event.objects.filter(kind="brand.created", payload__brand="once").count() == 1
    assert create(0) == 201


def test_without_a_key_the_database_decides(token: ApiToken) -> None:
    def create(number: int) -> int:
        return Program(Client(), token)("POST", "brands", {"name": "Once", "slug": "once"}).status_code

    statuses = Counter(at_once(10, create))
    assert statuses[201] == 1
    assert set(statuses) <= {201, 409, 422}, statuses


def test_of_many_changes_of_one_version_one_wins(token: ApiToken, world: World) -> None:
    address = f"brands/{world.brand.uuid}"
    etag = Program(Client(), token)("GET", address)["ETag"]

    def change(number: int) -> int:
        return Program(Client(), token)("PATCH", address, {"phone": str(number)}, If_Match=etag).status_code

    statuses = Counter(at_once(20, change))
    assert statuses == {200: 1, 412: 19}
    assert Event.objects.filter(kind="brand.changed").count() == 1


def test_parallel_tries_are_counted_exactly(committed_db: str) -> None:
    key = account_key("somebody@example.com")
    taken = at_once(30, lambda number: SignInThrottle.take(key, limit=TRIES, window=TRIES_WINDOW))
    assert len([one for one in taken if one]) == TRIES


def test_parallel_requests_share_one_allowance(token: ApiToken) -> None:
    left = at_once(30, lambda number: TokenRate.take(token, limit=10, window=timedelta(minutes=10))[0])
    assert len([one for one in left if one >= 0]) == 10
