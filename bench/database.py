"""A database of its own for a measurement: an embedded server in a temporary folder with the demo's people."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def measured_database(*, with_people: bool = True) -> Iterator[None]:
    """Set Django up on a fresh embedded PostgreSQL and take everything away afterwards.

    Without people where the demo is told: its people hold their roles since the story began.
    """
    folder = Path(tempfile.mkdtemp(prefix="crisisdesk-bench-"))
    folder.chmod(0o755)
    os.environ["DATA_DIR"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = "crisisdesk.settings"
    os.environ.setdefault("CELERY_BROKER_URL", "memory://")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    from crisisdesk import embedded

    servers = embedded.Servers(folder, want={"postgresql"}, temporary=True)
    try:
        servers.start()
        _migrate()
        if with_people:
            from crisisdesk.desk.demo import people

            people.install(password=None)
        yield
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _migrate() -> None:
    """Migrate as the owner, then work as the application."""
    import django
    from django.conf import settings

    django.setup()
    from django.core.management import call_command
    from django.db import connections

    current = connections["default"].settings_dict
    application = {key: current[key] for key in ("USER", "PASSWORD")}
    owner = settings.DATABASES["default"]["OWNER"]
    current.update({key: owner[key] for key in ("USER", "PASSWORD")})
    call_command("migrate", interactive=False, verbosity=0)
    connections["default"].close()
    current.update(application)


@contextmanager
def as_owner() -> Iterator[None]:
    """Work as the owner of the database inside, for filling tables in bulk and ANALYZE."""
    from django.conf import settings
    from django.db import connections

    connection = connections["default"]
    current = connection.settings_dict
    application = {key: current[key] for key in ("USER", "PASSWORD")}
    owner = settings.DATABASES["default"]["OWNER"]
    connection.close()
    current.update({key: owner[key] for key in ("USER", "PASSWORD")})
    try:
        yield
    finally:
        connection.close()
        current.update(application)
