"""Actions: every verb that changes something, called alike by web, API, admin and workers.

An action is called with its object, the principal, and named values::

    approve_statement(request_, principal, payload_hash=…)

It opens the transaction, locks the cases concerned and then the object, checks visibility, capability, token scope,
freshness, the edge of the state machine and all guards, runs the body, and writes events, history and due rows with
it. Faces hold no rule of their own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock, errors
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Shape, cleaned
from crisisdesk.core.actions.signatures import check_signature, target
from crisisdesk.core.actions.wording import edge_refused
from crisisdesk.core.errors import Denied, Missing, NotFresh, NotNow, Text, Unmet
from crisisdesk.core.jobs import wake
from crisisdesk.core.log.history import current_act
from crisisdesk.core.models.base import DeskModel
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
        act = Act(self.name, actor, reason=str(values.get("reason") or ""))
        with transaction.atomic(), _carried_out(act):
            obj = lock(obj, values)
            self._admit(obj, actor, values)
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
        if not act.recorded:
            raise RuntimeError(f"{self.name} changed something without recording an event")
        # Sorted by chain and written last: two actions that touch the same chains cannot deadlock on their heads.
        Event.objects.bulk_create(sorted(act.recorded, key=lambda event: event.chain_id))
        for task in sorted(act.to_wake):
            transaction.on_commit(lambda task=task: wake.wake(task))  # type: ignore[misc]

    def _admit(self, obj: Any, actor: Principal, values: Mapping[str, Any]) -> None:
        for row in [obj, *_rows(values)]:
            if not visible(row, actor):
                raise Missing
        if not self._held(obj, actor):
            raise Denied
        if not actor.allows_scope(self.name):
            raise Denied(
                format_lazy(_("This token does not carry the scope {scope}"), scope=self.name), scope=self.name
            )
        if self.needs_fresh and not fresh(actor):
            raise NotFresh

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
        in_state = not self.moves or obj.states.allows(self.moves, obj.state)
        return in_state and self._held(obj, actor) and actor.allows_scope(self.name)

    def can(self, actor: Principal, obj: Any) -> bool:
        """Whether the verb would go through now, its values being right: draws buttons, fills `available_actions`."""
        return self.offered(actor, obj) and visible(obj, actor) and not self.unmet(actor, obj)


def action(
    name: str,
    *,
    needs: Needs,
    title: Text = "",
    moves: str | None = None,
    needs_fresh: bool = False,
    creates: bool = False,
    repeat: Callable[..., Any] | None = None,
    inputs: Shape | None = None,
) -> Callable[[Callable[Concatenate[Target, Act, Given], Result]], Action[Target, Given, Result]]:
    """Make a function `(obj, act, *, values…)` the body of a verb.

    - `name`: `app.verb`, also the token scope.
    - `needs`: the capability asked for on the object's brand or case (a tuple: any of them; a callable gets the
      object); None where seeing the object is enough.
    - `moves`: the edge of the object's state machine; it is checked before the body and saved after it.
    - `needs_fresh`: the person must have proved who they are within `ACCOUNT_REAUTHENTICATION_TIMEOUT` seconds.
    - `creates`: the object is the parent of what is made.
    - `repeat`: `(obj, act, **values)` returns the standing result when the same principal repeats the verb, else None.
    - `inputs`: what it asks for, where it takes values; forms and serializers are made from it (see `inputs`).
    """

    def register(body: Callable[Concatenate[Target, Act, Given], Result]) -> Action[Target, Given, Result]:
        if name in REGISTRY:
            raise ValueError(f"action {name!r} is registered twice")
        if inputs is not None:
            check_signature(name, inputs, body)
        made = Action(
            name,
            body,
            title=title or body.__name__.replace("_", " ").capitalize(),
            needs=needs,
            moves=moves,
            needs_fresh=needs_fresh,
            creates=creates,
            repeat=repeat,
            inputs=inputs,
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


def _rows(values: Mapping[str, Any]) -> Iterator[DeskModel]:
    for value in values.values():
        if isinstance(value, DeskModel):
            yield value
        elif isinstance(value, list | tuple):
            yield from (one for one in value if isinstance(one, DeskModel))


def visible(row: Any, actor: Principal) -> bool:
    """Whether the principal may know that the row exists, by the same question that filters lists."""
    if actor.is_system or row.pk is None:
        return True
    return bool(type(row).objects.visible_to(actor).filter(pk=row.pk).exists())


def fresh(actor: Principal) -> bool:
    """Whether the principal proved who they are within the last minutes; the desk itself need not."""
    if actor.is_system:
        return True
    proved = actor.authenticated_at
    return proved is not None and clock.now() - proved <= timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)


def lock(obj: Any, values: Mapping[str, Any]) -> Any:
    """Lock the cases of the object and of the rows among the values, by primary key, then the object itself.

    Returns the object as it stands under the lock. Case before object, always in the same order, is what keeps
    actions from waiting for each other in circles.
    """
    cases = sorted({case.pk for row in [obj, *_rows(values)] if (case := case_of(row)) is not None})
    locked = {}
    if cases:
        case_model = apps.get_model("cases.Case")
        rows = case_model._base_manager.filter(pk__in=cases).order_by("pk").select_for_update(no_key=True, of=("self",))
        locked = {case.pk: case for case in rows}
    if obj.pk is None or not getattr(obj, "lock_on_act", False):
        return obj
    if obj.pk in locked and obj._meta.label == "cases.Case":
        return locked[obj.pk]
    try:
        current = type(obj)._base_manager.select_for_update(no_key=True, of=("self",)).get(pk=obj.pk)
    except type(obj).DoesNotExist as gone:
        raise Missing from gone
    if "case" in {field.name for field in obj._meta.fields} and current.case_id in locked:
        current.case = locked[current.case_id]
    return current


def case_of(row: Any) -> Any:
    """The case a row belongs to, or None."""
    scope = row.scope_object() if isinstance(row, DeskModel) else None
    return scope if scope is not None and scope._meta.label == "cases.Case" and scope.pk is not None else None


def registered() -> Iterable[Action[Any, Any, Any]]:
    """Every verb, by name: for the permission table, the docs and the API schema."""
    return [REGISTRY[name] for name in sorted(REGISTRY)]
