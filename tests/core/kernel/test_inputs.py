"""What an action asks for: the values of a shape, and that shape and body cannot drift apart."""

from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any, TypedDict, Unpack

import pytest

from crisisdesk.core.actions import inputs
from crisisdesk.core.actions.inputs import Changes, Inputs, cleaned, leaves_of
from crisisdesk.core.actions.signatures import check_signature
from crisisdesk.core.errors import Invalid

COLOURS = (("red", "red"), ("blue", "blue"))


class PaintInputs(Inputs):
    """What to paint."""

    name = inputs.Text("Name", longest=5, missing="Say what it is called")
    colour = inputs.Choice("Colour", among=COLOURS, required=False)
    coats = inputs.Whole(least=1, most=3, required=False)
    drying = inputs.Many(each=inputs.Text(longest=3), most=2, required=False)
    notes = inputs.Texts(each=inputs.Text(longest=3), required=False)


class PaintChange(Changes, of=PaintInputs, without=("notes",)):
    """What can be painted over."""

    until = inputs.Instant(required=False, nullable=True)


def refused(shape: type[Inputs], **values: Any) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as invalid:
        cleaned(shape, values)
    return {name: [str(sentence) for sentence in said] for name, said in invalid.value.errors.items()}


def test_what_was_left_out_is_left_to_the_body() -> None:
    assert cleaned(PaintInputs, {"name": " door "}) == {"name": "door"}
    assert cleaned(PaintInputs, {"name": "door", "colour": "", "coats": None}) == {"name": "door"}


@pytest.mark.parametrize("empty", [{}, {"name": ""}, {"name": "  "}, {"name": None}])
def test_what_is_needed_has_its_own_remedy(empty: dict[str, Any]) -> None:
    assert refused(PaintInputs, **empty) == {"name": ["Say what it is called"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "garden"),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("name", 7),
        ("colour", "green"),
        ("coats", 4),
        ("coats", True),
        ("coats", "2"),
        ("drying", "abc"),
        ("drying", ["a", "b", "c"]),
        ("notes", ["a"]),
        ("notes", {1: "a"}),
    ],
)
def test_what_does_not_fit_is_named(name: str, value: Any) -> None:
    assert set(refused(PaintInputs, **{"name": "door", name: value})) == {name}


def test_lists_and_texts_by_name_say_which_one_is_wrong() -> None:
    assert set(refused(PaintInputs, name="door", drying=["abc", "long"], notes={"cs": "long"})) == {
        "drying.1",
        "notes.cs",
    }


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert set(refused(PaintInputs, name="", colour="green", coats=0)) == {"name", "colour", "coats"}


def test_a_name_nobody_knows_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="colur"):
        cleaned(PaintInputs, {"name": "door", "colur": "red"})


def test_changes_may_leave_out_everything_but_empty_nothing_that_is_needed() -> None:
    assert cleaned(PaintChange, {}) == {}
    assert cleaned(PaintChange, {"until": None, "drying": []}) == {"until": None, "drying": []}
    assert set(refused(PaintChange, name="")) == {"name"}


@pytest.mark.parametrize(
    ("value", "good", "bad"),
    [
        (inputs.Email(), "a@example.org", "a@"),
        (inputs.Address(), "https://example.org/", "javascript:alert(1)"),
        (inputs.Code(longest=5), "a-b", "a b"),
        (inputs.Language(), "cs", "CZ"),
        (inputs.Digest(), "a" * 64, "a" * 63),
        (inputs.YesNo(), False, "no"),
        (inputs.Instant(), datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1)),  # noqa: DTZ001 - without a zone
        (inputs.TimeOfDay(), time(9), "9:00"),
        (inputs.Number(least=0, most=5), Decimal("4.5"), Decimal("5.5")),
        (inputs.Whole(most=3), 0, -1),
        (inputs.Record(of=PaintInputs), {"name": "door"}, {"nom": "door"}),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_value(value: inputs.Value, good: Any, bad: Any) -> None:
    assert value.clean(good) == good
    with pytest.raises(Invalid):
        value.clean(bad)


class Weight:
    """Two numbers that make one value."""

    def __init__(self, grams: int, about: int = 0) -> None:
        self.grams, self.about = grams, about


class WeightInputs(Inputs):
    """How heavy it is."""

    grams = inputs.Whole(missing="Weigh it")
    about = inputs.Whole(required=False)


class ParcelInputs(Inputs):
    """What is sent."""

    weight = inputs.Together(of=WeightInputs, into=Weight, required=False)


def test_values_that_belong_together_are_asked_one_by_one_and_given_as_one() -> None:
    assert list(leaves_of(ParcelInputs)) == ["grams", "about"]
    assert cleaned(ParcelInputs, {"grams": 5})["weight"].grams == 5
    assert cleaned(ParcelInputs, {"weight": Weight(7)})["weight"].grams == 7
    assert cleaned(ParcelInputs, {"grams": None}) == {}
    assert refused(ParcelInputs, about=1) == {"grams": ["Weigh it"]}


def paint(wall: Any, act: Any, *, name: str, colour: str = "red", coats: int = 1, drying: list[str] | None = None,
          notes: dict[str, str] | None = None) -> None:  # fmt: skip
    """A body that fits."""


class Coat(TypedDict, total=False):
    """What can be painted over."""

    name: str
    colour: str
    coats: int
    drying: list[str]
    until: datetime | None


def repaint(wall: Any, act: Any, **coat: Unpack[Coat]) -> None:
    """A body with an unpacked dictionary that fits."""


def other_name(wall: Any, act: Any, *, nom: str, colour: str = "", coats: int = 1, drying: list[str] = [],  # noqa: B006
               notes: dict[str, str] | None = None) -> None:  # fmt: skip
    """Another name."""


def other_type(wall: Any, act: Any, *, name: int, colour: str = "", coats: int = 1, drying: list[str] = [],  # noqa: B006
               notes: dict[str, str] | None = None) -> None:  # fmt: skip
    """Another type."""


def other_need(wall: Any, act: Any, *, name: str, colour: str, coats: int = 1, drying: list[str] = [],  # noqa: B006
               notes: dict[str, str] | None = None) -> None:  # fmt: skip
    """Needed here only."""


def any_name(wall: Any, act: Any, **fields: Any) -> None:
    """Whatever anybody sends."""


def test_shape_and_body_that_say_the_same() -> None:
    check_signature("paint", PaintInputs, paint)
    check_signature("repaint", PaintChange, repaint)


@pytest.mark.parametrize("body", [other_name, other_type, other_need, any_name])
def test_shape_and_body_that_differ_are_not_registered(body: Any) -> None:
    with pytest.raises(TypeError):
        check_signature("paint", PaintInputs, body)


def test_a_body_with_values_needs_a_shape() -> None:
    with pytest.raises(TypeError, match="name is missing in the inputs"):
        check_signature("paint", None, paint)
