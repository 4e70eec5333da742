"""Rights of the application's database role, derived from the models.

The application owns nothing. It may read and write rows of every table, with two exceptions a model declares itself:
``frozen = "always"`` rows are written once (no UPDATE, no DELETE), ``frozen = "sealed"`` rows are read only, as a
SECURITY DEFINER trigger writes them. Nobody but the owner may TRUNCATE. Granted after every ``migrate``.

Nor may it make anything: a temporary table or a function of its own could stand before the ones that a trigger means,
and a SECURITY DEFINER function would then run it with the rights of the owner. PostgreSQL gives TEMPORARY on every new
database to PUBLIC, so the right is taken from PUBLIC too. Only the owner of the database can do that; where an
administrator owns it, `remedy` names the statements to be run by hand, and the system check fails until then.
"""

from __future__ import annotations

import sys
from typing import Any

from django.apps import AppConfig, apps
from django.core.exceptions import ImproperlyConfigured
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
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


# What the application role may do beyond its rights on tables, and whether the current role can take it away.
EXCESS = """
    SELECT has_database_privilege(%(role)s, d.oid, 'TEMPORARY') OR has_database_privilege(%(role)s, d.oid, 'CREATE'),
           has_schema_privilege(%(role)s, n.oid, 'CREATE'),
           pg_has_role(d.datdba, 'USAGE'), pg_has_role(n.nspowner, 'USAGE'), current_database()
    FROM pg_database d, pg_namespace n WHERE d.datname = current_database() AND n.nspname = 'public'
"""


def withdrawals(database: str, role: str) -> tuple[sql.Composed, sql.Composed]:
    """The two statements that take the right to make anything from everybody and from the application role."""
    parts = {"database": sql.Identifier(database), "role": sql.Identifier(role)}
    return (
        sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {role}").format(**parts),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {role}").format(**parts),
    )


def withdraw(cursor: CursorWrapper, role: str) -> None:
    """Take the right to make anything away, as far as the current role may."""
    cursor.execute(EXCESS, {"role": role})
    *_excess, owns_database, owns_schema, database = cursor.fetchone()
    for may, statement in zip((owns_database, owns_schema), withdrawals(database, role), strict=True):
        if may:
            cursor.execute(statement.as_string(cursor.connection))


def remedy(cursor: CursorWrapper, role: str) -> str:
    """The statements that an administrator has to run because the application role can make something; else nothing.

    Always both: together they are right whichever of the rights is there, and may be run twice.
    """
    cursor.execute(EXCESS, {"role": role})
    in_database, in_schema, *_owns, database = cursor.fetchone()
    if not (in_database or in_schema):
        return ""
    return "\n".join(f"{statement.as_string(cursor.connection)};" for statement in withdrawals(database, role))


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
        withdraw(cursor, role)
    return rights


def warning(connection: BaseDatabaseWrapper) -> str:
    """What an administrator of the server still has to do, for people; nothing where all is well."""
    with connection.cursor() as cursor:
        statements = remedy(cursor, application_role(connection))
    if not statements:
        return ""
    return (
        "The application's database role can make tables or functions of its own, and the role that migrates does not "
        "own the database and cannot take that away. An administrator of the server runs in this database:\n"
        f"{statements}"
    )


def grant_after_migrate(sender: AppConfig, using: str, **kwargs: Any) -> None:
    connection = connections[using]
    if connection.settings_dict["USER"] != application_role(connection):
        grant(connection)
        if said := warning(connection):
            sys.stderr.write(f"{said}\n")
