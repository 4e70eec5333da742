"""One action being carried out: what it saves, records and leaves for later, committed together."""

import uuid
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from crisisdesk.core import clock
from crisisdesk.core.access.permissions import write_grants, write_membership_grants
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.locks import PERSON, Rows
from crisisdesk.core.actions.wording import edge_refused
from crisisdesk.core.errors import Invalid, NotNow, Unmet
from crisisdesk.core.log import events
from crisisdesk.core.models.due import Due
from crisisdesk.core.models.events import INSTALLATION_CHAIN_ID, Chain, Entry, EntryKind, Event

if TYPE_CHECKING:
    from crisisdesk.core.models import Membership, User

Saved = TypeVar("Saved", bound=models.Model)
Later = TypeVar("Later", bound=Due)
Found = TypeVar("Found")


class Act:
    """Handed to the body of an action. Everything that changes goes through it."""

    def __init__(self, name: str, actor: Principal) -> None:
        self.name = name
        self.actor = actor
        self.now: datetime = clock.now()
        self.rows = Rows()
        self._events: list[Event] = []
        self._wake: set[str] = set()
        self._found: dict[Hashable, Any] = {}

    @property
    def user(self) -> "User":
        """The acting account; verbs that only a person or service can do rely on it."""
        if self.actor.user is None:
            raise TypeError(f"{self.name} needs an account behind the principal")
        return self.actor.user

    def save(self, row: Saved, *, fields: Collection[str] | None = None) -> Saved:
        """Clean the row's own fields and save it; uniqueness and other invariants are the database's to judge.

        With `fields` only these columns are written: for rows that are also written outside of actions, as accounts are
        by the sign-in.
        """
        if not self.rows.may_be_saved(row):
            raise RuntimeError(f"{self.name} changes a value nobody locked; name it in `locks=`")
        self._clean(row)
        row.save(update_fields=fields)
        return row

    @staticmethod
    def assign(row: models.Model, changes: Mapping[str, object]) -> list[str]:
        """Set what was given on a row that is saved afterwards; the names, sorted, for the event."""
        for name, value in changes.items():
            setattr(row, name, value)
        return sorted(changes)

    def _clean(self, row: models.Model) -> None:
        related = {field.name for field in row._meta.fields if field.is_relation or field.primary_key}
        try:
            row.full_clean(exclude=related, validate_unique=False, validate_constraints=False)
        except ValidationError as wrong:
            raise Invalid({self._field(name): said for name, said in wrong.message_dict.items()}) from wrong

    @staticmethod
    def _field(name: str) -> str:
        return "" if name == NON_FIELD_ERRORS else name

    def move(self, row: Any, edge: str) -> None:
        """Set the row's state along a named edge of its table, or refuse; saving stays with the caller."""
        if not row.states.allows(edge, row.state):
            raise NotNow([edge_refused(row)])
        row.state = row.states.target(edge)

    def chain_of(self, row: Any) -> Chain:
        """The chain that tells the story of a row: its case's, else the installation's."""
        scope = row.scope_object() if hasattr(row, "scope_object") else None
        chain = getattr(scope, "chain", None)
        return chain or Chain.objects.get(pk=INSTALLATION_CHAIN_ID)

    def record(
        self,
        kind: str,
        /,
        *,
        on: Any,
        occurred_at: datetime | None = None,
        entry: Entry | None = None,
        chain: Chain | None = None,
        **payload: Any,
    ) -> Event:
        """Note an event; it is written last in the transaction. The payload holds codes, never prose."""
        if kind not in events.KINDS:
            raise LookupError(f"event kind {kind!r} is not declared")
        events.check_payload(kind, payload)
        if entry is not None:
            payload["entry"] = str(entry.uuid)
            payload["entry_sha256"] = entry.sha256
        event = Event(
            uuid=uuid.uuid4(),
            chain=chain or (entry.chain if entry else self.chain_of(on)),
            kind=kind,
            occurred_at=occurred_at or self.now,
            recorded_at=clock.now(),
            actor=self.actor.label,
            via=self.actor.via,
            object_type=on._meta.label_lower,
            object_id=getattr(on, "uuid", None),
            payload=payload,
            entry=entry,
        )
        event.canonical = events.canonical(event, event.chain.uuid)
        self._events.append(event)
        return event

    def entry(
        self,
        kind: str,
        *,
        on: Any,
        text: str,
        data: dict[str, Any] | None = None,
        occurred_at: datetime | None = None,
        **fields: Any,
    ) -> Entry:
        """Write prose beside the log. Its hash covers kind, text and data."""
        row = Entry(
            chain=self.chain_of(on),
            kind=EntryKind(kind),
            text=text,
            data=data or {},
            author=self.actor.user,
            occurred_at=occurred_at or self.now,
            recorded_at=clock.now(),
            **fields,
        )
        row.sha256 = events.sha256(events.canonical_json([str(row.kind), row.text, row.data]))
        return self.save(row)

    def later(self, row: Later) -> Later:
        """Save a due row and wake its worker after the commit."""
        saved = self.save(row)
        self._wake_for(row)
        return saved

    def all_later(self, rows: Sequence[Later]) -> list[Later]:
        """Save several new due rows of one model that keeps no history, in one statement, and wake their worker."""
        for row in rows:
            self._clean(row)
            self._wake_for(row)
        return list(type(rows[0])._default_manager.bulk_create(rows)) if rows else []

    def _wake_for(self, row: Due) -> None:
        if row.task and row.due_at <= self.now:
            self._wake.add(row.task)

    def wake(self, task: str) -> None:
        """Wake a worker by the name of its task after the commit."""
        self._wake.add(task)

    def once(self, key: Hashable, find: Callable[[], Found]) -> Found:
        """What `find` found the first time it was asked under this key: for guards that ask what the body asks again.

        Only for what this act itself does not change.
        """
        if key not in self._found:
            self._found[key] = find()
        found: Found = self._found[key]
        return found

    def lock_people(self, people: Iterable["User"]) -> list["User"]:
        """Lock accounts found in the body, before their roles are read; they come back as they stand now, by key.

        After the cases and before other rows, as everywhere; where it is known beforehand, `locks=` does it.
        """
        return self.rows.lock(PERSON, {user.pk for user in people})

    def grant(self, user: "User", case: Any, roles: Iterable[str]) -> None:
        """Make the user's grants on a case exactly those of all the roles they hold there now.

        The account has to be locked before the roles are read: two roles that end at once would otherwise each see
        the other as still held.
        """
        self._check_locked(user.pk)
        if write_grants(user, case, roles) and self.actor.same_as(user):
            self.actor.forget_grants()

    def grant_by(self, membership: "Membership") -> None:
        """Make the grants of a membership those of its role, or remove them once it is over."""
        self._check_locked(membership.user_id)
        if write_membership_grants(membership, self.now) and self.actor.same_as(membership.user_id):
            self.actor.forget_grants()

    def _check_locked(self, user: int) -> None:
        if (PERSON, user) not in self.rows.locked:
            raise RuntimeError(f"{self.name} changes the grants of somebody it did not lock; name them in `locks=`")

    def refuse(self, code: str, message: Any, **details: Any) -> None:
        """Refuse because of one unmet condition."""
        raise NotNow([Unmet(code, message, details)])

    @property
    def recorded(self) -> list[Event]:
        """Events noted so far."""
        return self._events

    @property
    def to_wake(self) -> set[str]:
        """Names of the tasks to wake after the commit."""
        return self._wake
