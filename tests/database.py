"""Databases for the tests: the owner makes one migrated template and one with the world in it; workers get copies.

The tests themselves work as the application role, which owns nothing. Ordinary tests run in a transaction that is
rolled back; ``committed_db`` gives a test a database of its own with real commits, ``empty_db`` one in which nothing
is installed yet. The server is ``tests/server.py``.
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
    from django.conf import settings

    from crisisdesk.core.access import dbroles

    # Copying files beats writing them to the log where both are in memory (see `tests/server.py`).
    strategy = "FILE_COPY" if os.environ.get("DATA_DIR", "").startswith("/dev/shm/") else "WAL_LOG"  # noqa: S108
    with owner_connection() as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY {}").format(
                sql.Identifier(name), sql.Identifier(template), sql.SQL(strategy)
            )
        )
        # A copy gets the rights in its template, not those on it: everybody may make temporary tables in a new one.
        for statement in dbroles.withdrawals(name, settings.DATABASES["default"]["APPLICATION_ROLE"]):
            connection.execute(statement)


def clone_of_world(suffix: str) -> str:
    """A new copy of the database with the world in it; returns its name."""
    template = os.environ["TEST_TEMPLATE"]
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{suffix}"
    _clone(world_of(template), name)
    return name


def drop_database(name: str) -> None:
    """Drop a database. By force only where needed: that may not end a vacuum, while a plain drop may."""
    with owner_connection() as connection:
        drop = sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name))
        try:
            connection.execute(drop)
        except psycopg.errors.ObjectInUse:
            connection.execute(drop + sql.SQL(" WITH (FORCE)"))


@contextlib.contextmanager
def _made_once(name: str, template: str) -> Iterator[str | None]:
    """The name under which to make a database as a copy of `template`, or None if another worker has made it.

    It gets its own name when the block ends well, so what was begun and not finished is never taken for the whole.
    """
    with owner_connection() as gate:
        gate.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        if gate.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            yield None
            return
        unfinished = f"{name}_unfinished"
        gate.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(unfinished)))
        gate.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(unfinished), sql.Identifier(template))
        )
        yield unfinished
        gate.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name)))


@contextlib.contextmanager
def _connected_to(name: str, **changed: Any) -> Iterator[None]:
    """Django works on another database meanwhile."""
    from django.db import connections

    settings = connections["default"].settings_dict
    kept = {key: settings[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")}
    connections.close_all()
    settings.update(changed, NAME=name)
    try:
        yield
    finally:
        connections.close_all()
        settings.update(kept)


@contextlib.contextmanager
def as_owner_of(name: str) -> Iterator[None]:
    """Django works on a database as its owner meanwhile, who may migrate."""
    with _connected_to(name, **_owner()):
        yield


@contextlib.contextmanager
def as_owner() -> Iterator[None]:
    """Django works as the owner of the database meanwhile, as it does for `migrate` and `dbroles`."""
    from django.db import connections

    with as_owner_of(connections["default"].settings_dict["NAME"]):
        yield


def _make_template(template: str, verbosity: int) -> None:
    """Migrate the template database once for all workers, as the owner. Migrating grants the application its rights."""
    from django.core.management import call_command

    with _made_once(template, "template0") as unfinished:
        if unfinished is not None:
            with _connected_to(unfinished, **_owner()):
                call_command("migrate", interactive=False, verbosity=verbosity)


def world_of(template: str) -> str:
    """The name of the database with the world in it."""
    return f"{template}_world"


def _make_world(template: str) -> None:
    """Install the world once for all workers, as the application."""
    from tests import world

    with _made_once(world_of(template), template) as unfinished:
        if unfinished is not None:
            with _connected_to(unfinished):
                world.install()


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """The worker's own copy of the world; from here on the tests are the application role."""
    from django.db import connections

    template = os.environ["TEST_TEMPLATE"]
    name = f"{template}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    settings = connections["default"].settings_dict
    original = settings["NAME"]
    with django_db_blocker.unblock():
        _make_template(template, max(request.config.option.verbose - 1, 0))
        _make_world(template)
        _clone(world_of(template), name)
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

    with _copied(connections["default"].settings_dict["NAME"], django_db_blocker) as name:
        yield name


@pytest.fixture
def empty_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A migrated database in which nothing is installed, for one test; commits are real. Yields its name."""
    with _copied(os.environ["TEST_TEMPLATE"], django_db_blocker) as name:
        yield name


@contextlib.contextmanager
def _copied(template: str, django_db_blocker: Any) -> Iterator[str]:
    from django.db import connections

    name = f"{template}_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock():
        connections.close_all()
        _clone(template, name)
        try:
            with _connected_to(name):
                yield name
        finally:
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
