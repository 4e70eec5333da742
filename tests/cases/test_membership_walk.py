"""Random walks over roles on a brand while the clock moves: people may do what the roles valid at that instant allow.

The walk keeps its own book of who holds what from when until when and never asks the desk for it.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cases.grants import drift
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.access.roles import capabilities_of
from crisisdesk.core.actions.memberships import change_membership_dates, end_membership, grant_membership
from crisisdesk.core.actions.people import deactivate_person
from crisisdesk.core.errors import DomainError
from crisisdesk.core.models import BrandGrant, Event, Membership, User
from crisisdesk.core.tasks import turn_memberships
from tests.conftest import World

START = datetime(2026, 12, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = ("observer", "scribe", "agency")
ROLES = ("community", "legal", "duty")

hours = st.one_of(st.none(), st.integers(-1, 6))
steps = st.one_of(
    st.tuples(st.just("give"), st.sampled_from(PEOPLE), st.sampled_from(ROLES), hours, hours),
    st.tuples(st.just("change"), st.integers(0, 5), hours, hours),
    st.tuples(st.just("end"), st.integers(0, 5)),
    st.tuples(st.just("close"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("wait"), st.integers(0, 3)),
    st.tuples(st.just("work")),
)


@dataclass
class Line:
    """One line of the book."""

    user: User
    role: str
    begin: datetime
    end: datetime | None

    def holds(self, at: datetime) -> bool:
        return self.begin <= at and (self.end is None or at < self.end)


class Walk:
    """The desk, the clock, and the book beside it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.users = {code: world.user(code) for code in PEOPLE}
        self.now = START
        own = {code: Membership.objects.get(user=user, brand=world.brand) for code, user in self.users.items()}
        self.book = {row.pk: Line(row.user, row.role, row.valid_from, None) for row in own.values()}

    def take(self, step: tuple[Any, ...]) -> None:
        """Carry a step out, or see it refused without a trace."""
        before = Event.objects.count()
        with clock.time_at(self.now):
            try:
                getattr(self, step[0])(*step[1:])
            except DomainError:
                assert Event.objects.count() == before

    def _at(self, hours: int | None) -> datetime | None:
        return None if hours is None else self.now + hours * HOUR

    def give(self, code: str, role: str, begin: int | None, end: int | None) -> None:
        dates = {"valid_from": self._at(begin), "valid_until": self._at(end)}
        made = grant_membership(self.world.brand, SYSTEM, user=self._fresh(code), role=role, **dates)
        self.book[made.pk] = Line(self.users[code], role, dates["valid_from"] or self.now, dates["valid_until"])

    def _fresh(self, code: str) -> User:
        return User.objects.get(pk=self.users[code].pk)

    def _line(self, number: int) -> tuple[Membership, Line]:
        pk = sorted(self.book)[number % len(self.book)]
        return Membership.objects.get(pk=pk), self.book[pk]

    def change(self, number: int, begin: int | None, end: int | None) -> None:
        row, line = self._line(number)
        change_membership_dates(row, SYSTEM, valid_from=self._at(begin), valid_until=self._at(end))
        line.begin, line.end = self._at(begin) or line.begin, self._at(end)

    def end(self, number: int) -> None:
        row, line = self._line(number)
        end_membership(row, SYSTEM)
        self._end(line)

    def _end(self, line: Line) -> None:
        if line.end is None or line.end > max(self.now, line.begin):
            line.end = max(self.now, line.begin)

    def close(self, code: str) -> None:
        deactivate_person(self._fresh(code), SYSTEM, reason="Left")
        for line in self.book.values():
            if line.user == self.users[code]:
                self._end(line)

    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    def work(self) -> None:
        turn_memberships()
        assert drift() == []

    def check(self) -> None:
        """Now and at instants to come, with no worker in between."""
        for ahead in (timedelta(), HOUR - timedelta(microseconds=1), HOUR, 3 * HOUR):
            with clock.time_at(self.now + ahead):
                self._check(self.now + ahead)

    def _check(self, at: datetime) -> None:
        for code, user in self.users.items():
            principal = Principal("user", user)
            held = {capability for capability in Capability if principal.has(capability, self.world.brand)}
            lines = [line for line in self.book.values() if line.user == user and line.holds(at)]
            assert held == capabilities_of(line.role for line in lines), (code, at)
            current = Membership.objects.current(at).filter(user=user, brand=self.world.brand)
            assert sorted(current.values_list("role", flat=True)) == sorted(line.role for line in lines)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(walk=st.lists(steps, min_size=3, max_size=12))
def test_rights_follow_the_dates_at_every_instant(world: World, walk: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        told = Walk(world)
        for step in walk:
            told.take(step)
            told.check()
        told.now += 100 * HOUR
        told.take(("work",))
        assert not BrandGrant.objects.filter(membership__in=Membership.objects.over(told.now)).exists()
        transaction.set_rollback(True)
