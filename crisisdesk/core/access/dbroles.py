"""Rights of the application's database role, derived from the models.

The application owns nothing. It may read and write rows of every table, with two exceptions a model declares itself:
``frozen = "always"`` rows are written once (no UPDATE, no DELETE), ``frozen = "sealed"`` rows are read only, as a
SECURITY DEFINER trigger writes them. Nobody but the owner may TRUNCATE. Granted after every ``migrate``.
"""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import sql

READ_WRITE = frozenset({"SELECT", "INSERT", "UPDATE", "DELETE"})
RIGHTS = {"": READ_WRITE, "always": frozenset({"SELECT", "INSERT"}), "sealed": frozenset({"SELECT"})}
# Only migrations write here.
READ_ONLY_TABLES = frozenset({"django_migrations"})


def wanted_rights(tables: list[str]) -> dict[str, frozenset[str]]:
    """Rights per table. A table no model stands for (many-to-many, history) is read and written."""
    frozen = {
        model._meta.db_table: getattr(model, "frozen", "") or "" for model in apps.get_models(include_auto_created=True)
    }
    unknown = {table: kind for table, kind in frozen.items() if kind not in RIGHTS}
    if unknown:
        raise ImproperlyConfigured(f"`frozen` must be one of {sorted(RIGHTS)}: {unknown}")
    return {
        table: frozenset({"SELECT"}) if table in READ_ONLY_TABLES else RIGHTS[frozen.get(table, "")] for table in tables
    }


def application_role(connection: BaseDatabaseWrapper) -> str:
    return str(connection.settings_dict["APPLICATION_ROLE"])


def grant(connection: BaseDatabaseWrapper) -> dict[str, frozenset[str]]:
    """Give the application role exactly its rights on the current database; returns them per table."""
    role = application_role(connection)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        if cursor.fetchone() is None:
            raise ImproperlyConfigured(
                f'The database role "{role}" of DATABASE_URL does not exist. An administrator of the server creates it '
                f"with CREATE ROLE {role} LOGIN PASSWORD '…';"
            )
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
        rights = wanted_rights(sorted(table for (table,) in cursor.fetchall()))
        to = sql.Identifier(role)

        def run(statement: str, **parts: sql.Composable) -> None:
            cursor.execute(sql.SQL(statement).format(role=to, **parts).as_string(cursor.connection))

        run("GRANT USAGE ON SCHEMA public TO {role}")
        for table, granted in rights.items():
            names = sql.SQL(", ").join(sql.SQL(right) for right in sorted(granted))
            run("REVOKE ALL ON TABLE {table} FROM {role}, PUBLIC", table=sql.Identifier(table))
            run("GRANT {names} ON TABLE {table} TO {role}", names=names, table=sql.Identifier(table))
        run("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    return rights


def grant_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    if connection.settings_dict["USER"] != application_role(connection):
        grant(connection)
