"""Pytest plugin, loaded before Django's settings are read: the server the tests of this run use.

One temporary embedded PostgreSQL serves a run and all its xdist workers: the controller starts it and stops it at the
end, and if the controller is killed the server dies with it. With ``DATABASE_URL`` and ``DATABASE_OWNER_URL`` given,
those are used instead. Databases and fixtures are in ``tests/database.py``.

Migrating costs more than many a test. A cluster with a migrated template is therefore kept in ``.pytest_cache`` under
the digest of what it was made from, and copied for the next run. The dictionaries of texts are kept beside it; all runs
share them.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
KEPT = CHECKOUT / ".pytest_cache" / "clusters"
DICTIONARIES = CHECKOUT / ".pytest_cache" / "dictionaries"
KEEP = 3
MEMORY = "/dev/shm"  # noqa: S108 - the name of every folder in it is made by `mkdtemp`
ROOM = 3 * 1024**3  # bytes; a run takes up to one gigabyte
# What the migrated template depends on.
SOURCES = (
    *(
        f"{package}/**/{files}"
        for package in ("crisisdesk", "cases", "comms", "training")
        for files in ("migrations/*.py", "models/*.py", "models.py")
    ),
    "crisisdesk/settings.py",
    "crisisdesk/embedded.py",
    "crisisdesk/core/access/dbroles.py",
    "crisisdesk/core/log/history.py",
    "crisisdesk/core/log/migration_sql.py",
    "tests/database.py",
    "requirements.lock",
)

_servers: Any = None
_folder: Path | None = None
_kept: Path | None = None


def _is_worker() -> bool:
    return "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, None, None]:
    """Before Django's settings are read: the environment of this run, addresses included."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")
    os.environ.setdefault("CELERY_BROKER_URL", "memory://")
    if not _is_worker():
        _prepare()
    yield


def _prepare() -> None:
    global _folder, _kept
    from crisisdesk import embedded

    _folder = Path(tempfile.mkdtemp(prefix="crisisdesk-test-", dir=_memory()))
    _folder.chmod(0o755)
    atexit.register(_finish)  # for runs that end before the session starts
    share_dictionaries(_folder)
    os.environ["DATA_DIR"] = str(_folder)
    os.environ["TEST_TEMPLATE"] = f"test_crisisdesk_{uuid.uuid4().hex[:10]}"
    if "postgresql" in embedded.missing(os.environ):
        _kept = KEPT / _digest()
        os.environ["TEST_TEMPLATE"] = "test_crisisdesk"
        _copy_kept(_folder)
        addresses = embedded.Addresses(_folder)
        os.environ["DATABASE_URL"] = addresses.postgresql(embedded.APPLICATION)
        os.environ["DATABASE_OWNER_URL"] = addresses.postgresql(embedded.OWNER)


def share_dictionaries(data: Path) -> None:
    """Let a new DATA_DIR use the dictionaries of earlier runs: making them takes seconds, and nothing depends on it."""
    DICTIONARIES.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    (data / "dictionaries").symlink_to(DICTIONARIES)


def _memory() -> str | None:
    """Where a file system in memory has room for a run; None for the folder of temporary files.

    Databases are copied all the time: on a disk a copy takes a second, in memory a twentieth.
    """
    with contextlib.suppress(OSError):
        if "TMPDIR" not in os.environ and shutil.disk_usage(MEMORY).free >= ROOM and os.access(MEMORY, os.W_OK):
            return MEMORY
    return None


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    global _servers
    if _is_worker() or _kept is None or session.config.option.collectonly:
        return
    from crisisdesk import embedded
    from crisisdesk.processes import CannotStart

    assert _folder is not None
    try:
        servers = embedded.Servers(_folder, want={"postgresql"}, temporary=True)
        servers.start()
    except CannotStart as error:
        pytest.exit(str(error), returncode=pytest.ExitCode.INTERNAL_ERROR)
    _servers = servers


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _finish()


def _finish() -> None:
    global _servers, _folder
    if _folder is None:
        return
    if _servers is not None:
        keep = _has_template()
        _drop_world()
        _servers.stop()
        _servers = None
        if keep:
            _keep(_folder)
    elif _kept is None:
        _drop_world()
        _drop_template()
    shutil.rmtree(_folder, ignore_errors=True)
    _folder = None


def pytest_configure(config: pytest.Config) -> None:
    # Registered after pytest-django, so that its database fixtures give way to ours.
    config.pluginmanager.import_plugin("tests.database")
    from django.conf import settings

    from crisisdesk import catalogue

    if not _is_worker():
        catalogue.compile_all(Path(settings.LOCALE_PATHS[0]))
    # Pages name their files as they are: nothing is collected for a test run.
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_collection_finish() -> None:
    # What is loaded by now stays to the end; looking through all of it for garbage over and over took a sixth of a run.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _digest() -> str:
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(CHECKOUT.glob(pattern)):
            digest.update(f"{path.relative_to(CHECKOUT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def _copy_kept(folder: Path) -> None:
    assert _kept is not None
    if not _kept.is_dir():
        return
    try:
        os.utime(_kept)
        _copy(_kept, folder)
    except (OSError, subprocess.CalledProcessError):  # another run is tidying up; a new cluster serves as well
        shutil.rmtree(folder / "postgresql", ignore_errors=True)
        (folder / "embedded.json").unlink(missing_ok=True)
        return
    from crisisdesk import embedded

    path = folder / "embedded.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"postgresql_port": embedded.free_port()}))


def _keep(folder: Path) -> None:
    """Keep the stopped cluster for later runs, unless it is kept already."""
    assert _kept is not None
    if _kept.exists() or _kept.name != _digest():
        return
    fresh = KEPT / f"{_kept.name}.{os.getpid()}"
    try:
        fresh.mkdir(parents=True)
        _copy(folder, fresh)
        fresh.rename(_kept)
    except (OSError, subprocess.CalledProcessError):
        shutil.rmtree(fresh, ignore_errors=True)
    with contextlib.suppress(OSError):
        for old in sorted(KEPT.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)[KEEP:]:
            shutil.rmtree(old, ignore_errors=True)


def _copy(source: Path, target: Path) -> None:
    """With owners and modes: as root the cluster belongs to another user."""
    parts = [source / "embedded.json", source / "postgresql"]
    subprocess.run(["cp", "-Rp", *map(str, parts), str(target)], check=True, capture_output=True)


def _has_template() -> bool:
    from tests.database import owner_connection

    try:
        with owner_connection() as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            return connection.execute(query, [os.environ["TEST_TEMPLATE"]]).fetchone() is not None
    except Exception:
        return False


def _drop_world() -> None:
    """The world depends on all the code, so the next run makes its own."""
    from tests.database import drop_database, world_of

    with contextlib.suppress(Exception):
        drop_database(world_of(os.environ["TEST_TEMPLATE"]))


def _drop_template() -> None:
    """On given servers: remove the template of this run, if a test asked for a database at all."""
    from tests.database import drop_database

    with contextlib.suppress(Exception):
        drop_database(os.environ["TEST_TEMPLATE"])
