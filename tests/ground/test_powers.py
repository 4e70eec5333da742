"""What the application's database role could make of a function that runs as the owner: nothing."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from psycopg import sql

from crisisdesk import embedded
from crisisdesk.core import checks
from crisisdesk.core.access import dbroles
from crisisdesk.core.actions.people import change_brand
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.database import as_owner, owner_connection

# The tables the seal uses, made anew where a session looks first. Each notes as whom its trigger was run.
ATTACK = """
    CREATE TABLE {schema}.ran_as (who name);
    CREATE FUNCTION {schema}.note() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO {schema}.ran_as VALUES (current_user); RETURN NEW; END $$;
    CREATE TABLE {schema}.core_chain AS SELECT * FROM public.core_chain;
    CREATE TABLE {schema}.core_eventseal AS SELECT * FROM public.core_eventseal WITH NO DATA;
    GRANT ALL ON {schema}.ran_as, {schema}.core_chain, {schema}.core_eventseal TO PUBLIC;
    CREATE TRIGGER note BEFORE UPDATE ON {schema}.core_chain FOR EACH ROW EXECUTE FUNCTION {schema}.note();
    CREATE TRIGGER note BEFORE INSERT ON {schema}.core_eventseal FOR EACH ROW EXECUTE FUNCTION {schema}.note();
"""
# A function that fits the arguments the seal gives to the one it means, and another one under an operator's name.
MORE = """
    CREATE FUNCTION {schema}.encode(bytea, text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO {schema}.ran_as VALUES (current_user); RETURN 'forged'; END $$;
    CREATE FUNCTION {schema}.join(text, text) RETURNS text LANGUAGE plpgsql AS $$
        BEGIN INSERT INTO {schema}.ran_as VALUES (current_user); RETURN 'forged'; END $$;
    CREATE OPERATOR {schema}.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = {schema}.join);
    GRANT USAGE ON SCHEMA {schema} TO PUBLIC;
"""


def run(statement: str | sql.Composable) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement if isinstance(statement, str) else statement.as_string(cursor.connection))


def role() -> sql.Identifier:
    return sql.Identifier(connection.settings_dict["APPLICATION_ROLE"])


def change_brand_and_find_event(world: World) -> Event:
    change_brand(world.brand, world.principal("manager"), phone="800 123 456")
    return Event.objects.latest("pk")


def the_head() -> str:
    """The hash the next seal has to follow, from the real table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT head_hash FROM public.core_chain WHERE id = 1")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TEMPORARY TABLE core_chain ()",
        "CREATE FUNCTION pg_temp.encode(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "CREATE FUNCTION public.encode(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT '' $$",
        "CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = textcat)",
        "CREATE SCHEMA AUTHORIZATION CURRENT_USER",
        "CREATE SCHEMA mine",
    ],
)
def test_the_application_makes_nothing_that_others_could_run(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        run(statement)


@pytest.mark.parametrize("where", ["pg_temp", "schema of the application", "schema of the owner"])
def test_even_where_it_may_the_seal_never_runs_what_the_application_made(
    world: World, committed_db: str, where: str
) -> None:
    """As before these rights were taken away, and as on a server whose administrator has not yet done so."""
    with owner_connection(committed_db) as owner:
        given = sql.SQL("GRANT TEMPORARY, CREATE ON DATABASE {} TO {}")
        owner.execute(given.format(sql.Identifier(committed_db), role()))
    application, owns = connection.settings_dict["APPLICATION_ROLE"], connection.settings_dict["OWNER"]["USER"]
    schema = {"schema of the application": application, "schema of the owner": owns}.get(where, where)
    if schema != "pg_temp":
        run(f'CREATE SCHEMA "{schema}"')
    run(ATTACK.replace("{schema}", f'"{schema}"'))
    if schema != "pg_temp":
        run(MORE.replace("{schema}", f'"{schema}"'))
    before = the_head()
    event = change_brand_and_find_event(world)
    with connection.cursor() as cursor:
        cursor.execute(f'TABLE "{schema}".ran_as')
        assert cursor.fetchall() == []
        cursor.execute("SELECT prev FROM public.core_eventseal WHERE event_id = %s", [event.pk])
        assert cursor.fetchone() == (before,)


@pytest.mark.django_db
def test_what_runs_as_the_owner_looks_in_the_catalogue_first_and_among_temporary_tables_last() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text, proconfig FROM pg_proc "
            "WHERE prosecdef AND pronamespace = 'public'::regnamespace"
        )
        paths = {name: list(settings or ()) for name, settings in cursor.fetchall()}
    assert "core_seal_event()" in paths
    for name, settings in paths.items():
        assert "search_path=pg_catalog, public, pg_temp" in settings, name


@pytest.mark.django_db
def test_the_application_may_neither_make_temporary_tables_nor_create_anything() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_database_privilege(current_database(), 'TEMPORARY'), "
            "has_database_privilege(current_database(), 'CREATE'), has_schema_privilege('public', 'CREATE')"
        )
        assert cursor.fetchone() == (False, False, False)
        assert dbroles.remedy(cursor, connection.settings_dict["APPLICATION_ROLE"]) == ""


def test_granting_takes_away_what_a_restored_copy_gives_everybody(committed_db: str) -> None:
    with owner_connection(committed_db) as owner:
        owner.execute(sql.SQL("GRANT CREATE, TEMPORARY ON DATABASE {} TO PUBLIC").format(sql.Identifier(committed_db)))
        owner.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role()))
    assert [error.id for error in checks.application_makes_nothing(None, ["default"])] == ["core.E002"]
    with as_owner():
        call_command("dbroles", stdout=io.StringIO())
    assert checks.application_makes_nothing(None, ["default"]) == []


@contextmanager
def belonging_to_an_administrator(database: str) -> Iterator[psycopg.Connection[Any]]:
    """An administrator made the database and owns it, everybody may create in it; the tables alone are the owner's."""
    if "postgresql" in embedded.missing(os.environ) or not (Path(os.environ["DATA_DIR"]) / "embedded.json").exists():
        pytest.skip("needs an administrator of the server")
    address = embedded.Addresses(Path(os.environ["DATA_DIR"])).postgresql(embedded.SUPERUSER, database)
    with psycopg.connect(address, autocommit=True) as admin:
        name = sql.Identifier(database)
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO postgres").format(name))
        admin.execute(sql.SQL("GRANT CREATE, TEMPORARY ON DATABASE {} TO PUBLIC").format(name))
        admin.execute("ALTER SCHEMA public OWNER TO postgres; GRANT ALL ON SCHEMA public TO PUBLIC")
        try:
            yield admin
        finally:
            admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(name, sql.Identifier(embedded.OWNER)))


def test_an_owner_who_may_not_take_it_away_is_told_the_two_statements(committed_db: str) -> None:
    said = io.StringIO()
    with belonging_to_an_administrator(committed_db) as admin:
        with as_owner():
            call_command("dbroles", stdout=io.StringIO(), stderr=said)
        [error] = checks.application_makes_nothing(None, ["default"])
        told = [line.strip() for line in said.getvalue().splitlines() if line.strip().startswith("REVOKE ")]
        assert len(told) == 2
        assert all(statement in str(error.hint) for statement in told)
        for statement in told:
            admin.execute(statement.encode())
        assert checks.application_makes_nothing(None, ["default"]) == []
        again = io.StringIO()
        with as_owner():
            call_command("dbroles", stdout=io.StringIO(), stderr=again)
        assert again.getvalue() == ""
