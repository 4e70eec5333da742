"""The rail, the notices and the appearance of every page."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from cases.models import Case, Signal
from crisisdesk.core.jobs import wake
from crisisdesk.core.models import Notification
from crisisdesk.desk import waiting
from crisisdesk.desk.context import desk
from crisisdesk.desk.waiting import OWN, Counts, counts
from tests.cases import build as cases
from tests.comms import build as comms
from tests.conftest import World


def context(world: World, code: str, path: str = "/") -> dict[str, Any]:
    request = RequestFactory().get(path)
    request.principal = world.principal(code)  # type: ignore[attr-defined]
    request.user = world.user(code)
    return desk(request)


def labels(places: list[Any]) -> list[str]:
    return [str(place.label) for place in places]


def test_five_main_places_fit_the_bottom_bar(world: World) -> None:
    found = context(world, "duty")
    assert labels(found["places"]) == ["Waiting for me", "Signals", "Cases", "Statements", "Mentions"]


def test_only_staff_are_shown_the_administration(world: World) -> None:
    assert "Administration" in labels(context(world, "manager")["more_places"])
    assert "Administration" not in labels(context(world, "duty")["more_places"])


def test_the_newsroom_is_that_of_ones_own_brand(world: World) -> None:
    place = context(world, "outsider")["more_places"][-1]
    assert place.url == f"/newsroom/{world.other_brand.slug}/"


def test_the_present_place_is_marked(world: World) -> None:
    case = cases.led(world)
    found = context(world, "duty", f"/cases/{case.reference}/")
    assert [place.label for place in found["places"] if place.on] == ["Cases"]
    page = world.client("duty").get("/signals/").content.decode()
    assert page.count('aria-current="page"') == 2  # in the rail and in the bottom bar


def test_nothing_is_read_for_a_page_that_shows_nothing_of_it(world: World, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        context(world_free(), "duty")


def world_free() -> Any:
    """A world that would fail if anything was asked of it."""

    class Nobody:
        def principal(self, code: str) -> None:
            return None

        def user(self, code: str) -> None:
            return None

    return Nobody()


@pytest.mark.parametrize(("theme", "attribute"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"')])
def test_the_chosen_appearance_stands_on_the_page(world: World, theme: str, attribute: str) -> None:
    user = world.user("duty")
    user.theme = theme
    user.save()
    assert attribute in world.client("duty").get("/").content.decode()


def test_as_the_device_has_it_sets_nothing(world: World) -> None:
    assert "data-theme" not in world.client("duty").get("/").content.decode()


def test_notices(world: World, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REQUIRE_MFA = True
    assert list(context(world, "duty")["banners"]) == []
    settings.REQUIRE_MFA = False
    monkeypatch.setattr(wake, "is_silent", lambda: True)
    assert [banner.icon for banner in context(world, "duty")["banners"]] == ["flask-conical", "hourglass"]


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500, 503])
def test_error_pages_need_neither_session_nor_database(status: int) -> None:
    page = render_to_string(f"{status}.html", {"status": status, "message": "Not for you", "request_id": "abc123"})
    assert "<h1>" in page
    assert "abc123" in page
    assert "style=" not in page


def test_the_figures_are_those_of_the_lists(world: World, persona: str) -> None:
    """The rail asks a question that was put together once; the lists put theirs together each time."""
    comms.submitted(world)
    cases.signal(world)
    principal = world.principal(persona)
    found = counts(principal)
    if principal.user is None:
        assert found == Counts()
        return
    rows = {kind: read(principal).count() for kind, read in OWN.items()}
    assert found.kinds == {kind for kind, number in rows.items() if number}
    assert found.mine == sum(rows.values())
    assert found.signals == Signal.objects.visible_to(principal).filter(state="new").count()
    assert found.cases == Case.objects.visible_to(principal).open().count()
    assert found.unread == Notification.objects.visible_to(principal).unread().count()


def test_one_question_serves_people_with_the_same_roles(world: World) -> None:
    counts(world.principal("care"))
    known = len(waiting._RAIL._made)
    taken = cases.active(world)
    assert counts(world.principal("care")).cases == Case.objects.open().count()
    assert len(waiting._RAIL._made) == known
    assert taken.is_open


def test_every_page_asks_two_questions_for_the_rail(world: World, django_assert_num_queries: Any) -> None:
    principal = world.principal("comms_lead")
    assert principal.grants
    with django_assert_num_queries(2):
        counts(principal)
