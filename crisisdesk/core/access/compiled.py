"""Questions that every page asks: put together once in each process, and then only asked.

Putting such a question together through the ORM costs several times as much as the answer. The queryset is therefore
built for a stand-in whose keys are slots; what is kept is its SQL, and each time the slots are filled with the keys,
the account and the instant of who asks. The rules stay where they are: in the querysets.
"""

import zlib
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from crisisdesk.core import clock
from crisisdesk.core.access.among import Slot
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import GrantedCases, Principal
from crisisdesk.core.models import User

# Stand for the account and the instant in the parameters of a question; nothing real has such values.
SOMEBODY = -(2**62)
SOME_TIME = datetime(1, 1, 1, 1, 1, 1, 1, tzinfo=UTC)
# So many shapes of one question are kept; people with the same roles share one.
MOST_SHAPES = 256


class StandIn(Principal):
    """In whose name a question is put together; it asks in place of everybody of the same shape."""

    def __init__(self, principal: Principal) -> None:
        user = User(pk=SOMEBODY, kind=principal.user.kind, is_active=True)  # type: ignore[union-attr]
        super().__init__(principal.kind, user, brands_only=principal.brands_only, exercise=principal.exercise)
        self.original = principal

    def brand_keys(self, capability: Capability) -> Slot:
        """Filled in when the question is asked."""
        return Slot(lambda principal: principal.brand_keys(capability))

    def case_keys(self, capability: Capability) -> Slot | GrantedCases:
        """The same; keys too many to be listed are the database's affair, then as now."""
        if isinstance(self.original.case_keys(capability), GrantedCases):
            return GrantedCases(SOMEBODY, capability.value)
        return Slot(lambda principal: principal.case_keys(capability))


class Compiled:
    """One question.

    `build` makes its queryset of plain values. Of its principal it may use `visible_to`, `brand_keys`, `case_keys`, the
    account, and what `shape` tells apart; the instant is `clock.now()` as it is. Further values it is given by name, as
    keywords of `ask`; they are compared with columns as they are, integers and texts.
    """

    def __init__(
        self, build: Callable[..., QuerySet[Any, Any]], shape: Callable[[Principal], Hashable] = lambda _: None
    ) -> None:
        self._build = build
        self._shape = shape
        self._made: dict[Hashable, tuple[str, list[Any]]] = {}

    def ask(self, principal: Principal, **values: int | str) -> list[tuple[Any, ...]]:
        """The rows for a principal with an account."""
        sql, given = self._question(principal, values)
        filled = {_stand_in(name, value): value for name, value in values.items()}
        filled |= {SOMEBODY: principal.user.pk, SOME_TIME: clock.now()}  # type: ignore[union-attr, dict-item]
        parameters = [
            list(value.read(principal)) if isinstance(value, Slot) else _filled(value, filled) for value in given
        ]
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return cursor.fetchall()

    def _question(self, principal: Principal, values: dict[str, int | str]) -> tuple[str, list[Any]]:
        many = principal.grants.many if principal.grants else None
        shape = (principal.kind, many, principal.brands_only, principal.exercise, self._shape(principal))
        known = self._made.get(shape)  # read once: another thread may empty the dictionary at any time
        if known is None:
            if len(self._made) >= MOST_SHAPES:
                self._made.clear()
            named = {name: _stand_in(name, value) for name, value in values.items()}
            with clock.time_at(SOME_TIME):
                sql, given = self._build(StandIn(principal), **named).query.sql_with_params()
            if any(isinstance(value, datetime) and value != SOME_TIME for value in given):
                raise ValueError("a compiled question compares with the present instant and with no other")
            known = self._made[shape] = sql, list(given)
        return known


def _stand_in(name: str, value: int | str) -> int | str:
    """What stands for a named value: a text nobody writes, or a number no key has."""
    return f"\0{name}" if isinstance(value, str) else SOMEBODY - 1 - zlib.crc32(name.encode())


def _filled(value: Any, filled: dict[Any, Any]) -> Any:
    return filled.get(value, value) if isinstance(value, int | str | datetime) else value
