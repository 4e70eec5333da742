"""Actions: every verb that changes something, called alike by web, API, admin and workers.

An action is called with its object, the principal, and named values::

    approve_statement(request_, principal, payload_hash=…)

It opens the transaction, locks the cases concerned and then the object, checks visibility, capability, token scope,
freshness, the edge of the state machine and all guards, runs the body, and writes events, history and due rows with
it. Faces hold no rule of their own. The body gets the object and the rows among the values as they stand under the
locks (`locks.py`), whatever its caller had read before.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from types import EllipsisType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock, errors
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Shape, cleaned
from crisisdesk.core.actions.locks import lock
from crisisdesk.core.actions.signatures import check_signature, target
from crisisdesk.core.actions.wording import edge_refused
from crisisdesk.core.errors import Denied, NotFresh, NotNow, Text, Unmet
from crisisdesk.core.jobs import wake
from crisisdesk.core.log.history import current_act
from crisisdesk.core.models.events import Event

Target = TypeVar("Target")
Result = TypeVar("Result")
Given = ParamSpec("Given")

Needs = Capability | tuple[Capability, ...] | Callable[[Any], Capability | tuple[Capability, ...]] | None
Guard = Callable[..., Unmet | None]

REGISTRY: dict[str, "Action[Any, Any, Any]"] = {}

_TRIES = 3
_DEADLOCK_STATES = {"40P01", "40001"}


class Action(Generic[Target, Given, Result]):
    """One verb with its conditions; see `action` for the options."""

    # Templates show a verb's title; Django would call anything callable it meets on the way there.
    do_not_call_in_templates = True

    _NOT_FOR_PROGRAMS = _("A person decides this; a program cannot")

    def __init__(
        self,
        name: str,
        body: Callable[Concatenate[Target, Act, Given], Result],
        *,
        title: Text,
        needs: Needs,
        moves: str | None,
        needs_fresh: bool,
        creates: bool,
        repeat: Callable[..., Any] | None,
        inputs: Shape | None,
        locks: Sequence[str],
        by_system: bool,
        only_person: bool,
        records: bool,
    ) -> None:
        self.name = name
        self.body = body
        self.inputs = inputs
        self.target = target(body)
        self.title = title
        self.needs = needs
        self.moves = moves
        self.needs_fresh = needs_fresh
        self.creates = creates
        self.repeat = repeat
        self.locks = locks
        self.by_system = by_system
        self.only_person = only_person
        self.records = records
        self.guards: list[Guard] = []
        self.__doc__ = body.__doc__
        self.__name__ = body.__name__
        self.__module__ = body.__module__

    def __repr__(self) -> str:
        return f"<Action {self.name}>"

    def guard(self, check: Guard) -> Guard:
        """Add a condition. It gets the object, the act and the verb's named values, and returns an `Unmet` or None.

        When a button is drawn the values are not known yet, so a guard must do without them.
        """
        self.guards.append(check)
        return check

    def __call__(self, obj: Target, actor: Principal, *args: Given.args, **values: Given.kwargs) -> Result:
        """Carry the verb out, or raise a `DomainError` and change nothing."""
        if not isinstance(actor, Principal):
            raise TypeError(f"{self.name} needs a Principal as its second argument, got {type(actor).__name__}")
        if args:
            raise TypeError(f"{self.name} takes its values by name")
        if current_act.get() is not None:
            raise RuntimeError(f"{self.name} was called inside another action; share a function that takes `act`")
        if self.inputs is not None:
            values = cleaned(self.inputs, values)  # type: ignore[assignment]
        tries = 1 if connection.in_atomic_block else _TRIES
        for attempt in range(1, tries + 1):
            try:
                return self._perform(obj, actor, values)
            except OperationalError as error:
                if attempt == tries or getattr(error.__cause__, "sqlstate", None) not in _DEADLOCK_STATES:
                    raise
            except IntegrityError as error:
                refused = errors.of_constraint(_constraint(error))
                if refused is None:
                    raise
                raise refused from error
        raise AssertionError("unreachable")

    def _perform(self, obj: Any, actor: Principal, values: Mapping[str, Any]) -> Any:
        act = Act(self.name, actor)
        with transaction.atomic(), _carried_out(act):
            act.rows = lock(obj, values, actor, also=self.locks, is_parent=self.creates)
            obj = act.rows.of(obj)
            values = {name: act.rows.in_place_of(value) for name, value in values.items()}
            self._admit(obj, actor)
            standing = self.repeat(obj, act, **values) if self.repeat else None
            if standing is not None:
                return standing
            unmet = self._unmet(obj, act, values)
            if unmet:
                raise NotNow(unmet)
            if self.moves:
                act.move(obj, self.moves)
            result = self.body(obj, act, **values)  # type: ignore[call-arg]
            if self.moves:
                act.save(obj)
            self._write(act)
        return result

    def _write(self, act: Act) -> None:
        if self.records and not act.recorded:
            raise RuntimeError(f"{self.name} changed something without recording an event")
        # Sorted by chain and written last: two actions that touch the same chains cannot deadlock on their heads.
        Event.objects.bulk_create(sorted(act.recorded, key=lambda event: event.chain_id))
        for task in sorted(act.to_wake):
            transaction.on_commit(lambda task=task: wake.wake(task))  # type: ignore[misc]

    def _admit(self, obj: Any, actor: Principal) -> None:
        if not self._is_for(actor):
            raise Denied(self._NOT_FOR_PROGRAMS if self.only_person else None)
        if not self._held(obj, actor):
            raise Denied
        if not actor.allows_scope(self.name):
            raise Denied(
                format_lazy(_("This token does not carry the scope {scope}"), scope=self.name), scope=self.name
            )
        if self.needs_fresh and not fresh(actor):
            raise NotFresh

    def _is_for(self, actor: Principal) -> bool:
        """Whether the verb is for this kind of actor at all: the desk alone, people alone, or everybody."""
        if self.by_system:
            return actor.is_system
        return actor.kind == "user" or not self.only_person

    def capabilities(self, obj: Any) -> tuple[Capability, ...]:
        """Any one of these is needed on the object's scope; empty where seeing it is enough."""
        needed = self.needs(obj) if callable(self.needs) and not isinstance(self.needs, Capability) else self.needs
        if needed is None:
            return ()
        return (needed,) if isinstance(needed, Capability) else needed

    def _held(self, obj: Any, actor: Principal) -> bool:
        needed = self.capabilities(obj)
        return not needed or actor.has_any(needed, obj.scope_object())

    def _unmet(self, obj: Any, act: Act, values: Mapping[str, Any]) -> list[Unmet]:
        unmet = []
        if self.moves and not obj.states.allows(self.moves, obj.state):
            unmet.append(edge_refused(obj))
        for check in self.guards:
            found = check(obj, act, **values)
            if found is not None:
                unmet.append(found)
        return unmet

    def unmet(self, actor: Principal, obj: Any) -> list[Unmet]:
        """Every condition in the way of this verb now, whoever asks; for explanations beside a button."""
        return self._unmet(obj, Act(self.name, actor), {})

    def offered(self, actor: Principal, obj: Any) -> bool:
        """Whether capability and state allow the verb: cheap enough for every row of a list."""
        if not self._is_for(actor):
            return False
        in_state = not self.moves or obj.states.allows(self.moves, obj.state)
        return in_state and self._held(obj, actor) and actor.allows_scope(self.name)

    def can(self, actor: Principal, obj: Any) -> bool:
        """Whether the verb would go through now, its values being right: draws buttons, fills `available_actions`."""
        return self.offered(actor, obj) and visible(obj, actor) and not self.unmet(actor, obj)


