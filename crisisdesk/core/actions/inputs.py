"""What an action asks for: one shape beside it, from which every way in is made.

An `Inputs` class names the values of an action with what everybody has to know about them: the label and the help
people read, how long a text may be, what can be chosen, which rows are offered::

    class EndRoleInputs(Inputs):
        reason = Reason(missing=_("Say why the role ends"))

    @action("cases.end_role", needs=Capability.VIEW, moves="end", inputs=EndRoleInputs)
    def end_role(assignment: RoleAssignment, act: Act, *, reason: str) -> RoleAssignment: ...

The web form and the form of the administration (`input_forms`) and the API's serializer with its OpenAPI
(`input_serializers`) are made from it, and the action itself refuses what does not fit, so that a limit is the same
whoever calls. `check_signature` compares the shape with the parameters of the body when the action is registered.

Whether a value makes sense at this moment, the body and its guards decide; here only type, length and format.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.actions.values import (
    LONGEST_NOTE,
    LONGEST_REASON,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MISSING,
    Address,
    Choice,
    Code,
    Digest,
    Email,
    Inner,
    Instant,
    Language,
    Many,
    Note,
    Number,
    Reason,
    Row,
    Text,
    Texts,
    TimeOfDay,
    Title,
    Unsaid,
    Value,
    Whole,
    YesNo,
    invalid,
)
from crisisdesk.core.errors import Invalid
from crisisdesk.core.errors import Text as Said

__all__ = [
    "LONGEST_NOTE",
    "LONGEST_REASON",
    "LONGEST_TEXT",
    "LONGEST_TITLE",
    "MISSING",
    "Address",
    "Changes",
    "Choice",
    "Code",
    "Digest",
    "Email",
    "Inner",
    "Inputs",
    "Instant",
    "Language",
    "Many",
    "Note",
    "Number",
    "Reason",
    "Record",
    "Row",
    "Shape",
    "Text",
    "Texts",
    "TimeOfDay",
    "Title",
    "Together",
    "Unsaid",
    "Value",
    "Whole",
    "YesNo",
    "cleaned",
    "leaves_of",
    "values_of",
]

_EMPTY: tuple[Any, ...] = (None, "")


@dataclass(frozen=True, kw_only=True)
class Record(Value):
    """Several values under one name, with a shape of their own; what was left out is not in it."""

    of: "type[Inputs]"

    @property
    def shown(self) -> bool:
        """No one field holds it."""
        return False

    def clean(self, value: Any) -> Any:
        """A dictionary."""
        if not isinstance(value, Mapping):
            raise invalid(_("Send values by name"))
        if unknown := sorted(set(value) - set(values_of(self.of))):
            raise Invalid({str(name): _("This name is not known here") for name in unknown})
        return cleaned(self.of, value)

    def admits(self, annotation: Any) -> bool:
        """A mapping."""
        origin = getattr(annotation, "__origin__", annotation)
        return isinstance(origin, type) and issubclass(dict, origin)


@dataclass(frozen=True, kw_only=True)
class Together(Value):
    """Values that people and programs give one by one and the action gets as one: `into` makes it of them.

    All of them are given or none: with none there is nothing to make.
    """

    of: "type[Inputs]"
    into: Callable[..., Any]

    def clean(self, value: Any) -> Any:
        """The value made of the single ones."""
        if isinstance(self.into, type) and isinstance(value, self.into):
            value = {name: getattr(value, name) for name in values_of(self.of)}
        said = {name: one for name, one in value.items() if one not in _EMPTY}
        if not said and not self.required:
            raise Unsaid
        return self.into(**cleaned(self.of, said))

    def admits(self, annotation: Any) -> bool:
        """What is made of them."""
        return annotation is self.into

    def leaves(self, name: str) -> Iterator[tuple[str, Value]]:
        """The single values: each may be left out where all may, and forms insist on each needed one."""
        for inner, value in values_of(self.of).items():
            asked = self.asked and value.required
            yield (
                inner,
                replace(value, required=value.required and self.required, asked=asked, page=self.page, api=self.api),
            )


# --- the shape ------------------------------------------------------------------------------------------------------


def values_of(shape: Any) -> Mapping[str, Value]:
    """The values of a shape by name, as its action gets them."""
    found: Mapping[str, Value] = getattr(shape, "__values__", {})
    return found


class Inputs:
    """The values of an action, in the order in which forms ask for them. Subclasses add to what they inherit."""

    changes: ClassVar[bool] = False
    __values__: ClassVar[Mapping[str, Value]] = {}

    def __init_subclass__(cls, of: "type[Inputs] | None" = None, without: Sequence[str] = (), **options: Any) -> None:
        """Collect the values; `of` and `without` take over those of another shape but some."""
        super().__init_subclass__(**options)
        inherited = {name: value for base in reversed(cls.__bases__) for name, value in values_of(base).items()}
        taken = {name: value for name, value in values_of(of).items() if name not in without} if of else {}
        own = {name: value for name, value in vars(cls).items() if isinstance(value, Value)}
        cls.__values__ = {**inherited, **taken, **own}


class Changes(Inputs):
    """What can change about a row: its columns, each of which may be left out and then stays as it is.

    Forms start with what the row says. An empty text or list is a value; None is one where it is `nullable`.
    """

    changes = True


Shape = type[Inputs]


def leaves_of(shape: Any) -> Mapping[str, Value]:
    """The values of a shape by name, as people and programs give them: one by one."""
    found: Mapping[str, Value] = _leaves_of(shape)
    return found


@cache
def _leaves_of(shape: Any) -> Mapping[str, Value]:
    return {inner: leaf for name, value in values_of(shape).items() for inner, leaf in value.leaves(name)}


def cleaned(shape: Shape, given: Mapping[str, Any]) -> dict[str, Any]:
    """The given values as the action gets them, without those that were left out.

    Raises `Invalid` that names every value which does not fit, and TypeError for a name the shape does not know.
    """
    found: dict[str, Any] = {}
    wrong: dict[str, list[Said]] = {}
    values = values_of(shape)
    packed = _packed(values, given)
    if unknown := sorted(set(packed) - set(values)):
        raise TypeError(f"{shape.__name__} knows nothing called {', '.join(unknown)}")
    for name, value in values.items():
        try:
            found[name] = _cleaned(value, packed, name, changes=shape.changes)
        except Unsaid:
            continue
        except Invalid as refused:
            for path, said in refused.errors.items():
                # What belongs together was given one by one, and each is named by itself.
                here = path if isinstance(value, Together) else f"{name}.{path}" if path else name
                wrong.setdefault(here, []).extend(said)
    if wrong:
        raise Invalid(wrong)
    return found


def _packed(values: Mapping[str, Value], given: Mapping[str, Any]) -> dict[str, Any]:
    """Values that were given one by one under the name of what they make together."""
    packed = dict(given)
    for name, value in values.items():
        if isinstance(value, Together):
            single = {inner: packed.pop(inner) for inner in values_of(value.of) if inner in packed and inner != name}
            if single:
                packed[name] = single
    return packed


def _cleaned(value: Value, given: Mapping[str, Any], name: str, *, changes: bool) -> Any:
    if name not in given:
        if value.required and not changes:
            raise Invalid({inner: leaf.missing for inner, leaf in value.leaves("") if leaf.required})
        raise Unsaid
    said = given[name]
    if said is None and value.nullable:
        return None
    if said is None or (said == "" and not changes):
        if value.required and not changes:
            raise invalid(value.missing)
        raise Unsaid
    return value.clean(said)
