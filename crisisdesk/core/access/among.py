"""`pk__among=keys`: the lookup of visibility, `column = ANY (array)`. One parameter, however many keys there are.

The planner reads a literal array as it reads `IN (…)`; Python is spared a placeholder and a check for each key. What
is named here as `keys` is a list of primary keys, or a `Slot`, or an expression that is an array.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import Field, ForeignObject, Lookup


@dataclass(frozen=True)
class Slot:
    """Keys that are filled in later, each time a compiled question is asked; `read` finds them for who asks."""

    read: Callable[[Any], Iterable[int]]


@ForeignObject.register_lookup
@Field.register_lookup
class Among(Lookup[Any]):
    """Whether the column's value is one of the keys. No key at all is an empty result, as with `in`."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        """`= ANY`; a single key is compared by `=`, so that an index keeps its order."""
        column, params = self.process_lhs(compiler, connection)
        if hasattr(self.rhs, "as_sql"):
            array, of_array = compiler.compile(self.rhs)
            return f"{column} = ANY ({array})", [*params, *of_array]
        if isinstance(self.rhs, Slot):
            return f"{column} = ANY (%s::bigint[])", [*params, self.rhs]
        keys = sorted(self.rhs)
        if not keys:
            raise EmptyResultSet
        if len(keys) == 1:
            return f"{column} = %s", [*params, keys[0]]
        return f"{column} = ANY (%s::bigint[])", [*params, keys]
