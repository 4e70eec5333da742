"""Pytest plugin, loaded before Django's settings are read: the server the tests of this run use.

One temporary embedded PostgreSQL serves a run and all its xdist workers: the controller starts it and stops it at the
end, and if the controller is killed the server dies with it. With ``DATABASE_URL`` and ``DATABASE_OWNER_URL`` given,
those are used instead. Databases and fixtures are in ``tests/database.py``.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

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
        _drop_template()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)
        _folder = None


def pytest_configure(config: pytest.Config) -> None:
    # Registered after pytest-django, so that its database fixtures give way to ours.
    config.pluginmanager.import_plugin("tests.database")
    from django.conf import settings

    # Pages name their files as they are: nothing is collected for a test run.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_USE_FINDERS = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def _drop_template() -> None:
    """On given servers: remove the template of this run, if a test asked for a database at all."""
    from tests.database import drop_database

    with contextlib.suppress(Exception):
        drop_database(os.environ["TEST_TEMPLATE"])
