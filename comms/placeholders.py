"""Closed fields of templates: what may stand in them, how they read, and where they must stand.

A text approved beforehand may go out on one signature only because nothing free can enter it. So every field has a
type, and every type takes a value from a closed set or of a form in which no sentence can be written.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from crisisdesk.core.czech import typeset, vocalised

NBSP = "\u00a0"

_FIELD = re.compile(r"\{([a-z][a-z0-9_]{0,29})\}")
_BRACE = re.compile(r"[{}]")
_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])")
_PHONE = re.compile(r"\+?[0-9]{2,}(?: [0-9]{2,})*")
# E.164 allows at most 15 digits; nine is a national number here.
_PHONE_DIGITS = range(9, 16)
# A batch code: at most twenty characters, at least one digit, at most four letters, no spaces, so no words.
_BATCH = re.compile(r"(?=.{1,20}\Z)(?=[^0-9]*[0-9])(?:[0-9./-]*[A-Z]){0,4}[0-9./-]*")
# A whole address is matched by one pattern: parsers of addresses drop tabs and line ends and let spaces into names of
# hosts, so what they call harmless may still be a sentence.
_HOST = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+"
_PAGE = re.compile(rf"https://({_HOST})(?:/[A-Za-z0-9._~-]+)*/?")
_MAILBOX = re.compile(rf"[a-z0-9][a-z0-9._+-]{{0,63}}@({_HOST})")
_LINK_LENGTH = 200
_WORD_BEFORE = re.compile(r"(\w+|:)[\s\u00a0(„“\"']*\Z")
# After these Czech asks for a case, which a value put in from outside does not have.
_CZECH_PREPOSITIONS = re.compile(
    "bez|do|ke?|kolem|kvůli|mezi|na|nad|od?|po|pod|pro|proti|před|při|se?|u|ve?|vedle|vůči|za?|ze", re.IGNORECASE
)


class PlaceholderType(StrEnum):
    """The closed kinds of value."""

    CHOICE = "choice"
    TIME = "time"
    PHONE = "phone"
    LINK = "link"
    PRODUCT = "product"
    BATCH = "batch"


# A time, a phone number or an address reads the same in every case of Czech.
_UNDECLINED = frozenset({PlaceholderType.TIME, PlaceholderType.PHONE, PlaceholderType.LINK})


class OpenValue(ValueError):
    """The value does not belong to the closed field; `code` says what the field takes."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A field of a template: `choices` maps codes to what is printed, for the type choice only."""

    name: str
    type: PlaceholderType
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Register:
    """What the brand has registered: own hosts (lower case) and names of products and branches."""

    hosts: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something the linter noticed: `unknown`, `unused`, `brace` or `declined`, and the field it is about."""

    code: str
    name: str = ""


def names_in(text: str) -> list[str]:
    """Names of the fields in a text, in order, each once."""
    return list(dict.fromkeys(_FIELD.findall(text)))


def closed(placeholder: Placeholder, value: str, register: Register) -> str:
    """The value in its one form, or `OpenValue` whose code names what the field takes.

    Times are `HH:MM`; spaces in phone numbers are no-break; links are https addresses or mail addresses at an own
    host; a choice is its code.
    """
    plain = value.replace(NBSP, " ").strip()
    match placeholder.type:
        case PlaceholderType.CHOICE if plain in placeholder.choices:
            return plain
        case PlaceholderType.TIME if found := _TIME.fullmatch(plain):
            return f"{int(found[1]):02d}:{found[2]}"
        case PlaceholderType.PHONE if _PHONE.fullmatch(plain) and sum(map(str.isdigit, plain)) in _PHONE_DIGITS:
            return plain.replace(" ", NBSP)
        case PlaceholderType.LINK if _own(plain, register.hosts):
            return plain
        case PlaceholderType.PRODUCT if plain in register.products:
            return plain
        case PlaceholderType.BATCH if _BATCH.fullmatch(plain):
            return plain
    raise OpenValue(placeholder.type.value)


def _own(value: str, hosts: frozenset[str]) -> bool:
    """Whether the value is a plain https address or a mail address at a registered host or below one."""
    if len(value) > _LINK_LENGTH:
        return False
    found = _PAGE.fullmatch(value) or _MAILBOX.fullmatch(value)
    return found is not None and _below(found[1], hosts)


def is_host(value: str) -> bool:
    """Whether the value is the bare name of a host, in lower case."""
    return len(value) <= _LINK_LENGTH and re.fullmatch(_HOST, value) is not None


def _below(host: str, hosts: frozenset[str]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in hosts if own)


def printed(placeholder: Placeholder, value: str, language: str) -> str:
    """What readers see for a closed value; Czech writes „v 11 hodin“ and „v 7.30“, and „ve 2.00 hodin“: a bare 1 to 4
    would ask for another form of the word behind it."""
    if placeholder.type is PlaceholderType.CHOICE:
        return placeholder.choices[value]
    if placeholder.type is PlaceholderType.TIME and language in ("cs", "sk"):
        hours, minutes = value.split(":")
        is_bare = minutes == "00" and int(hours) not in range(1, 5)
        return str(int(hours)) if is_bare else f"{int(hours)}.{minutes}"
    return value


def filled(text: str, placeholders: Iterable[Placeholder], values: Mapping[str, str], language: str) -> str:
    """The text with closed values in place of its fields. `KeyError` where a value is missing.

    Czech is set as Czech is printed: „ve 13 hodin“, no-break spaces after short prepositions and before units.
    """
    known = {placeholder.name: placeholder for placeholder in placeholders}
    text = _FIELD.sub(lambda found: printed(known[found[1]], values[found[1]], language), text)
    return typeset(vocalised(text)) if language == "cs" else text


def remarks(text: str, placeholders: Iterable[Placeholder], language: str) -> Iterator[Remark]:
    """What is wrong with a template (`unknown`, `unused`, `brace`) or reads badly (`declined`)."""
    known = {placeholder.name: placeholder for placeholder in placeholders}
    for found in _FIELD.finditer(text):
        placeholder = known.get(found[1])
        if placeholder is None:
            yield Remark("unknown", found[1])
        elif language == "cs" and placeholder.type not in _UNDECLINED and _declined(text[: found.start()]):
            yield Remark("declined", found[1])
    for name in known.keys() - set(names_in(text)):
        yield Remark("unused", name)
    if _BRACE.search(_FIELD.sub("", text)):
        yield Remark("brace")


def _declined(before: str) -> bool:
    """Whether what stands before a field asks for a case: a preposition, or nothing at all."""
    word = _WORD_BEFORE.search(before)
    return word is None or _CZECH_PREPOSITIONS.fullmatch(word[1]) is not None
