"""Whether the shape of an action says the same as the parameters of its body. Asked when the action is registered."""

import inspect
import types
import typing
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from crisisdesk.core.actions.inputs import Shape, values_of


@dataclass(frozen=True)
class Parameter:
    """A value that a body takes by name."""

    annotation: Any
    required: bool


def parameters(body: Callable[..., Any]) -> dict[str, Parameter]:
    """The values a body takes by name, those of an unpacked `TypedDict` included. The first two are object and act."""
    return dict(_parameters(body))


def _parameters(body: Callable[..., Any]) -> Iterator[tuple[str, Parameter]]:
    for name, one in list(inspect.signature(body).parameters.items())[2:]:
        if one.kind is not inspect.Parameter.VAR_KEYWORD:
            yield name, Parameter(one.annotation, one.default is inspect.Parameter.empty)
            continue
        unpacked = typing.get_args(one.annotation)
        if typing.get_origin(one.annotation) is not typing.Unpack or not typing.is_typeddict(unpacked[0]):
            raise TypeError(f"{body.__name__} takes **{name} of any name; unpack a TypedDict instead")
        for inner, annotation in typing.get_type_hints(unpacked[0]).items():
            yield inner, Parameter(annotation, inner in unpacked[0].__required_keys__)


def target(body: Callable[..., Any]) -> Any:
    """The model of the object an action is called on."""
    return next(iter(inspect.signature(body).parameters.values())).annotation


def check_signature(name: str, shape: Shape | None, body: Callable[..., Any]) -> None:
    """Raise TypeError where names, optionality or types of shape and body differ."""
    taken = parameters(body)
    asked = values_of(shape)
    wrong = [f"{one} is only in the inputs" for one in asked.keys() - taken.keys()]
    wrong += [f"{one} is missing in the inputs" for one in taken.keys() - asked.keys()]
    for one in asked.keys() & taken.keys():
        needed = asked[one].required and not (shape and shape.changes)
        if needed is not taken[one].required:
            wrong.append(f"{one} is {'needed' if needed else 'optional'} in the inputs only")
        if not any(asked[one].admits(annotation) for annotation in _alternatives(taken[one].annotation)):
            wrong.append(f"{one} cannot be {taken[one].annotation} for {type(asked[one]).__name__}")
    if wrong:
        raise TypeError(f"inputs and body of {name} differ: {'; '.join(sorted(wrong))}")


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """The types of a union without None; another type alone."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(one for one in typing.get_args(annotation) if one is not types.NoneType)
    return (annotation,)
