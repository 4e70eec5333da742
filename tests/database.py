"""Pytest plugin: PostgreSQL for the tests.

One temporary embedded server serves a run and all its xdist workers; with ``DATABASE_URL`` and ``DATABASE_OWNER_URL``
given, those are used instead. The owner makes one migrated template database, every worker gets a copy of it, and the
tests themselves work as the application role, which owns nothing. Ordinary tests run in a transaction that is rolled
back; ``committed_db`` gives a test a database of its own with real commits.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

TEMPLATE_LOCK = 7_221_040_615  # any fixed number: workers take turns in making the template

_servers: Any = None
_folder: Path | None = None


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before Django's settings are read: the environment of this run, addresses included."""
    global _folder
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")
    os.environ.setdefault("CELERY_BROKER_URL", "memory://")
    if not _is_worker():
        from crisisdesk import embedded

        _folder = Path(tempfile.mkdtemp(prefix="crisisdesk-test-"))
        _folder.chmod(0o755)
        os.environ["DATA_DIR"] = str(_folder)
        if "postgresql" in embedded.missing(os.environ):
            addresses = embedded.Addresses(_folder)
            os.environ["DATABASE_URL"] = addresses.postgresql(embedded.APPLICATION)
            os.environ["DATABASE_OWNER_URL"] = addresses.postgresql(embedded.OWNER)
        os.environ["TEST_TEMPLATE"] = f"test_crisisdesk_{uuid.uuid4().hex[:10]}"
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    global _servers
    if _is_worker() or _folder is None or session.config.option.collectonly:
        return
    if (_folder / "embedded.json").exists():
        from crisisdesk import embedded

        try:
            servers = embedded.Servers(_folder, want={"postgresql"}, temporary=True)
            servers.start()
        except embedded.EmbeddedError as error:
            pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)
        _servers = servers


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    global _servers, _folder
    if _is_worker():
        return
    if _servers is not None:
        _servers.stop()
        _servers = None
    else:
        _drop_given_template()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
        _folder = None


def pytest_configure(config: pytest.Config) -> None:
    from django.conf import settings

    # Pages name their files as they are: nothing is collected for a test run.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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


def _drop(name: str) -> None:
    with owner_connection() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_given_template() -> None:
    """On given servers: remove the template of this run, if a test asked for a database at all."""
    template = os.environ.get("TEST_TEMPLATE")
    if template and os.environ.get("DATABASE_OWNER_URL"):
        with contextlib.suppress(Exception):
            _drop(template)


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
        _drop(name)


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
            _drop(name)


@pytest.fixture
def sealed(db: None) -> Callable[[], None]:
    """Run what waits for the commit (deferred constraint triggers such as the sealing of events) now."""
    from django.db import connection

    def run() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")

    return run
