"""The permission table: every verb and every page, for every persona. A missing row fails the suite."""

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.template.base import Template
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from crisisdesk.core.access.roles import ROLE_CAPABILITIES, Role
from crisisdesk.core.actions import REGISTRY
from crisisdesk.core.actions.tokens import known_scopes
from tests.conftest import PERSONAS, World
from tests.permissions_table import PageRow, VerbRow

# Everybody who reads pages; a service account has a token and no browser.
READERS = [code for code in PERSONAS if code != "service"]
# Pages that belong to libraries and are covered by their own tests; the API's addresses have theirs in `tests/api`.
FOREIGN_PREFIXES = ("admin:", "api:", "account_", "mfa_", "usersessions_", "socialaccount_", "rest_framework:")


def _modules() -> Iterator[Any]:
    folder = Path(__file__).parent
    for path in sorted(folder.glob("*/permissions*.py")):
        yield importlib.import_module(f"tests.{path.parent.name}.{path.stem}")


VERB_ROWS: list[VerbRow] = [row for module in _modules() for row in getattr(module, "VERBS", ())]
PAGE_ROWS: list[PageRow] = [row for module in _modules() for row in getattr(module, "PAGES", ())]
# Pages whose POST is a verb of the table and whose GET only leads back; machines' addresses without a reader.
WITHOUT_READER: set[str] = {name for module in _modules() for name in getattr(module, "BUTTONS", ())}


def _names(patterns: list[Any], prefix: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern.url_patterns, inner)
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield f"{prefix}{pattern.name}"


def test_every_verb_has_a_row() -> None:
    assert {row.action for row in VERB_ROWS} == {name for name, verb in REGISTRY.items() if not verb.by_system}


def test_what_only_the_desk_does_is_offered_to_nobody(world: World) -> None:
    own = [verb for verb in REGISTRY.values() if verb.by_system]
    assert own
    actors = world.principals(fresh=True).values()
    assert [verb.name for verb in own if any(verb.offered(actor, None) for actor in actors)] == []
    assert not {verb.name for verb in own} & set(known_scopes())


def test_every_page_has_a_row() -> None:
    names = {name for name in _names(get_resolver().url_patterns) if not name.startswith(FOREIGN_PREFIXES)}
    assert names == {row.name for row in PAGE_ROWS} | WITHOUT_READER


@pytest.mark.parametrize("row", VERB_ROWS, ids=lambda row: row.action)
def test_verb(row: VerbRow, world: World) -> None:
    obj = row.make(world)
    verb = REGISTRY[row.action]
    actors = world.principals(fresh=True)
    allowed = {code for code in PERSONAS if verb.can(actors[code], obj)}
    assert allowed == row.allowed
    assert verb.needs_fresh == row.fresh


@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: row.name)
def test_page(row: PageRow, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who gets in, and nothing is drawn: of those with one answer, who may least and who may most.

    Everybody is asked, and the page drawn for them, by `test_page_is_drawn`.
    """
    monkeypatch.setattr(Template, "render", lambda template, context: "")
    _check(row, world, _outermost(row))


@pytest.mark.slow
@pytest.mark.parametrize("row", PAGE_ROWS, ids=lambda row: row.name)
def test_page_is_drawn(row: PageRow, world: World) -> None:
    """What is drawn on a page depends on who looks; for none of them it may fail."""
    _check(row, world, READERS)


def _outermost(row: PageRow) -> list[str]:
    """For each answer the persona with the fewest and the one with the most capabilities; and whoever is special."""
    asked = {"anonymous", "outsider", "superuser"}
    for answer in {row.expected(code) for code in READERS}:
        alike = sorted((code for code in READERS if row.expected(code) == answer), key=_capabilities)
        asked |= {alike[0], alike[-1]}
    return sorted(asked)


def _capabilities(code: str) -> int:
    return len(ROLE_CAPABILITIES[Role(code)]) if code in Role.values else 0


def _check(row: PageRow, world: World, people: list[str]) -> None:
    address = reverse(row.name, kwargs=dict(row.kwargs(world)))
    given = {code: world.client(code).get(address).status_code for code in people}
    assert given == {code: row.expected(code) for code in people}
