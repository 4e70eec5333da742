"""States that many tests start from, each built once by every worker and kept in a database of its own.

A builder marked ``@staged`` is an ordinary function that plays the product's verbs. Called as the first thing a test
does to the database, it puts the test's transaction on a copy of the world in which the same verbs have been played
before; everything the test writes is rolled back there, as usual. Building was 40 % of the time of the suite.

The stage is a few seconds older than the test. A test that measures from the moment of building says
``@pytest.mark.own_stage`` and has everything built anew; so has one that moves the clock, commits, or has written
anything before it builds.
"""

import functools
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import pytest
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection
from django.db.models import Model

from crisisdesk.core import clock

if TYPE_CHECKING:
    from tests.conftest import World

Given = ParamSpec("Given")
Built = TypeVar("Built")

MOST = 16  # databases of one worker; the one used longest ago goes first
SECONDS = 60  # an older stage is built anew

# What `time-machine` leaves alone: with it a moved clock is noticed.
_TIME_OF_DAY = time.time() - time.perf_counter()


class Stage:
    """A database in which one builder has been played, and what it returned."""

    def __init__(self) -> None:
        from tests import database  # a plugin, which pytest wants to import itself

        self._drop = database.drop_database
        self.name = database.clone_of_world(uuid.uuid4().hex[:8])
        self.since = time.perf_counter()
        self.own = connection.get_new_connection({**connection.get_connection_params(), "dbname": self.name})
        self.built: Any = None

    @property
    def is_good(self) -> bool:
        """Whether it is young enough, and no test has closed its connection."""
        return not self.own.closed and time.perf_counter() - self.since < SECONDS

    def drop(self) -> None:
        """Remove the database."""
        self.own.close()
        self._drop(self.name)


class Stages:
    """The stages of this worker, and which of them the running test stands on."""

    def __init__(self) -> None:
        self.kept: dict[Any, Stage] = {}
        self.done_with: list[Stage] = []
        self.asked: set[Any] = set()
        self.allowed = False
        self.touched = False
        self.sessions: list[SessionBase] = []
        self.depth = 0
        self.main: Any = None

    @property
    def names(self) -> set[str]:
        """The databases that are kept for later tests."""
        return {stage.name for stage in (*self.kept.values(), *self.done_with)}

    def begin(self, *, allowed: bool) -> None:
        """A test begins; `allowed` to stand on a stage."""
        self.allowed, self.touched, self.sessions = allowed, False, []

    def end(self) -> None:
        """Back to the worker's own database, once the test's transaction is over."""
        if self.main is not None:
            connection.connection, self.main = self.main, None
        while self.done_with:
            self.done_with.pop().drop()

    def sign_in(self, session: SessionBase) -> None:
        """Store a session, which is stored again should the test move to a stage: many tests sign in first of all."""
        before = self.touched
        session.create()
        self.touched = before
        self.sessions.append(session)

    def watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Notice the first statement that does more than read."""
        if not sql.startswith(("SELECT", "(SELECT")):
            self.touched = True
        return execute(sql, params, many, context)

    def fits(self) -> bool:
        """Whether the running test could as well stand on another database from here on."""
        moved = abs(clock.now().timestamp() - (time.perf_counter() + _TIME_OF_DAY)) > 1
        plain = connection.in_atomic_block and not connection.savepoint_ids and connection.connection is not None
        return self.allowed and plain and self.main is None and not self.touched and not moved and not self.depth

    def played(self, key: Any, build: Callable[[], Any]) -> Any:
        """What `build` built: on its stage from the second time on, as a stage costs more than building once."""
        if key not in self.asked:
            self.asked.add(key)
            return build()
        stage = self.kept.pop(key, None)
        if stage is None or not stage.is_good:
            self.done_with += [stage] if stage else []
            stage = self._build(build)
        else:
            self._stand_on(stage)
        self.kept[key] = stage
        self._sign_in_again()
        return _read_anew(stage.built)

    def _build(self, build: Callable[[], Any]) -> Stage:
        if len(self.kept) >= MOST:
            self.done_with.append(self.kept.pop(next(iter(self.kept))))
        stage = Stage()
        self.done_with.append(stage)  # unless it gets finished
        self._stand_on(stage)
        stage.built = _remembered(build())
        stage.own.commit()  # beside Django, whose transaction goes on; the events are sealed now
        self.done_with.remove(stage)
        return stage

    def _stand_on(self, stage: Stage) -> None:
        self.main = connection.connection
        self.main.rollback()
        self.main.autocommit = True
        stage.own.autocommit = False
        connection.connection = stage.own
        connection.init_connection_state()

    def _sign_in_again(self) -> None:
        for session in self.sessions:
            session.save(must_create=True)

    def drop(self) -> None:
        """Remove every database."""
        self.done_with += self.kept.values()
        self.kept.clear()
        self.end()


STAGES = Stages()


def staged(
    build: "Callable[Concatenate[World, Given], Built]",
) -> "Callable[Concatenate[World, Given], Built]":
    """Keep what a builder builds for the tests that ask for the same; it returns rows or lists of rows."""

    @functools.wraps(build)
    def keep(world: "World", /, *args: Given.args, **values: Given.kwargs) -> Built:
        def play() -> Built:
            STAGES.depth += 1
            try:
                return build(world, *args, **values)
            finally:
                STAGES.depth -= 1

        key = _key(build, args, values)
        if key is None or not STAGES.fits():
            return play()
        built: Built = STAGES.played(key, play)
        return built

    return keep


def _key(build: Callable[..., Any], args: Any, values: Any) -> Any:
    """What was asked for; None where it cannot be told apart by its value alone."""
    plain = (str, int, bool, float, type(None))
    parts: list[Any] = []
    for name, value in (*enumerate(args), *sorted(values.items())):
        if isinstance(value, Model) and value.pk is not None:
            parts.append((name, value._meta.label, value.pk))
        elif isinstance(value, plain) or (isinstance(value, tuple) and all(isinstance(one, plain) for one in value)):
            parts.append((name, value))
        else:
            return None
    return (build.__module__, build.__qualname__, *parts)


def _remembered(built: Any) -> Any:
    return [_remembered(row) for row in built] if isinstance(built, list) else (type(built), built.pk)


def _read_anew(remembered: Any) -> Any:
    if isinstance(remembered, list):
        return [_read_anew(one) for one in remembered]
    model, pk = remembered
    return model._base_manager.get(pk=pk)


@pytest.fixture(autouse=True, scope="session")
def own_stages() -> Iterator[None]:
    """The databases go with the worker."""
    yield
    STAGES.drop()


@pytest.fixture(autouse=True)
def own_database(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set up before the test's transaction begins and torn down after it has ended."""
    STAGES.begin(allowed=request.node.get_closest_marker("own_stage") is None)
    with connection.execute_wrapper(STAGES.watch):
        yield
    STAGES.end()
