"""Variables are read strictly, named in every complaint, and documented."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from crisisdesk.environment import Environment
from crisisdesk.settings import env

CHECKOUT = Path(__file__).resolve().parent.parent.parent
# Whoever starts processes or hands the environment on; everything else asks the settings.
MAY_SEE_THE_ENVIRONMENT = {
    "crisisdesk/celery.py",
    "crisisdesk/core/management/commands/desk.py",
    "crisisdesk/embedded.py",
    "crisisdesk/processes.py",
    "crisisdesk/settings.py",
    "crisisdesk/wsgi.py",
}

READERS: list[tuple[Callable[[Environment], Any], str, Any]] = [
    (lambda e: e.text("X", "a", "d"), "b", "b"),
    (lambda e: e.text("X", "a", "d"), "", "a"),
    (lambda e: e.text("X", "a", "d", choices=("a", "b")), "b", "b"),
    (lambda e: e.yes_no("X", False, "d"), "Yes", True),
    (lambda e: e.yes_no("X", True, "d"), "0", False),
    (lambda e: e.yes_no("X", True, "d"), " ", True),
    (lambda e: e.integer("X", 1, "d", least=0, most=9), "7", 7),
    (lambda e: e.listing("X", ("a",), "d"), "b, c,", ["b", "c"]),
    (lambda e: e.listing("X", ("a",), "d"), "", ["a"]),
    (lambda e: e.address("X", "", "d"), "https://desk.example.com/", "https://desk.example.com"),
    (lambda e: e.time_zone("X", "UTC", "d"), "Europe/Prague", "Europe/Prague"),
    (
        lambda e: e.postgresql("X", "d", default=""),
        "postgresql://a%40b:p%2Fq@db.example.com/desk?sslmode=require",
        {
            "NAME": "desk",
            "USER": "a@b",
            "PASSWORD": "p/q",
            "HOST": "db.example.com",
            "PORT": "5432",
            "OPTIONS": {"sslmode": "require"},
        },
    ),
    (
        lambda e: e.postgresql("X", "d", default=""),
        "postgres://a@/desk?host=/run/postgresql",
        {"NAME": "desk", "USER": "a", "PASSWORD": "", "HOST": "/run/postgresql", "PORT": "5432", "OPTIONS": {}},
    ),
    (
        lambda e: e.smtp("X", "d", default=""),
        "smtp+tls://u:p@mail.example.com",
        {
            "EMAIL_HOST": "mail.example.com",
            "EMAIL_PORT": 587,
            "EMAIL_HOST_USER": "u",
            "EMAIL_HOST_PASSWORD": "p",
            "EMAIL_USE_TLS": True,
            "EMAIL_USE_SSL": False,
        },
    ),
    (
        lambda e: e.s3("X", "d", default=""),
        "s3://key:a%2Fb@s3.example.com/evidence?region=eu-central-1",
        {
            "access_key": "key",
            "secret_key": "a/b",
            "endpoint_url": "https://s3.example.com",
            "bucket_name": "evidence",
            "region_name": "eu-central-1",
        },
    ),
    (
        lambda e: e.s3("X", "d", default=""),
        "s3+http://key:secret@127.0.0.1:9000/evidence",
        {
            "access_key": "key",
            "secret_key": "secret",
            "endpoint_url": "http://127.0.0.1:9000",
            "bucket_name": "evidence",
            "region_name": None,
        },
    ),
]

BAD: list[tuple[Callable[[Environment], Any], str]] = [
    (lambda e: e.text("X", "a", "d", choices=("a", "b")), "c"),
    (lambda e: e.yes_no("X", False, "d"), "maybe"),
    (lambda e: e.integer("X", 1, "d", least=1, most=9), "ten"),
    (lambda e: e.integer("X", 1, "d", least=1, most=9), "10"),
    (lambda e: e.integer("X", 1, "d", least=1, most=9), "-1"),
    (lambda e: e.integer("X", 1, "d", least=1, most=9), "٣"),
    (lambda e: e.address("X", "", "d"), "desk.example.com"),
    (lambda e: e.address("X", "", "d"), "https://desk.example.com/path"),
    (lambda e: e.time_zone("X", "UTC", "d"), "Europe/Nowhere"),
    (lambda e: e.time_zone("X", "UTC", "d"), "../etc/passwd"),
    (lambda e: e.postgresql("X", "d", default=""), "mysql://a:geheim@h/d"),
    (lambda e: e.postgresql("X", "d", default=""), "postgresql://a:geheim@h"),
    (lambda e: e.postgresql("X", "d", default=""), "postgresql://a:geheim@h:port/d"),
    (lambda e: e.smtp("X", "d", default=""), "mailto:geheim@example.com"),
    (lambda e: e.smtp("X", "d", default=""), "smtp://u:geheim@h:port"),
    (lambda e: e.s3("X", "d", default=""), "https://key:geheim@s3.example.com/bucket"),
    (lambda e: e.s3("X", "d", default=""), "s3://key:geheim@s3.example.com"),
    (lambda e: e.s3("X", "d", default=""), "s3://key:geheim@s3.example.com/bucket/folder"),
    (lambda e: e.s3("X", "d", default=""), "s3://s3.example.com/bucket"),
    (lambda e: e.s3("X", "d", default=""), "s3://key:geheim@s3.example.com:port/bucket"),
    (lambda e: e.s3("X", "d", default=""), "s3://key:geheim@s3.example.com/bucket?colour=red"),
]


@pytest.mark.parametrize(("read", "value", "expected"), READERS)
def test_reads(read: Callable[[Environment], Any], value: str, expected: Any) -> None:
    assert read(Environment({"X": value})) == expected


@pytest.mark.parametrize(("read", "value"), BAD)
def test_refuses_and_names_the_variable(read: Callable[[Environment], Any], value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=r"^X must ") as refusal:
        read(Environment({"X": value}))
    assert "geheim" not in str(refusal.value)


def test_a_secret_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("geheim\n")
    assert Environment({"X_FILE": str(path)}).secret("X", "d") == "geheim"
    assert Environment({}).secret("X", "d") is None


def test_a_secret_given_twice_or_unreadable_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="X and X_FILE are both set"):
        Environment({"X": "a", "X_FILE": "b"}).secret("X", "d")
    with pytest.raises(ImproperlyConfigured, match="X_FILE: the file"):
        Environment({"X_FILE": str(tmp_path / "missing")}).secret("X", "d")


@pytest.mark.slow
def test_every_variable_is_documented() -> None:
    for variable in env.variables.values():
        assert variable.documentation.endswith("."), variable.name
        assert len(variable.documentation.split()) > 1, variable.name
    known = (CHECKOUT / "docs" / "environment.md").read_text(encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if name not in env.variables}
    command = [sys.executable, "manage.py", "environment"]
    table = subprocess.run(command, cwd=CHECKOUT, env=plain, capture_output=True, text=True, check=True).stdout
    assert table.strip() in known, "docs/environment.md is out of date: manage.py environment prints the table"


@pytest.mark.slow
def test_nothing_else_reads_the_environment() -> None:
    readers = set()
    for package in ("crisisdesk", "cases", "comms"):
        for path in (CHECKOUT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
                if name in ("environ", "getenv") and (
                    isinstance(node, ast.Name) or ast.unparse(node).startswith("os.")
                ):
                    readers.add(path.relative_to(CHECKOUT).as_posix())
    assert readers <= MAY_SEE_THE_ENVIRONMENT


SETTINGS_REFUSALS = [
    ({"PORT": "http"}, "PORT must be a whole number"),
    ({"SECRET_KEY": "short"}, "SECRET_KEY is too short"),
    ({"DATABASE_URL": "", "DATABASE_OWNER_URL": "postgresql://o:p@h/d"}, "DATABASE_OWNER_URL is set and DATABASE_URL"),
    ({"DATABASE_URL": "postgresql://o:p@h/d", "DATABASE_OWNER_URL": "postgresql://o:p@h/d"}, "name the same role"),
    (
        {"DATABASE_URL": "postgresql://a:p@h/d", "DATABASE_OWNER_URL": "", "DATABASE_ROLE": "owner"},
        "DATABASE_OWNER_URL",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize(("given", "complaint"), SETTINGS_REFUSALS)
def test_a_bad_value_ends_the_start_with_one_clear_line(given: dict[str, str], complaint: str, tmp_path: Path) -> None:
    result = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CHECKOUT,
        env=os.environ | {"DATA_DIR": str(tmp_path)} | given,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 1
    assert complaint in result.stderr
    assert result.stderr.startswith("CrisisDesk cannot start: ")
    assert "Traceback" not in result.stderr
