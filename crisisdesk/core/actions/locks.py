"""The rows an action works on: asked for, locked in one order for all actions, and read anew. See decision 0015.

Cases come first, by primary key, then people, then all other rows by model and key. As every action keeps to this
order, none waits for another in a circle; a body that needs further rows takes them after these.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models import QuerySet

from crisisdesk.core.errors import Missing
from crisisdesk.core.models.base import DeskModel

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal

CASE, PERSON = "cases.Case", "core.User"
# In `locks=`: the account of whoever acts.
ACTOR = "actor"

Key = tuple[str, Any]


class Rows:
    """The rows of one action, as they stand once its locks are held.

    `locked` may be changed by the body; `read` are values it was given to look at or to point to, which nobody keeps
    others from changing.
    """

    def __init__(self) -> None:
        self.locked: dict[Key, Any] = {}
        self.read: dict[Key, Any] = {}

    def lock(self, label: str, keys: Collection[Any]) -> list[Any]:
        """Lock rows of one model by primary key; those that are held already are not asked for again.

        Raises `Missing` where one is gone. No key is locked, so that rows which refer to these can still be written.
        """
        wanted = sorted({key for key in keys if (label, key) not in self.locked})
        if wanted:
            manager = apps.get_model(label)._base_manager
            rows = manager.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True, of=("self",))
            self._take(self.locked, label, wanted, rows)
        return [self.locked[label, key] for key in sorted(set(keys))]

    def look_at(self, label: str, keys: Collection[Any], seen: Any) -> None:
        """Read rows of one model anew, out of those `seen`, without keeping others from them."""
        self._take(self.read, label, keys, seen.filter(pk__in=keys))

    def of(self, row: Any) -> Any:
        """The row as it stands now; one that is not in the database yet is itself."""
        key = key_of(row)
        if row.pk is None:
            return row
        return self.locked[key] if key in self.locked else self.read[key]

    def may_be_saved(self, row: Any) -> bool:
        """Whether nobody else can have changed the row since it was read: not a value that was only looked at.

        A value that belongs to a case was read under the lock of that case, which everybody takes first.
        """
        return key_of(row) not in self.read or case_of(row) is not None

    def in_place_of(self, value: Any) -> Any:
        """A value of an action with its rows as they stand now."""
        if isinstance(value, DeskModel):
            return self.of(value)
        if isinstance(value, list | tuple | QuerySet):
            found = [self.of(one) if isinstance(one, DeskModel) else one for one in value]
            return tuple(found) if isinstance(value, tuple) else found
        return value

    def join(self) -> None:
        """Let the rows point to each other, so that nothing reached through one of them is a second, older copy."""
        found = {**self.read, **self.locked}
        for row in found.values():
            for field in row._meta.concrete_fields:
                key = (field.related_model._meta.label, getattr(row, field.attname)) if field.is_relation else None
                if key in found:
                    field.set_cached_value(row, found[key])

    @staticmethod
    def _take(into: dict[Key, Any], label: str, keys: Collection[Any], rows: Iterable[Any]) -> None:
        found = {row.pk: row for row in rows}
        if len(found) < len(set(keys)):
            raise Missing
        into.update({(label, key): row for key, row in found.items()})


def lock(
    obj: Any,
    values: Mapping[str, Any],
    actor: "Principal",
    *,
    also: Sequence[str] = (),
    is_parent: bool = False,
) -> Rows:
    """Lock the cases of the object and of the rows among the values, then the object; read the other rows anew.

    Raises `Missing` where a row is gone or the principal may not know of it. That is asked before anything is locked,
    so that nobody holds up work they must not know of, and again under the locks, as it may have changed in between.

    `also` names what is locked besides: values, relations of the object, `ACTOR`. An object that is only the parent of
    what is made (`is_parent`) stays free where its model says so (`lock_on_act`).
    """
    given = [row for row in (obj, *rows_in(values)) if row.pk is not None]
    known = require_visible(given, actor, but=lambda: _held_already(obj, values))
    rows = Rows()
    rows.lock(CASE, {case.pk for row in given if (case := case_of(row)) is not None})
    kept = set(_named(obj, values, actor, also))
    if obj.pk is not None and (obj.lock_on_act or not is_parent):
        kept.add(key_of(obj))
    for label, keys in _by_model(kept):
        rows.lock(label, keys)
    asked = {key_of(row) for row in given}
    for label, keys in _by_model(asked - rows.locked.keys() - known):
        rows.look_at(label, keys, _visible(label, actor))
    for label, keys in _by_model(known - rows.locked.keys()):
        rows.look_at(label, keys, apps.get_model(label)._base_manager)
    require_visible((rows.locked[key] for key in (asked & rows.locked.keys()) - known), actor)
    rows.join()
    return rows


def rows_in(values: Mapping[str, Any]) -> Iterator[DeskModel]:
    """The rows among the values of an action, those in lists too."""
    for value in values.values():
        if isinstance(value, DeskModel):
            yield value
        elif isinstance(value, list | tuple | QuerySet):
            yield from (one for one in value if isinstance(one, DeskModel))


def key_of(row: Any) -> Key:
    """Model and primary key, by which a row is the same however it was read."""
    return row._meta.label, row.pk


def case_of(row: Any) -> Any:
    """The case a row belongs to, or None."""
    scope = row.scope_object()
    return scope if scope is not None and scope._meta.label == CASE and scope.pk is not None else None


def require_visible(
    rows: Iterable[Any], actor: "Principal", *, but: Callable[[], set[Key]] = set[Key]
) -> frozenset[Key]:
    """Raise `Missing` unless the principal may know of all the rows, by the same question that filters lists.

    `but` says of which rows they know anyway; it is asked only where something cannot be seen. Returns these rows.
    """
    if actor.is_system:
        return frozenset()
    unseen: set[Key] = set()
    for label, keys in _by_model({key_of(row) for row in rows if row.pk is not None}):
        visible = _visible(label, actor).filter(pk__in=keys)
        if visible.count() < len(keys):
            unseen |= {(label, key) for key in keys} - {(label, key) for key in visible.values_list("pk", flat=True)}
    if unseen and unseen - but():
        raise Missing
    return frozenset(unseen)


def _visible(label: str, actor: "Principal") -> Any:
    manager: Any = apps.get_model(label)._default_manager
    return manager.visible_to(actor)


def _held_already(obj: Any, values: Mapping[str, Any]) -> set[Key]:
    """What the object points to under the names of the values: a form sends back what it has shown, and that somebody
    quoted in a text has left the brand since is no reason to hide the text from its authors."""
    held: set[Key] = set()
    for field in obj._meta.get_fields() if obj.pk is not None else ():
        if field.name not in values or field.auto_created or not field.is_relation:
            continue
        if field.many_to_many:
            keys = getattr(obj, field.name).values_list("pk", flat=True)
        else:
            keys = [getattr(obj, field.attname)]
        held |= {(field.related_model._meta.label, key) for key in keys}
    return held


def _named(obj: Any, values: Mapping[str, Any], actor: "Principal", names: Sequence[str]) -> Iterator[Key]:
    for name in names:
        if name == ACTOR:
            yield from [key_of(actor.user)] if actor.user is not None else []
        elif name in values:
            yield from (key_of(row) for row in rows_in({name: values[name]}))
        else:
            field = obj._meta.get_field(name)
            yield field.related_model._meta.label, getattr(obj, field.attname)


def _by_model(keys: Iterable[Key]) -> list[tuple[str, list[Any]]]:
    """Keys grouped by model, in the order in which rows are locked."""
    grouped: dict[str, list[Any]] = {}
    for label, key in sorted(keys, key=lambda each: (each[0] != CASE, each[0] != PERSON, each)):
        grouped.setdefault(label, []).append(key)
    return list(grouped.items())
