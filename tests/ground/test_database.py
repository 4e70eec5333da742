"""What every other test stands on: the role, the rollback, the committed copy."""

from __future__ import annotations

import threading

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, connection, connections, transaction

from crisisdesk.core import checks
from crisisdesk.core.access import dbroles
from tests.database import owner_connection
from tests.stages import STAGES

RIGHTS = """
    SELECT relname, array_agg(name) FILTER (WHERE has_table_privilege(%s, pg_class.oid, name))
    FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS name
    WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
    GROUP BY relname
"""


def add_type(name: str) -> None:
    ContentType.objects.create(app_label="ground", model=name)


def types() -> list[str]:
    return sorted(ContentType.objects.filter(app_label="ground").values_list("model", flat=True))


@pytest.mark.django_db
def test_tests_work_as_the_application_role_which_owns_nothing() -> None:
    role = connection.settings_dict["APPLICATION_ROLE"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == (role,)
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = %s", [role])
        assert cursor.fetchone() == (0,)
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = %s", [role]
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.django_db
def test_every_table_gives_the_application_exactly_its_rights() -> None:
    role = connection.settings_dict["APPLICATION_ROLE"]
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, [role])
        rights = {table: frozenset(granted or ()) for table, granted in cursor.fetchall()}
    assert rights == dbroles.wanted_rights(list(rights))
    assert rights["core_event"] == {"SELECT", "INSERT"}
    assert rights["core_eventseal"] == {"SELECT"}
    assert rights["core_user"] == {"SELECT", "INSERT", "UPDATE", "DELETE"}
    assert rights["django_migrations"] == {"SELECT"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    ["TRUNCATE core_event", "DROP TABLE core_user", "CREATE TABLE mine ()", "UPDATE core_event SET kind = ''"],
)
def test_the_application_cannot(statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"permission denied|must be owner"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize("turn", [1, 2])
def test_ordinary_tests_are_rolled_back(turn: int) -> None:
    assert types() == []
    add_type("one")
    assert types() == ["one"]


def test_committed_db_commits_for_all_threads(committed_db: str) -> None:
    assert connection.settings_dict["NAME"] == committed_db
    assert connection.get_autocommit()
    with transaction.atomic():
        add_type("main")
    seen: list[list[str]] = []

    def work() -> None:
        try:
            seen.append(types())
            add_type("thread")
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [["main"]]
    assert types() == ["main", "thread"]


@pytest.mark.django_db
def test_a_committed_database_leaves_nothing_behind() -> None:
    assert types() == []
    with owner_connection() as owner:
        copies = owner.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_name()}\\_%"]).fetchall()
    assert [name for (name,) in copies if name not in STAGES.names] == []


def _name() -> str:
    return str(connection.settings_dict["NAME"])


@pytest.mark.django_db
def test_sealed_runs_what_waits_for_the_commit(sealed: object) -> None:
    assert callable(sealed)
    orphan = "INSERT INTO auth_permission (name, codename, content_type_id) VALUES ('orphan', 'orphan', 0)"
    for _turn in ("once", "and deferred again"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(orphan)
            with pytest.raises(DatabaseError, match="violates foreign key"):
                sealed()
            transaction.set_rollback(True)


def test_the_check_finds_an_application_that_owns_tables(committed_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.application_owns_nothing(None, ["default"]) == []
    with owner_connection(committed_db) as owner:
        owner.execute(f'GRANT CREATE ON SCHEMA public TO "{connection.settings_dict["APPLICATION_ROLE"]}"')
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine ()")
    assert [error.id for error in checks.application_owns_nothing(None, ["default"])] == ["core.E001"]
    monkeypatch.setattr(settings, "DATABASE_ROLE", "owner")
    assert checks.application_owns_nothing(None, ["default"]) == []
