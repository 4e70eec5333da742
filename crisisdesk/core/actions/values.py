"""The kinds of values an action can ask for, and how each is cleaned (see `inputs`)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator, validate_slug
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.errors import Invalid
from crisisdesk.core.errors import Text as Said

# The one longest length, in characters, of why something is done, whoever asks and whatever it is about.
LONGEST_REASON = 5_000
LONGEST_NOTE = 5_000
LONGEST_TITLE = 200
LONGEST_TEXT = 20_000

MISSING = _("This is needed")
_REASON, _TITLE = _("Reason"), _("Title")
_NOT_LISTED = _("Choose one of the listed values")
_TOO_MANY = _("Choose at most %(most)s")
_NO_FORM = _("This does not have the right form")
_NO_LANGUAGE = _("This is not the code of a language; write it as in “cs” or “en”")
_NO_EMAIL = _("Write an e-mail address, for example name@example.com")
_NO_ADDRESS = _("Paste the whole address, starting with https://")
_NO_DIGEST = _("This does not name a text; open the page again")


class Unsaid(Exception):
    """The value was left out: the default of the body stands."""


@dataclass(frozen=True)
class Value:
    """One value of an action.

    - `label`, `help`: what people read at the field, and programs in the description of the API.
    - `required`: whether the action needs it. In `Changes`, where everything can be left out, whether it may be empty.
    - `missing`: the sentence with the remedy for a needed value that is not there.
    - `nullable`: None is a value of its own (“none of them”) and not the same as leaving it out.
    - `asked`: forms insist on it although programs may leave it out.
    - `page`, `api`: whether forms ask for it, and whether programs may send it. `hidden` fields are on the page unseen.
    - `initial`: what a form starts with: a value, or a function of the principal and the object of the action.
    """

    label: Said = ""
    _: KW_ONLY
    help: Said = ""
    required: bool = True
    missing: Said = MISSING
    nullable: bool = False
    asked: bool = False
    page: bool = True
    api: bool = True
    hidden: bool = False
    initial: Any = None

    @property
    def shown(self) -> bool:
        """Whether forms ask for it: they have a field for its kind, and nothing says otherwise."""
        return self.page

    def clean(self, value: Any) -> Any:
        """The value as the action gets it; `Invalid` with the remedy where it does not fit."""
        raise NotImplementedError

    def admits(self, annotation: Any) -> bool:
        """Whether a parameter of this type takes the value."""
        raise NotImplementedError

    def leaves(self, name: str) -> Iterator[tuple[str, "Value"]]:
        """The values that are asked for one by one, with their names."""
        yield name, self


# --- texts ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Text(Value):
    """A text of at most `longest` characters; with more than one of `rows` on the page it may have several lines.

    Spaces around it are cut off unless `strip` is False. `pattern` is a regular expression for the whole text and
    `wrong` the sentence for what does not fit it. What may be left out may be empty as well, unless `blank` is False.
    """

    longest: int
    rows: int = 1
    strip: bool = True
    pattern: str = ""
    wrong: Said = _NO_FORM
    blank: bool = True
    attributes: Mapping[str, str] = field(default_factory=dict)

    @property
    def may_be_empty(self) -> bool:
        """Whether an empty text is a value."""
        return self.blank and not self.required

    def clean(self, value: Any) -> Any:
        """Without spaces around it."""
        if not isinstance(value, str):
            raise invalid(_("Write a text"))
        text = value.strip() if self.strip else value
        if not text.strip():
            if not self.may_be_empty:
                raise invalid(self.missing)
            return text
        if "\x00" in text or not _can_be_stored(text):
            raise invalid(_("This holds a character that cannot be stored; write it again without it"))
        if len(text) > self.longest:
            raise invalid(_("This is too long: write at most %(longest)s characters") % {"longest": self.longest})
        if self.pattern and not re.fullmatch(self.pattern, text):
            raise invalid(self.wrong)
        self.check(text)
        return text

    def check(self, text: str) -> None:
        """Refuse what a pattern cannot tell."""

    def admits(self, annotation: Any) -> bool:
        """A string."""
        return annotation is str


@dataclass(frozen=True, kw_only=True)
class Code(Text):
    """A short name in letters without accents, digits, hyphens and underscores, for addresses and programs."""

    def check(self, text: str) -> None:
        """As Django's slugs."""
        _by_django(validate_slug, text)


@dataclass(frozen=True, kw_only=True)
class Email(Text):
    """An e-mail address."""

    longest: int = 254
    wrong: Said = _NO_EMAIL

    def check(self, text: str) -> None:
        """As Django's."""
        _by_django(EmailValidator(str(self.wrong)), text)


