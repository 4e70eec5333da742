"""System checks of the ground: run by ``manage.py check --database default`` and before every deployment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from crisisdesk.core.access import dbroles

# Of every role the application can take on (SET ROLE), itself among them.
POWERS = """
    SELECT bool_or(rolsuper OR rolbypassrls OR rolcreaterole),
           bool_or(EXISTS (SELECT FROM pg_class WHERE relowner = r.oid)
                   OR EXISTS (SELECT FROM pg_proc WHERE proowner = r.oid))
    FROM pg_roles r WHERE pg_has_role(current_user, r.oid, 'MEMBER')
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


@register(Tags.database)
def application_makes_nothing(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None, **kwargs: Any
) -> list[CheckMessage]:
    """What the application makes could be run in the name of the owner: by a trigger that looks for a table's name."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        if settings.DATABASE_ROLE != "application":
            continue
        connection = connections[alias]
        with connection.cursor() as cursor:
            statements = dbroles.remedy(cursor, connection.settings_dict["USER"])
        if statements:
            found.append(
                Error(
                    "The database role of DATABASE_URL can make temporary tables, or tables and functions of its own.",
                    hint="Run `manage.py dbroles`. If its role does not own the database, an administrator of the "
                    f"server runs in this database:\n{statements}",
                    id="core.E002",
                )
            )
    return found
