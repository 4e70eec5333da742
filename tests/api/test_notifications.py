"""One's own notifications over the API, and those that could not be delivered for administrators."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crisisdesk.core.models import Event, Notification
from tests.cases import build as cases
from tests.conftest import World
from tests.core import notices

Make = Callable[..., Any]


@pytest.fixture
def notice() -> Iterator[str]:
    with notices.declared() as kind:
        yield kind


def test_the_list_is_one_s_own_and_without_mails(world: World, program: Make, notice: str) -> None:
    notices.tell(world, "legal", "care")
    (row,) = program("legal")("GET", "notifications").json()["results"]
    assert row["subject"] == "Waiting: Plíseň v kaši"
    assert row["url"].endswith("/cases/")
    assert (row["kind"], row["read_at"], row["available_actions"]) == (notice, None, ["mark-read"])
    mail = Notification.objects.get(user=world.user("legal"), way="mail")
    assert program("legal")("GET", f"notifications/{mail.uuid}").status_code == 404
    assert program("manager")("GET", f"notifications/{row['uuid']}").status_code == 404


def test_what_may_no_longer_be_seen_has_no_words(world: World, program: Make, notice: str) -> None:
    notices.tell(world, "outsider", on=cases.signal(world))
    (row,) = program("outsider")("GET", "notifications").json()["results"]
    assert (row["subject"], row["text"], row["url"]) == (None, None, None)
    one = program("outsider")("GET", f"notifications/{row['uuid']}").json()
    assert (one["subject"], one["text"], one["url"]) == (None, None, None)


def test_marking_one_and_all_as_read(world: World, program: Make, notice: str) -> None:
    client = program("legal")
    for number in range(3):
        notices.tell(world, "legal", round_=str(number))
    first = client("GET", "notifications").json()["results"][0]
    events = Event.objects.count()
    assert client("POST", f"notifications/{first['uuid']}/mark-read").json()["read_at"]
    assert client("GET", "notifications?unread=true").json()["count"] == 2
    assert client("POST", "notifications/mark-all-read").json() == {"marked": 2}
    assert client("POST", "notifications/mark-all-read", {"until": "2020-01-01T00:00:00Z"}).json() == {"marked": 0}
    assert client("GET", "notifications?unread=true").json()["count"] == 0
    assert client("GET", "notifications?unread=false").json()["count"] == 3
    assert Event.objects.count() == events


def test_lists_take_the_same_number_of_queries(world: World, program: Make, notice: str) -> None:
    def queries(code: str, address: str) -> int:
        client = program(code)
        with CaptureQueriesContext(connection) as asked:
            assert client("GET", address).status_code == 200
        return len(asked)

    notices.tell(world, "legal")
    notices.dead(world, "legal")
    few = queries("legal", "notifications"), queries("manager", "undelivered-notifications")
    for number in range(20):
        notices.tell(world, "legal", round_=f"more {number}")
    Notification.objects.filter(way="mail", dead_at=None).update(
        dead_at=Notification.objects.latest("pk").created_at, unsent="refused"
    )
    assert (queries("legal", "notifications"), queries("manager", "undelivered-notifications")) == few


def test_administrators_see_and_retry_what_could_not_be_delivered(world: World, program: Make) -> None:
    dead = notices.dead(world, "legal")
    assert program("legal")("GET", "undelivered-notifications").json()["count"] == 0
    client = program("manager")
    (row,) = client("GET", "undelivered-notifications?unsent=refused,given_up").json()["results"]
    assert "Plíseň" not in str(row)
    assert row["user"] == str(world.user("legal").uuid)
    assert client("GET", f"undelivered-notifications/{dead.uuid}").json()["available_actions"] == ["retry"]
    assert client("POST", f"undelivered-notifications/{dead.uuid}/retry").status_code == 204
    again = Notification.objects.get(pk=dead.pk)
    assert (again.dead_at, again.unsent, again.attempts, again.last_error) == (None, "", 0, "")
    assert client("POST", f"undelivered-notifications/{dead.uuid}/retry").status_code == 404
