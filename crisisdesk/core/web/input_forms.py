"""Forms made from what actions ask for, for pages and for the administration; and refusals written into forms."""

from collections.abc import Iterable
from functools import cache, singledispatch
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils.text import capfirst

from crisisdesk.core import languages
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import Action
from crisisdesk.core.actions.inputs import (
    Address,
    Choice,
    Code,
    Email,
    Inputs,
    Instant,
    Language,
    Many,
    Number,
    Row,
    Shape,
    Text,
    TimeOfDay,
    Value,
    Whole,
    YesNo,
    leaves_of,
)
from crisisdesk.core.errors import DomainError, Invalid

_LOCAL = "%Y-%m-%dT%H:%M"


class Lines(forms.CharField):
    """Several texts, one on each line or also with commas between them, as a list."""

    widget = forms.Textarea

    def __init__(self, *, shape: Many, each: Text, **options: Any) -> None:
        super().__init__(max_length=shape.most * (each.longest + 2), **options)
        self.commas = shape.commas

    def prepare_value(self, value: Any) -> Any:
        """A list as lines."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """The lines that hold something; how long each may be, the action says."""
        text = super().clean(value)
        lines = (text.replace(",", "\n") if self.commas else text).splitlines()
        return [line.strip() for line in lines if line.strip()]


class Moment(forms.DateTimeField):
    """A date and a time of day in the reader's time zone."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format=_LOCAL))
        super().__init__(input_formats=[_LOCAL, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)


class DeskForm(forms.Form):
    """A form that knows who fills it in and what it is about."""

    def __init__(self, *args: Any, principal: Principal, target: Any = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.principal = principal
        self.target = target


class ActionForm(DeskForm):
    """A form for the values of an action.

    `only` names the values that are asked for this time; `parents` are a name and the rows that what is to be made can
    belong to.
    """

    shape: ClassVar[Shape]

    def __init__(
        self,
        *args: Any,
        principal: Principal,
        target: Any = None,
        only: Iterable[str] | None = None,
        parents: tuple[str, QuerySet[Any]] | None = None,
        **options: Any,
    ) -> None:
        values = {name: value for name, value in leaves_of(self.shape).items() if name in self.base_fields}
        start = {name: _start(value, name, self.shape, principal, target) for name, value in values.items()}
        options["initial"] = {**start, **(options.get("initial") or {})}
        super().__init__(*args, principal=principal, target=target, **options)
        if only is not None:
            for name in set(self.fields) - {*only}:
                del self.fields[name]
        for name, field in self.fields.items():
            if name in values:
                _offer(field, values[name], principal, target)
        if parents is not None:
            self.fields = {parents[0]: _parent(parents[1]), **self.fields}


def _parent(rows: QuerySet[Any]) -> forms.ModelChoiceField:
    label = capfirst(rows.model._meta.verbose_name)
    return forms.ModelChoiceField(rows, label=label, to_field_name="uuid", empty_label=None)


@cache
def form_for(action: Action[Any, Any, Any], *names: str) -> type[ActionForm]:
    """The form of an action: every value that pages ask for, or the named ones in their order."""
    shape = action.inputs or Inputs
    values = leaves_of(shape)
    shown = names or [name for name, value in values.items() if value.shown]
    body: dict[str, Any] = {name: _field(values[name], changes=shape.changes) for name in shown}
    body |= {"shape": shape, "__doc__": shape.__doc__, "__module__": action.__module__}
    return type(f"{action.__name__.title().replace('_', '')}Form", (ActionForm,), body)


def asks(action: Action[Any, Any, Any]) -> bool:
    """Whether people are asked for anything before the action, or a button is enough."""
    return any(value.shown for value in leaves_of(action.inputs).values())


def refuse_in(form: forms.BaseForm, refusal: DomainError) -> None:
    """Write a refusal into a form, beside the fields it speaks of; nothing typed is lost."""
    if not isinstance(refusal, Invalid):
        form.add_error(None, str(refusal))
        return
    for path, said in refusal.errors.items():
        name = path.partition(".")[0]
        form.add_error(name if name in form.fields else None, [str(sentence) for sentence in said])


# --- one field ------------------------------------------------------------------------------------------------------


def _field(value: Value, *, changes: bool) -> forms.Field:
    needed = (value.required or value.asked) and not isinstance(value, YesNo)
    if changes and isinstance(value, Instant | Row | Whole):
        needed = needed and not value.nullable
    options: dict[str, Any] = {
        "label": value.label,
        "help_text": value.help,
        "required": needed,
        "error_messages": {"required": value.missing},
    }
    if value.hidden:
        options["widget"] = forms.HiddenInput
    return make(value, options)


@singledispatch
def make(value: Value, options: dict[str, Any]) -> forms.Field:
    """The form field of a value; `options` are what all fields take."""
    raise TypeError(f"no form asks for a {type(value).__name__}")


@make.register
def _text(value: Text, options: dict[str, Any]) -> forms.Field:
    attributes = dict(value.attributes)
    widget = forms.Textarea({"rows": value.rows, **attributes}) if value.rows > 1 else forms.TextInput(attributes)
    return forms.CharField(**{"widget": widget, **options}, max_length=value.longest, strip=value.strip)


def _put_right(value: Text, options: dict[str, Any]) -> dict[str, Any]:
    """With the sentence for what does not have the right form."""
    return {**options, "error_messages": {**options["error_messages"], "invalid": value.wrong}}


@make.register
def _code(value: Code, options: dict[str, Any]) -> forms.Field:
    return forms.SlugField(**options, max_length=value.longest)


@make.register
def _email(value: Email, options: dict[str, Any]) -> forms.Field:
    return forms.EmailField(**_put_right(value, options), max_length=value.longest)


@make.register
def _address(value: Address, options: dict[str, Any]) -> forms.Field:
    return forms.URLField(**_put_right(value, options), max_length=value.longest, assume_scheme="https")


@make.register
def _language(value: Language, options: dict[str, Any]) -> forms.Field:
    return forms.ChoiceField(**options)


@make.register
def _whole(value: Whole, options: dict[str, Any]) -> forms.Field:
    return forms.IntegerField(**options, min_value=value.least, max_value=value.most)


@make.register
def _number(value: Number, options: dict[str, Any]) -> forms.Field:
    return forms.DecimalField(**options, min_value=value.least, max_value=value.most, decimal_places=value.places)


@make.register
def _yes_no(value: YesNo, options: dict[str, Any]) -> forms.Field:
    return forms.BooleanField(**options)


@make.register
def _instant(value: Instant, options: dict[str, Any]) -> forms.Field:
    return Moment(**options)


@make.register
def _time(value: TimeOfDay, options: dict[str, Any]) -> forms.Field:
    return forms.TimeField(**options)


@make.register
def _choice(value: Choice, options: dict[str, Any]) -> forms.Field:
    options["error_messages"] = {**options["error_messages"], "invalid_choice": value.wrong}
    if value.radio:
        options["widget"] = forms.RadioSelect
    empty = [] if options["required"] or value.initial is not None else [("", value.empty)]
    nothing: Any = None if value.kind is int else ""
    return forms.TypedChoiceField(**options, choices=[*empty, *value.among], coerce=value.coerce, empty_value=nothing)


@make.register
def _row(value: Row, options: dict[str, Any]) -> forms.Field:
    empty: Any = value.empty  # lazy, so that it is in the reader's language
    return forms.ModelChoiceField(value.of._default_manager.none(), empty_label=empty, **options)


@make.register
def _many(value: Many, options: dict[str, Any]) -> forms.Field:
    if isinstance(value.each, Row):
        options["widget"] = forms.CheckboxSelectMultiple
        return forms.ModelMultipleChoiceField(value.each.of._default_manager.none(), **options)
    if isinstance(value.each, Choice | Language):
        options["widget"] = forms.CheckboxSelectMultiple
        among = value.each.among if isinstance(value.each, Choice) else ()
        return forms.MultipleChoiceField(**options, choices=among)
    if isinstance(value.each, Text):
        options["widget"] = forms.Textarea({"rows": 3})
        return Lines(shape=value, each=value.each, **options)
    raise TypeError(f"no form asks for many of {type(value.each).__name__}")


# --- who asks, about what -------------------------------------------------------------------------------------------


def _start(value: Value, name: str, shape: Shape, principal: Principal, target: Any) -> Any:
    """What the field starts with: as the row says where it is changed, else what the shape says."""
    if callable(value.initial):
        return value.initial(principal, target)
    if not shape.changes or target is None or not hasattr(target, name):
        return value.initial
    now = getattr(target, name)
    return list(now.all()) if hasattr(now, "all") else now


def _offer(field: forms.Field, value: Value, principal: Principal, target: Any) -> None:
    """Fill in what can be chosen by this principal, for this object."""
    each = value.each if isinstance(value, Many) else value
    if isinstance(each, Row):
        rows = each.offered(principal, target) if each.offered else each.of._default_manager.visible_to(principal)
        field.queryset = rows  # type: ignore[attr-defined]
    elif isinstance(each, Language) and isinstance(field, forms.ChoiceField):
        field.choices = each.offered(target) if each.offered else languages.choices()
