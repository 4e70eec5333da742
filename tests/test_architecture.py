"""What the house rules ask for and a machine can see."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from crisisdesk import template_format
from crisisdesk.core.actions import registered
from crisisdesk.core.log.events import KINDS
from crisisdesk.core.models import DeskModel, Due
from crisisdesk.template_format import Block, Element, Line, Space

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("crisisdesk", "cases", "comms", "training", "tests", "bench")
OURS = ("core", "cases", "monitoring", "comms", "training", "desk")
LONGEST_FILE = 600


def _files(*patterns: str) -> list[Path]:
    found = [path for package in PACKAGES for pattern in patterns for path in (ROOT / package).rglob(pattern)]
    found += [path for pattern in patterns for path in (ROOT / "static").rglob(pattern)]
    return [path for path in found if "migrations" not in path.parts and "__pycache__" not in path.parts]


def _models() -> list[type[DeskModel]]:
    return [model for model in apps.get_models() if issubclass(model, DeskModel)]


def test_no_file_is_too_long() -> None:
    long = {str(path.relative_to(ROOT)): lines for path in _files("*.py", "*.html", "*.css", "*.js")
            if (lines := len(path.read_text().splitlines())) > LONGEST_FILE}  # fmt: skip
    assert long == {}


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "helpers", "services", "selectors", "managers", "signals", "misc", "common"}
    # cases.Signal is the product's word; its modules hold the signal of a crisis, not Django's.
    found = {str(path.relative_to(ROOT)) for path in _files("*.py") if path.stem in drawers}
    known = {str(Path("cases") / part / "signals.py") for part in ("models", "actions", "views", "api", "")}
    assert found <= known


def test_no_domain_signals() -> None:
    """What follows from a verb stands in the verb, not in a receiver somewhere else."""
    forbidden = re.compile(r"\b(?:pre|post)_(?:save|delete|init)\b|m2m_changed|dispatch import Signal|dispatch\.Signal")
    for path in _files("*.py"):
        if "tests" not in path.parts:
            assert not forbidden.search(path.read_text()), path


def test_templates_hold_nothing_inline() -> None:
    inline = re.compile(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\b(?:src=|type=\"application/json\"))|javascript:")
    for path in _files("*.html"):
        if "tests" not in path.parts:
            assert not inline.search(path.read_text()), path


def _elements(nodes: list[Any]) -> Iterator[Element]:
    for node in nodes:
        if isinstance(node, Element):
            yield node
            yield from _elements(node.children)
        elif isinstance(node, Block):
            yield from (inner for _, part in node.parts for inner in _elements(part))


@pytest.mark.parametrize("path", template_format.templates(ROOT), ids=lambda path: path.stem)
def test_buttons_of_actions_are_drawn_by_their_tag(path: Path) -> None:
    """A form that holds nothing but a button is `{% action_button %}`; what the account pages post is no action."""
    if path.is_relative_to(ROOT / "crisisdesk" / "templates"):
        return
    for form in _elements(template_format.parse(path.read_text())):
        if form.name == "form" and 'method="post"' in form.attributes:
            drawn = [node for node in form.children if not isinstance(node, Space)]
            bare = len(drawn) == 2 and isinstance(drawn[0], Line) and "csrf_token" in drawn[0].text
            button = drawn[-1] if bare else None
            alone = isinstance(button, Element) and button.name == "button"
            assert not (alone and not any(each.startswith("name=") for each in button.attributes)), path


def test_stylesheets_fetch_nothing() -> None:
    for path in _files("*.css", "*.js"):
        assert not re.search(r"https?://|@import", path.read_text()), path


# Namespaces of addresses by the app they belong to, from the lowest app to the highest.
NAMESPACES = {"crisisdesk/core": (), "cases": ("cases", "monitoring"), "comms": ("comms", "newsroom"),
              "training": ("training",), "crisisdesk/desk": ("desk",)}  # fmt: skip


@pytest.mark.parametrize("app", NAMESPACES)
def test_no_app_names_the_pages_of_one_above_it(app: str) -> None:
    """They register themselves (`cases.tabs`, `cases.extensions`); the home page is named by the settings."""
    apps_in_order = list(NAMESPACES)
    above = [space for upper in apps_in_order[apps_in_order.index(app) + 1 :] for space in NAMESPACES[upper]]
    if not above:
        return
    named = re.compile(rf"""['"](?:{"|".join(above)}):\w+['"]""")
    found = {str(path.relative_to(ROOT)) for path in _files("*.py", "*.html")
             if str(path.relative_to(ROOT)).startswith(f"{app}/") and named.search(path.read_text())}  # fmt: skip
    assert found == set()


@pytest.mark.parametrize("model", _models(), ids=lambda model: model._meta.label)
def test_scope_of_every_model_leads_somewhere(model: type[DeskModel]) -> None:
    if model.scope_path in ("", "self"):
        return
    current: Any = model
    for step in model.scope_path.split("__"):
        current = current._meta.get_field(step).related_model
    assert current._meta.label in ("core.Brand", "cases.Case")


@pytest.mark.parametrize("model", _models(), ids=lambda model: model._meta.label)
def test_every_state_is_known_to_the_database(model: type[DeskModel], db: None) -> None:
    if model.states is None:
        return
    constraints = [
        str(c.condition) for c in model._meta.constraints if hasattr(c, "condition") and c.condition is not None
    ]
    assert any("state" in condition for condition in constraints), "no check constraint speaks about the state"


def test_every_kind_of_event_names_its_actor() -> None:
    without = [kind for kind, declared in KINDS.items() if "{actor}" not in str(declared.sentence)]
    assert without == []


def test_every_verb_says_what_it_does() -> None:
    assert [verb.name for verb in registered() if not (verb.__doc__ or "").strip()] == []


def test_frozen_tables_refuse_by_trigger_too(db: None) -> None:
    """Rights stop the application, triggers everybody. Chains are kept by rights alone: the seal writes them."""
    frozen = {
        model._meta.db_table for model in apps.get_models() if getattr(model, "frozen", "") in ("always", "sealed")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype::int & 24 <> 0"
        )
        guarded = {table for (table,) in cursor.fetchall()}
    assert frozen - guarded == {"core_chain"}


def test_every_table_of_due_rows_has_its_beat() -> None:
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    due = {model.task for model in apps.get_models() if issubclass(model, Due)}
    assert "" not in due
    assert due <= scheduled


def test_migrations_are_complete(db: None) -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_the_application_owns_nothing(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
        )
        assert cursor.fetchone() == (0,)
