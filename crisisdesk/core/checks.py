"""System checks of the ground: run by ``manage.py check --database default`` and before every deployment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

POWERS = """
    SELECT rolsuper OR rolbypassrls OR rolcreaterole, (SELECT count(*) FROM pg_class WHERE relowner = pg_roles.oid)
    FROM pg_roles WHERE rolname = current_user
"""


@register(Tags.database)
def application_owns_nothing(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """The log is only as frozen as the role that writes it is powerless: an owner could lift its own restrictions."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if settings.DATABASE_ROLE != "application":
            continue
        with connections[alias].cursor() as cursor:
            cursor.execute(POWERS)
            powerful, owned = cursor.fetchone()
        if powerful or owned:
            found.append(
                Error(
                    "The database role of DATABASE_URL owns tables or administers the server.",
                    hint="Give the application a role of its own that owns nothing, then run `manage.py dbroles`.",
                    id="core.E001",
                )
            )
    return found
