"""Alive is not ready: ready is migrated and connected."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from crisisdesk.core.web import health
from tests.database import owner_connection


@pytest.fixture
def _not_asked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_migrated", False)


@pytest.mark.django_db
def test_alive_asks_nothing(client: Client, django_assert_num_queries: object) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


@pytest.mark.django_db
@pytest.mark.usefixtures("_not_asked_yet")
def test_ready_when_migrated_and_connected(client: Client) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("_not_asked_yet")
def test_not_ready_before_the_migrations(committed_db: str, client: Client) -> None:
    with owner_connection(committed_db) as owner:
        owner.execute("DELETE FROM django_migrations WHERE app = 'core'")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "migrations are not applied" in answer.json()["reason"]


@pytest.mark.usefixtures("_not_asked_yet")
def test_not_ready_without_the_database(committed_db: str, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "PORT", "1")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["reason"]) == (503, "The database does not answer.")
    assert client.get("/healthz").status_code == 200
    connection.close()


@pytest.mark.django_db
def test_only_read(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
