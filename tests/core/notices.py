"""Notifications to test with: a kind of notice, somebody who is told, and a mail that was given up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from crisisdesk.core import clock
from crisisdesk.core.actions.act import Act
from crisisdesk.core.jobs.notifications import NOTICES, ONCE, declare_notice, notify
from crisisdesk.core.models import DeadNotice, Notification, Unsent, Way
from tests.conftest import World

KIND = "test.waiting"


@contextmanager
def declared(**options: Any) -> Iterator[str]:
    """A kind of notice for the length of a test."""
    declare_notice(KIND, subject="Waiting: {title}", text="{title} waits for you.", button="Open it", **options)
    try:
        yield KIND
    finally:
        del NOTICES[KIND]


def tell(world: World, *codes: str, kind: str = KIND, on: Any = None, round_: str = ONCE, **options: Any) -> None:
    """Tell people, as an action of the duty officer would, that a brand waits for them."""
    act = Act("core.test", world.principal("duty"))
    people = [world.user(code) for code in codes]
    values = {"path": "/cases/", "title": "Plíseň\nv kaši", **options}
    notify(act, people, kind, on=on or world.brand, round_=round_, **values)


def listed(world: World, code: str) -> Notification:
    """One line in somebody's list."""
    return _row(world, code, way=Way.LIST, done_at=clock.now())


def dead(world: World, code: str) -> DeadNotice:
    """One mail to somebody that was given up."""
    row = _row(world, code, dead_at=clock.now(), unsent=Unsent.REFUSED, last_error="550 nobody here", attempts=1)
    return DeadNotice.objects.get(pk=row.pk)


def _row(world: World, code: str, **values: Any) -> Notification:
    return Notification.objects.create(
        user=world.user(code),
        kind="signal.waiting",
        object_type="core.brand",
        object_id=world.brand.uuid,
        path="/signals/",
        values={"title": "Plíseň v kaši", "brand": "Zrnko", "severity": 2},
        due_at=clock.now(),
        **values,
    )
