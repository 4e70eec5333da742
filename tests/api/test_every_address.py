"""Every address of the API for every persona: strangers stay out, lists show what is visible and nothing else."""

import uuid
from typing import Any

import pytest
from django.db.models import QuerySet
from django.test import Client

from crisisdesk.api import resources
from crisisdesk.core.api.viewsets import DeskViewSet
from tests.conftest import PERSONAS, World

VIEWS = [(prefix, view) for prefix, view, _name in resources.registry if issubclass(view, DeskViewSet)]
# Rows that are seen through something else (events and entries of a case) have tests of their own.
LISTS = [
    (prefix, view) for prefix, view in VIEWS if "<" not in prefix and hasattr(view.model._default_manager, "visible_to")
]

READERS = [code for code in PERSONAS if code not in ("anonymous", "service")]


def visible(view: type[DeskViewSet], principal: Any) -> QuerySet[Any]:
    return view.model.objects.visible_to(principal)


def addresses(prefix: str, view: type[DeskViewSet]) -> list[tuple[str, str]]:
    one = f"/api/v1/{prefix}/{uuid.uuid4()}"
    found = [("get", f"/api/v1/{prefix}"), ("get", one)]
    for made in view.verbs.values():
        base = one if made.detail else f"/api/v1/{prefix}"
        found.append((made.method.lower(), f"{base}/{made.path}" if made.path else base))
    return found


@pytest.mark.parametrize(("prefix", "view"), VIEWS, ids=[prefix for prefix, _view in VIEWS])
def test_strangers_get_401_everywhere(db: None, prefix: str, view: type[DeskViewSet]) -> None:
    for method, address in addresses(prefix, view):
        answer = getattr(Client(), method)(address, content_type="application/json")
        assert answer.status_code == 401, (method, address)


@pytest.mark.parametrize(("prefix", "view"), VIEWS, ids=[prefix for prefix, _view in VIEWS])
def test_what_does_not_exist_is_404_for_everybody(world: World, prefix: str, view: type[DeskViewSet]) -> None:
    client = world.client("superuser")
    # What takes no right and no row is there for everybody, for example marking all of one's own notices as read.
    open_to_all = {
        f"/api/v1/{prefix}/{made.path}"
        for made in view.verbs.values()
        if made.path and not made.detail and made.action.needs is None
    }
    for method, address in addresses(prefix, view):
        if address in open_to_all:
            continue
        if f"/api/v1/{prefix}/" in address and address.count("/") >= 4 + prefix.count("/"):
            answer = getattr(client, method)(address, {}, content_type="application/json")
            expected = {404, 405} if "<" in prefix else {404}
            if any(made.path and not made.detail for made in view.verbs.values()):
                expected |= {422, 403, 409}
            assert answer.status_code in expected, (method, address, answer.content)


@pytest.mark.parametrize(
    "personas",
    [
        pytest.param(["duty", "observer", "outsider", "manager", "superuser"], id="different"),
        pytest.param(
            [code for code in PERSONAS if code not in ("anonymous", "service")], id="all", marks=pytest.mark.slow
        ),
    ],
)
@pytest.mark.parametrize(("prefix", "view"), LISTS, ids=[prefix for prefix, _view in LISTS])
def test_lists_show_exactly_what_is_visible(
    world: World, prefix: str, view: type[DeskViewSet], personas: list[str]
) -> None:
    for persona in personas:
        answer = world.client(persona).get(f"/api/v1/{prefix}?limit=200")
        assert answer.status_code == 200, (persona, answer.content)
        page = answer.json()
        seen = visible(view, world.principal(persona)).count()
        assert (page["count"], len(page["results"])) == (min(seen, 1000), min(seen, 200)), persona
