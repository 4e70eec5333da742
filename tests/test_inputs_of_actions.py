"""What every action asks for, over every way in: the same limits, the same names, and no bad value gets through.

These tests go over the registry; an action that is added is asked without a line here.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override

from crisisdesk.core.actions import Action, inputs, registered
from crisisdesk.core.actions.inputs import LONGEST_REASON, cleaned, leaves_of
from crisisdesk.core.actions.signatures import check_signature, parameters
from crisisdesk.core.api.input_serializers import serializer_for
from crisisdesk.core.errors import Invalid
from crisisdesk.core.web.input_forms import ActionForm, asks, form_for
from tests.conftest import World

ACTIONS = list(registered())
ASKING = [each for each in ACTIONS if each.inputs is not None]
NOBODY = "00000000-0000-4000-8000-000000000000"


def name_of(action: Action[Any, Any, Any]) -> str:
    return action.name


def bad_values(value: inputs.Value) -> Iterator[Any]:
    """Values that do not fit, as a program or a browser could send them."""
    if isinstance(value, inputs.Text):
        yield "x" * (value.longest + 1)
        yield "a\x00b"
        if value.required and value.strip:
            yield "   "
        if value.pattern or isinstance(value, inputs.Email | inputs.Address | inputs.Code):
            yield "§ §"
    elif isinstance(value, inputs.Choice):
        yield "§"
    elif isinstance(value, inputs.Whole):
        yield from (str(value.most + 1), str(value.least - 1), "1.5", "§")
    elif isinstance(value, inputs.Instant | inputs.TimeOfDay | inputs.Number):
        yield from ("§", "31. 2. 2026")
    elif isinstance(value, inputs.Row):
        yield from (NOBODY, "§")


@pytest.mark.parametrize("action", ACTIONS, ids=name_of)
def test_shape_and_body_say_the_same(action: Action[Any, Any, Any]) -> None:
    check_signature(action.name, action.inputs, action.body)
    assert bool(parameters(action.body)) is (action.inputs is not None)


def test_every_shape_says_what_it_is() -> None:
    assert [each.name for each in ASKING if not (each.inputs.__doc__ or "").strip()] == []


def test_a_reason_has_one_longest_length() -> None:
    lengths = {
        (each.name, value.longest)
        for each in ASKING
        for name, value in leaves_of(each.inputs).items()
        if name == "reason" and isinstance(value, inputs.Text)
    }
    assert len(lengths) > 10
    assert {longest for _name, longest in lengths} == {LONGEST_REASON}


def test_what_forms_ask_has_a_label_in_both_languages() -> None:
    for each in ASKING:
        for name, value in leaves_of(each.inputs).items():
            if value.shown and not value.hidden and each.name.startswith(("cases.", "monitoring.")):
                with override("en"):
                    english = str(value.label)
                with override("cs"):
                    czech = str(value.label)
                if english:
                    assert czech != english or len(english.split()) == 1, f"{each.name}: {name}"


@pytest.mark.parametrize("action", ASKING, ids=name_of)
def test_the_action_refuses_what_does_not_fit(action: Action[Any, Any, Any]) -> None:
    for name, value in leaves_of(action.inputs).items():
        for bad in bad_values(value):
            if isinstance(value, inputs.Row):
                continue
            with pytest.raises(Invalid) as refused:
                cleaned(action.inputs, {name: bad})
            assert name in refused.value.errors, f"{name}: {bad!r:.40}"
            assert all(str(sentence).strip() for sentence in refused.value.errors[name])


@pytest.mark.parametrize("action", ASKING, ids=name_of)
def test_the_api_refuses_what_does_not_fit(action: Action[Any, Any, Any]) -> None:
    made: Any = serializer_for(action)
    assert made is not None
    for name, value in leaves_of(action.inputs).items():
        if not value.api:
            assert name not in made().fields
            continue
        for bad in bad_values(value):
            given = made(data={name: bad}, context={})
            assert not given.is_valid()
            assert name in given.errors, f"{name}: {bad!r:.40}"
    missing = made(data={})
    needed = {
        name
        for name, value in leaves_of(action.inputs).items()
        if value.api and value.required and not action.inputs.changes
    }
    assert missing.is_valid() is not bool(needed)
    assert set(missing.errors) == needed


@pytest.mark.parametrize("action", [each for each in ASKING if asks(each)], ids=name_of)
def test_the_form_refuses_what_does_not_fit(action: Action[Any, Any, Any], world: World) -> None:
    principal = world.principal("crisis_lead")
    made = form_for(action)

    def filled(**data: Any) -> ActionForm:
        form = made(data, principal=principal, target=None, initial=dict.fromkeys(made.base_fields))
        return form

    made_of = {name: value for name, value in leaves_of(action.inputs).items() if value.shown}
    # What a form offers and starts with may depend on the object; here only what it refuses is asked.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crisisdesk.core.web.input_forms._start", lambda *given: None)
        patch.setattr("crisisdesk.core.web.input_forms._offer", lambda *given: None)
        for name, value in made_of.items():
            for bad in bad_values(value):
                if isinstance(value, inputs.Digest) and bad != "a\x00b":
                    continue  # a browser sends back what it got; the action says what to do about anything else
                if isinstance(value, inputs.Text) and value.pattern:
                    continue
                assert name in filled(**{name: bad}).errors, f"{name}: {bad!r:.40}"


@pytest.mark.parametrize("action", [each for each in ASKING if asks(each)], ids=name_of)
def test_form_and_api_have_the_same_limits(action: Action[Any, Any, Any]) -> None:
    fields, sent = form_for(action).base_fields, serializer_for(action)().fields  # type: ignore[misc]
    for name, field in fields.items():
        value = leaves_of(action.inputs)[name]
        if value.api and isinstance(value, inputs.Text) and not isinstance(value, inputs.Language):
            assert field.max_length == sent[name].max_length == value.longest, name  # type: ignore[attr-defined]
        if value.api and isinstance(value, inputs.Whole):
            assert (field.min_value, field.max_value) == (sent[name].min_value, sent[name].max_value), name  # type: ignore[attr-defined]
