"""What Czech needs and no database here offers: alphabetical order and the typography of short words."""

import re
import unicodedata

# Czech orders č, ř, š, ž after their plain letters and "ch" after h; other accents decide only between equal words
# (ČSN 97 6030). The letters below are moved behind their plain letter by a mark that sorts after every letter.
_MOVED = {"č": "c\u02ff", "ř": "r\u02ff", "š": "s\u02ff", "ž": "z\u02ff"}
_NBSP = "\u00a0"
_PREPOSITION = re.compile(r"(?<!\w)([ksvzouaiKSVZOUAI]) (?=\S)")
_UNIT = re.compile(r"(\d) (?=(?:%|‰|°C|Kč|kč|€|ks|kg|g|l|ml|km|m|cm|mm|h|hodin|hodiny|hodinu|min|minut|minuty|s)\b|%)")
# "v" is said "ve" before two, three, four and everything that begins like them: ve 2, ve 13, ve 14, ve 20.
_VOCALISED = re.compile(rf"(?<!\w)([vV])([ {_NBSP}])(?=(?:[234]|1[234]|2[0-9])(?![0-9]))")


def sort_key(name: str) -> str:
    """A key by which plain code-point order puts names into Czech alphabetical order."""
    lowered = unicodedata.normalize("NFC", name).casefold()
    moved = "".join(_MOVED.get(letter, letter) for letter in lowered).replace("ch", "h\u02ff")
    plain = "".join(letter for letter in unicodedata.normalize("NFD", moved) if not unicodedata.combining(letter))
    return f"{plain}\x01{lowered}"


def typeset(text: str) -> str:
    """Put no-break spaces after one-letter words and before units, as Czech typography asks."""
    once = _PREPOSITION.sub(rf"\1{_NBSP}", text)
    return _UNIT.sub(rf"\1{_NBSP}", _PREPOSITION.sub(rf"\1{_NBSP}", once))


def vocalised(text: str) -> str:
    """The preposition v as it is said before numbers: „ve 13 hodin“, „v 11 hodin“."""
    return _VOCALISED.sub(r"\1e\2", text)
