"""Serializers of the API made from what actions ask for, with what the description of the API says about them."""

from collections.abc import Mapping
from functools import cache, singledispatch
from typing import Any

from django.utils.functional import lazy
from rest_framework import serializers

from crisisdesk.core.actions import Action
from crisisdesk.core.actions.inputs import (
    Address,
    Choice,
    Code,
    Email,
    Instant,
    Many,
    Number,
    Record,
    Row,
    Shape,
    Text,
    Texts,
    TimeOfDay,
    Value,
    Whole,
    YesNo,
    leaves_of,
)
from crisisdesk.core.api.serializers import Input, VisibleField, VisibleRows


def serializer_for(
    action: Action[Any, Any, Any], *, parent: str = "", by: str = "uuid"
) -> type[serializers.BaseSerializer[Any]] | None:
    """The serializer of an action, or None where it takes no values.

    `parent` is the name under which a program says what the object to be made belongs to: a row of the model the
    action is called on, named by the column `by`.
    """
    shape = action.inputs
    if shape is None and not parent:
        return None
    above = {parent: VisibleField(action.target, slug_field=by)} if parent else {}
    if shape is None:
        return type(f"{action.__name__.title().replace('_', '')}In", (Input,), above)
    hashable: Any = shape
    return _of_parent(hashable, parent, action.target, by) if parent else of_shape(shape)


def of_shape(shape: Any) -> type[Input]:
    """The serializer of a shape by itself."""
    made: type[Input] = _of_shape(shape)
    return made


@cache
def _of_shape(shape: Any) -> type[Input]:
    return _made(shape, {})


@cache
def _of_parent(shape: Any, parent: str, model: Any, by: str) -> type[Input]:
    return _made(shape, {parent: VisibleField(model, slug_field=by)})


def _made(shape: Shape, above: Mapping[str, Any]) -> type[Input]:
    fields = {name: _field(value, changes=shape.changes) for name, value in leaves_of(shape).items() if value.api}
    name = shape.__name__.removesuffix("Inputs") + "In" if shape.__name__.endswith("Inputs") else shape.__name__
    body = {**above, **fields, "__doc__": shape.__doc__, "__module__": shape.__module__}
    return type(name, (Input,), body)


# --- one field ------------------------------------------------------------------------------------------------------


def _field(value: Value, *, changes: bool = False) -> Any:
    options: dict[str, Any] = {"required": value.required and not changes}
    if value.label:
        options["label"] = value.label
    if value.help:
        options["help_text"] = value.help
    if value.nullable:
        options["allow_null"] = True
    options["error_messages"] = {"required": value.missing}
    return make(value, options)


@singledispatch
def make(value: Value, options: dict[str, Any]) -> Any:
    """The serializer field of a value; `options` are what all fields take."""
    raise TypeError(f"no program sends a {type(value).__name__}")


def _written(value: Text, options: dict[str, Any]) -> dict[str, Any]:
    """What fields of texts take besides."""
    said = {**options["error_messages"], "blank": value.missing}
    if value.pattern or isinstance(value, Address | Email):
        said["invalid"] = value.wrong
    limits = {"allow_blank": value.may_be_empty, "max_length": value.longest, "trim_whitespace": value.strip}
    return {**options, **limits, "error_messages": said}


@make.register
def _text(value: Text, options: dict[str, Any]) -> Any:
    options = _written(value, options)
    return (
        serializers.RegexField(f"^{value.pattern}$", **options) if value.pattern else serializers.CharField(**options)
    )


@make.register
def _code(value: Code, options: dict[str, Any]) -> Any:
    return serializers.SlugField(**_written(value, options))


@make.register
def _email(value: Email, options: dict[str, Any]) -> Any:
    return serializers.EmailField(**_written(value, options))


@make.register
def _address(value: Address, options: dict[str, Any]) -> Any:
    return serializers.URLField(**_written(value, options))


@make.register
def _whole(value: Whole, options: dict[str, Any]) -> Any:
    return serializers.IntegerField(**options, min_value=value.least, max_value=value.most)


@make.register
def _number(value: Number, options: dict[str, Any]) -> Any:
    digits = len(str(value.most)) + value.places
    limits: dict[str, Any] = {"min_value": value.least, "max_value": value.most}
    return serializers.DecimalField(**options, **limits, max_digits=digits, decimal_places=value.places)


@make.register
def _yes_no(value: YesNo, options: dict[str, Any]) -> Any:
    return serializers.BooleanField(**options)


@make.register
def _instant(value: Instant, options: dict[str, Any]) -> Any:
    return serializers.DateTimeField(**options)


@make.register
def _time(value: TimeOfDay, options: dict[str, Any]) -> Any:
    return serializers.TimeField(**options)


@make.register
def _choice(value: Choice, options: dict[str, Any]) -> Any:
    options["error_messages"] = {**options["error_messages"], "invalid_choice": value.wrong}
    return serializers.ChoiceField(list(value.among), allow_blank=value.blank, **options)


@make.register
def _row(value: Row, options: dict[str, Any]) -> Any:
    return VisibleField(value.of, slug_field=value.by, **options)


@make.register
def _many(value: Many, options: dict[str, Any]) -> Any:
    empty: dict[str, Any] = {"allow_empty": value.empty or not value.required}
    too_many = lazy(lambda: value.too_many % {"most": value.most}, str)()
    said = {**options["error_messages"], "empty": value.missing, "max_length": too_many}
    options["error_messages"] = said
    if isinstance(value.each, Row):
        return VisibleRows(value.each.of, value.each.by, max_length=value.most, **options, **empty)
    return serializers.ListField(child=_field(value.each), max_length=value.most, **options, **empty)


@make.register
def _texts(value: Texts, options: dict[str, Any]) -> Any:
    return serializers.DictField(child=_field(value.each), **options)


@make.register
def _record(value: Record, options: dict[str, Any]) -> Any:
    return of_shape(value.of)(**options)
