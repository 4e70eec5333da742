"""Databases for the tests: the owner makes one migrated template, every worker gets a copy of it.

The tests themselves work as the application role, which owns nothing. Ordinary tests run in a transaction that is
rolled back; ``committed_db`` gives a test a database of its own with real commits. The server is ``tests/server.py``.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from psycopg import sql

TEMPLATE_LOCK = 7_221_040_615  # any fixed number: workers take turns in making the template


def _owner() -> dict[str, Any]:
    from django.conf import settings

    owner = settings.DATABASES["default"]["OWNER"]
    if owner is None:
        raise pytest.UsageError("Tests on a given database need DATABASE_OWNER_URL too: it makes the test databases.")
    return dict(owner)


@contextlib.contextmanager
def owner_connection(database: str | None = None) -> Iterator[psycopg.Connection[Any]]:
    """A connection as the owner of the database, outside Django; autocommit."""
    owner = _owner()
    connection = psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=database or owner["NAME"],
        autocommit=True,
        **owner["OPTIONS"],
    )
    try:
        yield connection
    finally:
        connection.close()


def _clone(template: str, name: str) -> None:
    with owner_connection() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        )


def drop_database(name: str) -> None:
    """Drop a database. By force only where needed: that may not end a vacuum, while a plain drop may."""
    with owner_connection() as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
        try:
            connection.execute(drop)
        except psycopg.errors.ObjectInUse:
            connection.execute(drop + sql.SQL(" WITH (FORCE)"))


def _make_template(template: str, verbosity: int) -> None:
    """Migrate the template database once for all workers, as the owner. Migrating grants the application its rights."""
    from django.core.management import call_command
    from django.db import connections

    settings = connections["default"].settings_dict
    with owner_connection() as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if gate.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone():
            return
        unfinished = f"{template}_unfinished"
        gate.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
        gate.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(unfinished)))
        application = dict(settings)
        settings.update(_owner(), NAME=unfinished)
        try:
            call_command("migrate", interactive=False, verbosity=verbosity)
        finally:
            connections["default"].close()
            settings.update({key: application[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")})
        gate.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(template))
        )


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """The worker's own copy of the migrated template; from here on the tests are the application role."""
    from django.db import connections

    template = os.environ["TEST_TEMPLATE"]
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    settings = connections["default"].settings_dict
    original = settings["NAME"]
    with django_db_blocker.unblock():
        _make_template(template, max(request.config.option.verbose - 1, 0))
        _clone(template, name)
        connections["default"].close()
    settings["NAME"] = name
    yield
    with django_db_blocker.unblock():
        connections.close_all()
        settings["NAME"] = original
        drop_database(name)


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of its own for one test: commits are real, threads see each other's work. Yields its name."""
    from django.db import connections

    settings = connections["default"].settings_dict
    original = settings["NAME"]
    name = f"{original}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        connections.close_all()
        _clone(original, name)
        settings["NAME"] = name
        try:
            yield name
        finally:
            connections.close_all()
            settings["NAME"] = original
            drop_database(name)


@pytest.fixture
def sealed(db: None) -> Callable[[], None]:
    """Run what waits for the commit (deferred constraint triggers such as the sealing of events) now."""
    from django.db import connection

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return run