def action(
    name: str,
    *,
    needs: Needs | EllipsisType = ...,
    title: Text = "",
    moves: str | None = None,
    needs_fresh: bool = False,
    creates: bool = False,
    repeat: Callable[..., Any] | None = None,
    inputs: Shape | None = None,
    locks: Sequence[str] = (),
    by_system: bool = False,
    only_person: bool = False,
    records: bool = True,
) -> Callable[[Callable[Concatenate[Target, Act, Given], Result]], Action[Target, Given, Result]]:
    """Make a function `(obj, act, *, values…)` the body of a verb.

    - `name`: `app.` and the name of the function; also the token scope.
    - `needs`: the capability asked for on the object's brand or case (a tuple: any of them; a callable gets the
      object); None where seeing the object is enough.
    - `moves`: the edge of the object's state machine; it is checked before the body and saved after it.
    - `needs_fresh`: the person must have proved who they are within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds.
    - `creates`: the object is the parent of what is made.
    - `repeat`: `(obj, act, **values)` returns the standing result when the same principal repeats the verb, else None.
    - `inputs`: what it asks for, where it takes values; forms and serializers are made from it (see `inputs`).
    - `locks`: what the body changes besides the object and its case: names of values, of relations of the object, or
      `ACTOR`, the account of whoever acts. Whoever's grants change is named here.
    - `by_system`: only the desk itself does this: no token scope, no endpoint, no button.
    - `only_person`: programs may not, whatever their role.
    - `records`: False only where nothing is to be told to anybody, as nobody else reads what was changed.
    """

    def register(body: Callable[Concatenate[Target, Act, Given], Result]) -> Action[Target, Given, Result]:
        if name in REGISTRY:
            raise ValueError(f"action {name!r} is registered twice")
        if by_system and (needs is not ... or needs_fresh or only_person):
            raise ValueError(f"action {name!r} is the desk's own: nobody needs a capability for it")
        if needs is ... and not by_system:
            raise ValueError(f"action {name!r} does not say what it needs; None where seeing the object is enough")
        if inputs is not None:
            check_signature(name, inputs, body)
        made = Action(
            name,
            body,
            title=title or body.__name__.replace("_", " ").capitalize(),
            needs=None if needs is ... else needs,
            moves=moves,
            needs_fresh=needs_fresh,
            creates=creates,
            repeat=repeat,
            inputs=inputs,
            locks=locks,
            by_system=by_system,
            only_person=only_person,
            records=records,
        )
        REGISTRY[name] = made
        return made

    return register


@contextmanager
def _carried_out(act: Act) -> Iterator[None]:
    token = current_act.set(act)
    try:
        yield
    finally:
        current_act.reset(token)


def _constraint(error: IntegrityError) -> str | None:
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


def visible(row: Any, actor: Principal) -> bool:
    """Whether the principal may know that the row exists, by the same question that filters lists."""
    if actor.is_system or row.pk is None:
        return True
    return bool(row._meta.model.objects.visible_to(actor).filter(pk=row.pk).exists())


def fresh(actor: Principal) -> bool:
    """Whether the principal proved who they are within the last minutes; the desk itself need not."""
    if actor.is_system:
        return True
    proved = actor.authenticated_at
    return proved is not None and clock.now() - proved <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def registered() -> Iterable[Action[Any, Any, Any]]:
    """Every verb, by name: for the permission table, the docs and the API schema."""
    return [REGISTRY[name] for name in sorted(REGISTRY)]
