"""The list of notifications: one's own, the newest first, read and unread, and nothing one may no longer see."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from cases.models import Signal
from crisisdesk.core import clock
from crisisdesk.core.models import Event, Notification, User
from crisisdesk.desk.context import desk
from tests.cases import build as cases
from tests.conftest import World
from tests.core import notices

ADDRESS = "/notifications/"


@pytest.fixture
def notice() -> Iterator[str]:
    with notices.declared() as kind:
        yield kind


def page(world: World, code: str, query: str = "", *, language: str = "en") -> str:
    answer = world.client(code, language=language).get(f"{ADDRESS}{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def unread(world: World, code: str) -> int:
    return Notification.objects.filter(user=world.user(code)).unread().count()


def press(client: Client, row: Notification, **values: str) -> Any:
    return client.post(f"{ADDRESS}{row.uuid}/read/", values)


def test_an_empty_list_says_what_will_stand_there(world: World) -> None:
    assert "No notifications yet" in page(world, "scribe")
    assert "Everything is read" in page(world, "scribe", "?show=unread")


def test_one_s_own_the_newest_first_and_nobody_else_s(world: World, notice: str) -> None:
    notices.tell(world, "legal", round_="1", title="First")
    notices.tell(world, "legal", round_="2", title="Second")
    notices.tell(world, "care", title="Somebody else’s")
    shown = page(world, "legal")
    assert shown.index("Waiting: Second") < shown.index("Waiting: First")
    assert "Somebody else" not in shown


def test_what_may_no_longer_be_seen_has_neither_title_nor_button(world: World, notice: str) -> None:
    notices.tell(world, "outsider", on=cases.signal(world), title="A secret title")
    shown = page(world, "outsider")
    assert "A secret title" not in shown
    assert 'name="open"' not in shown
    assert "You may no longer see what this was about" in shown


def test_opening_marks_it_as_read_and_leads_there_without_an_event(world: World, notice: str) -> None:
    notices.tell(world, "legal", path="/signals/")
    (row,) = Notification.objects.unread()
    events = Event.objects.count()
    answer = press(world.client("legal"), row, open="1")
    assert (answer.status_code, answer["Location"]) == (303, "/signals/")
    assert unread(world, "legal") == 0
    assert Event.objects.count() == events


def test_the_buttons_carry_the_token_they_need(world: World, notice: str) -> None:
    notices.tell(world, "legal", path="/signals/")
    client = world.client("legal")
    client.handler.enforce_csrf_checks = True
    shown = client.get(ADDRESS).content.decode()
    for form in shown.split("<form")[1:]:
        assert "csrfmiddlewaretoken" in form.partition("</form>")[0]
    token = shown.rpartition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    assert press(client, Notification.objects.unread().get(), open="1", csrfmiddlewaretoken=token).status_code == 303


def test_marking_as_read_stays_on_the_list_and_twice_is_harmless(world: World, notice: str) -> None:
    notices.tell(world, "legal")
    (row,) = Notification.objects.unread()
    client = world.client("legal")
    assert press(client, row)["Location"] == ADDRESS
    first = Notification.objects.get(pk=row.pk).read_at
    assert press(client, row).status_code == 303
    assert Notification.objects.get(pk=row.pk).read_at == first
    assert client.get(f"{ADDRESS}{row.uuid}/read/").status_code == 405


def test_nobody_marks_anything_of_somebody_else(world: World, notice: str) -> None:
    notices.tell(world, "legal")
    (row,) = Notification.objects.unread()
    assert press(world.client("care"), row).status_code == 404
    assert press(world.client("superuser"), row).status_code == 404
    assert unread(world, "legal") == 1


def test_all_are_marked_that_were_there_when_the_page_was_drawn(world: World, notice: str) -> None:
    client = world.client("legal")
    notices.tell(world, "legal", "care", round_="1")
    shown = client.get(ADDRESS).content.decode()
    seen_at = shown.partition('name="until" value="')[2].partition('"')[0]
    with clock.time_at(clock.now() + timedelta(seconds=5)):
        notices.tell(world, "legal", round_="2")
        answer = client.post(f"{ADDRESS}read/", {"until": seen_at})
    assert answer["Location"] == ADDRESS
    assert (unread(world, "legal"), unread(world, "care")) == (1, 1)
    assert Notification.objects.unread().filter(user=world.user("legal")).get().round == "2"


@pytest.mark.parametrize("until", ["", "yesterday", "2026-11-23T10:00:00", "\x00", "9" * 60])
def test_a_broken_until_is_no_error(world: World, notice: str, until: str) -> None:
    notices.tell(world, "legal")
    assert world.client("legal").post(f"{ADDRESS}read/", {"until": until}).status_code == 303


def test_only_the_unread(world: World, notice: str) -> None:
    notices.tell(world, "legal", round_="1", title="Old")
    press(world.client("legal"), Notification.objects.unread().get())
    notices.tell(world, "legal", round_="2", title="New")
    shown = page(world, "legal", "?show=unread")
    assert "Waiting: New" in shown
    assert "Waiting: Old" not in shown


def test_pages_go_on_where_the_last_one_ended(world: World, notice: str) -> None:
    for number in range(60):
        notices.tell(world, "legal", round_=str(number), title=f"<{number}>")
    first = page(world, "legal")
    following = first.partition('rel="next" href="')[2].partition('"')[0]
    second = page(world, "legal", following)
    counts = (first.count('class="unread"'), second.count('class="unread"'))
    assert counts == (50, 10)
    assert "Waiting: &lt;59&gt;" in first
    assert "Waiting: &lt;0&gt;" in second


def test_a_long_page_takes_as_many_queries_as_a_short_one(world: World, notice: str) -> None:
    client = world.client("legal")
    signal = cases.signal(world)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get(ADDRESS).status_code == 200
        return len(asked)

    notices.tell(world, "legal")
    notices.tell(world, "legal", on=signal)
    few = queries()
    for number in range(40):
        notices.tell(world, "legal", round_=f"more {number}")
        notices.tell(world, "legal", on=Signal.objects.get(pk=signal.pk), round_=f"more {number}")
    assert queries() == few <= 15


def test_the_bell_takes_no_query_beside_the_figures_of_the_rail(
    world: World, notice: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def drawn() -> Any:
        request: Any = type("Request", (), {"path": ADDRESS, "user": world.user("legal")})()
        request.principal = world.principal("legal")
        return desk(request)

    for number in range(3):
        notices.tell(world, "legal", round_=str(number))
    shown = drawn()
    with django_assert_num_queries(3):  # grants, roles, the figures
        assert len(list(shown["places"])) > 1
    with django_assert_num_queries(0):
        bell = shown["bell"]
        assert (bell.count, bell.on, bell.hot) == (3, True, True)
    assert 'aria-label="Notifications: 3"' in page(world, "legal")
    for number in range(100):
        notices.tell(world, "legal", round_=f"more {number}")
    assert drawn()["bell"].count == "99+"


def test_administrators_learn_what_could_not_be_delivered(world: World) -> None:
    assert "could not be delivered" not in page(world, "manager")
    notices.dead(world, "legal")
    assert "/admin/core/deadnotice/" in page(world, "manager")
    assert "could not be delivered" not in page(world, "legal")


def test_czech(world: World) -> None:
    User.objects.filter(pk=world.user("legal").pk).update(language="cs")
    notices.listed(world, "legal")
    shown = page(world, "legal", language="cs")
    assert "<h1>Upozornění" in shown
    assert "Označit vše jako přečtené" in shown
    assert "Nový podnět" in shown