@dataclass(frozen=True, kw_only=True)
class Address(Text):
    """A web address, written whole."""

    longest: int = 2_000
    wrong: Said = _NO_ADDRESS

    def check(self, text: str) -> None:
        """As Django's."""
        _by_django(URLValidator(message=str(self.wrong)), text)


@dataclass(frozen=True, kw_only=True)
class Language(Text):
    """The code of a language in which the organisation speaks, two or three small letters (ISO 639).

    Forms offer those of `offered`, a function of the object of the action that returns codes with their names.
    """

    longest: int = 3
    pattern: str = "[a-z]{2,3}"
    wrong: Said = _NO_LANGUAGE
    blank: bool = False
    offered: Callable[[Any], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Digest(Text):
    """The sha256 of the very text somebody read, 64 hexadecimal digits. Forms carry it along unseen."""

    longest: int = 64
    pattern: str = "[0-9a-f]{64}"
    wrong: Said = _NO_DIGEST
    hidden: bool = True


@dataclass(frozen=True)
class Reason(Text):
    """Why something is done. It has one longest length everywhere."""

    label: Said = _REASON
    _: KW_ONLY
    longest: int = LONGEST_REASON
    rows: int = 3


@dataclass(frozen=True, kw_only=True)
class Note(Text):
    """How it went, what was done: some lines."""

    longest: int = LONGEST_NOTE
    rows: int = 2


@dataclass(frozen=True)
class Title(Text):
    """What something is called, in one line."""

    label: Said = _TITLE
    _: KW_ONLY
    longest: int = LONGEST_TITLE


# --- numbers, instants, yes and no ----------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Whole(Value):
    """A whole number from `least` to `most`."""

    least: int = 0
    most: int = 2**31 - 1

    def clean(self, value: Any) -> Any:
        """As it is."""
        if not isinstance(value, int) or isinstance(value, bool):
            raise invalid(_("Write a whole number"))
        return _within(value, self.least, self.most)

    def admits(self, annotation: Any) -> bool:
        """An integer."""
        return annotation is int


@dataclass(frozen=True, kw_only=True)
class Number(Value):
    """A decimal number with at most `places` digits behind the point."""

    least: int
    most: int
    places: int = 1

    def clean(self, value: Any) -> Any:
        """As it is."""
        if not isinstance(value, Decimal | int | float) or isinstance(value, bool):
            raise invalid(_("Write a number"))
        return _within(value, self.least, self.most)

    def admits(self, annotation: Any) -> bool:
        """A decimal."""
        return annotation is Decimal


@dataclass(frozen=True, kw_only=True)
class YesNo(Value):
    """A box to tick."""

    def clean(self, value: Any) -> Any:
        """As it is."""
        if not isinstance(value, bool):
            raise invalid(_("Say yes or no"))
        return value

    def admits(self, annotation: Any) -> bool:
        """A boolean."""
        return annotation is bool


@dataclass(frozen=True, kw_only=True)
class Instant(Value):
    """A date and a time of day. People write it in their own time zone, programs with an offset."""

    def clean(self, value: Any) -> Any:
        """As it is."""
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise invalid(_("Choose a date and a time of day"))
        return value

    def admits(self, annotation: Any) -> bool:
        """An instant."""
        return annotation is datetime


@dataclass(frozen=True, kw_only=True)
class TimeOfDay(Value):
    """A time of day where the case is, without a date."""

    def clean(self, value: Any) -> Any:
        """As it is."""
        if not isinstance(value, time):
            raise invalid(_("Write a time of day, for example 11:00"))
        return value

    def admits(self, annotation: Any) -> bool:
        """A time."""
        return annotation is time


# --- choices and rows -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Choice(Value):
    """One of a list: `among` are pairs of what is stored and what people read.

    `empty` is what people read where nothing is chosen, `wrong` the sentence for what is not on the list. `radio`
    shows all of them at once. Where `blank`, an empty text is a choice too: none of them.
    """

    among: Sequence[tuple[Any, Said]]
    empty: Said = "–"
    wrong: Said = _NOT_LISTED
    radio: bool = False
    blank: bool = False

    @property
    def codes(self) -> list[Any]:
        """What can be chosen, as it is stored."""
        return [code for code, _label in self.among]

    @property
    def kind(self) -> type:
        """The type of what is stored."""
        return int if all(isinstance(code, int) for code in self.codes) else str

    def coerce(self, text: Any) -> Any:
        """What a browser sends as it is stored."""
        return self.kind(text)

    def clean(self, value: Any) -> Any:
        """As it is stored."""
        if value == "" and self.blank:
            return ""
        if isinstance(value, bool) or value not in self.codes:
            raise invalid(self.wrong)
        return value

    def admits(self, annotation: Any) -> bool:
        """What is stored, or an enumeration of it."""
        return isinstance(annotation, type) and issubclass(annotation, self.kind)


@dataclass(frozen=True, kw_only=True)
class Row(Value):
    """A row of the model `of`, which programs name by the column `by`.

    Everybody may name what they see of the model; forms offer what `offered` makes of the principal and the object of
    the action. `empty` is what people read where none is chosen.
    """

    of: type[Any]
    by: str = "uuid"
    offered: Callable[[Any, Any], Any] | None = None
    empty: Said = "–"

    def clean(self, value: Any) -> Any:
        """As it is; whether the principal sees it, the action asks."""
        if not isinstance(value, self.of):
            raise TypeError(f"a row of {self.of.__name__} is needed, got {type(value).__name__}")
        return value

    def admits(self, annotation: Any) -> bool:
        """The model."""
        return annotation is self.of


# --- several values, and values that belong together ----------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Many(Value):
    """A list of at most `most` values of one kind; texts are written one on each line, with `commas` also in a row.

    Where a list is needed, it may be empty only if `empty` says so.
    """

    each: Value
    most: int = 200
    too_many: Said = _TOO_MANY
    commas: bool = False
    empty: bool = False

    @property
    def shown(self) -> bool:
        """Texts are written as lines, choices and rows are ticked; nothing else fits one field."""
        return self.page and isinstance(self.each, Text | Choice | Row)

    def clean(self, value: Any) -> Any:
        """A list; what is wrong with one of them names its place, counted from 0."""
        if isinstance(value, str) or not isinstance(value, Iterable):
            raise invalid(_("Send a list"))
        values = list(value)
        if not values and self.required and not self.empty:
            raise invalid(self.missing)
        if len(values) > self.most:
            raise invalid(self.too_many % {"most": self.most})
        return _each(enumerate(values), self.each, list)

    def admits(self, annotation: Any) -> bool:
        """A sequence of what is in it."""
        inner = getattr(annotation, "__args__", None)
        origin = getattr(annotation, "__origin__", None)
        listed = isinstance(origin, type) and issubclass(list, origin)
        return listed and inner is not None and self.each.admits(inner[0])


@dataclass(frozen=True, kw_only=True)
class Texts(Value):
    """Texts or choices by a short name of at most 100 characters, for example by language or by channel."""

    each: Value

    @property
    def shown(self) -> bool:
        """No one field holds them; a page that asks for them has a form of its own."""
        return False

    def clean(self, value: Any) -> Any:
        """A dictionary; what is wrong with one of them names it."""
        if not isinstance(value, Mapping) or not all(isinstance(name, str) and len(name) <= 100 for name in value):
            raise invalid(_("Send texts by name"))
        return _each(value.items(), self.each, dict)

    def admits(self, annotation: Any) -> bool:
        """A mapping of strings to strings."""
        origin, inner = getattr(annotation, "__origin__", None), getattr(annotation, "__args__", ())
        return isinstance(origin, type) and issubclass(dict, origin) and inner[:1] == (str,)


@dataclass(frozen=True, kw_only=True)
class Inner(Value):
    """What only our own code hands over: no way in asks for it."""

    of: Any
    page: bool = False
    api: bool = False

    def clean(self, value: Any) -> Any:
        """As it is."""
        return value

    def admits(self, annotation: Any) -> bool:
        """That type."""
        return bool(annotation == self.of)


def _each(given: Iterable[tuple[Any, Any]], value: Value, make: Callable[[Any], Any]) -> Any:
    found: dict[Any, Any] = {}
    wrong: dict[str, list[Said]] = {}
    for place, one in given:
        try:
            found[place] = value.clean(one)
        except Invalid as refused:
            wrong.update({f"{place}.{path}" if path else str(place): said for path, said in refused.errors.items()})
    if wrong:
        raise Invalid(wrong)
    return make(found.values() if make is list else found)


def _within(number: Any, least: int, most: int) -> Any:
    if not least <= number <= most:
        raise invalid(_("Write a number from %(least)s to %(most)s") % {"least": least, "most": most})
    return number


def invalid(said: Said) -> Invalid:
    return Invalid({"": said})


def _can_be_stored(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _by_django(check: Callable[[str], None], text: str) -> None:
    try:
        check(text)
    except ValidationError as wrong:
        said: list[str | Promise] = list(wrong.messages)
        raise Invalid({"": said}) from wrong
