"""A dictionary in few bytes: what is known of a language, as two tries and the numbers that join them.

As Python strings the dictionaries of Czech and English take 120 MB of every process and seconds to read. Packed into
tries they are 4 MB, of which the machine holds one copy, and there at once.
"""

import hashlib
import mmap
from array import array
from typing import Protocol, cast

from marisa_trie import Trie

_DIGEST = 32
_SIZE = 8
_HEADER = _DIGEST + 2 * _SIZE
"""Bytes: SHA-256 of all that follows, then the sizes of both tries. Tries want to begin at a multiple of eight."""


class Forms(Protocol):
    """What is known of a language: forms without accents to their base forms, lines of one string.

    Where the accents of a form decide, the form with them, after `EXACT`, leads to the one base form they mean.
    """

    def __contains__(self, key: object, /) -> bool: ...

    def get(self, key: str, /) -> str | None:
        """The value; None for what is unknown."""


EXACT = "\n"
"""No form has a line break in it, so these keys and the forms never meet."""


class DamagedError(ValueError):
    """A packed dictionary is not as it was written."""


def packed(forms: dict[str, str]) -> bytes:
    """The bytes `Packed` reads: a trie of the keys, a trie of the values, and for each key the number of its value."""
    keys, values = Trie(forms), Trie(set(forms.values()))
    numbers = array("I", bytes(4 * len(keys)))
    for key, value in forms.items():
        numbers[keys.key_id(key)] = values.key_id(value)
    tries = keys.tobytes(), values.tobytes()
    content = b"".join((*(len(trie).to_bytes(_SIZE, "little") for trie in tries), *tries, numbers.tobytes()))
    return hashlib.sha256(content).digest() + content


class Packed:
    """A dictionary in its packed form, in memory or in a mapped file. Raises DamagedError for anything else."""

    def __init__(self, content: bytes | mmap.mmap) -> None:
        whole = memoryview(content)
        if hashlib.sha256(whole[_DIGEST:]).digest() != whole[:_DIGEST]:
            raise DamagedError
        keys_end = _HEADER + int.from_bytes(whole[_DIGEST : _DIGEST + _SIZE], "little")
        values_end = keys_end + int.from_bytes(whole[_DIGEST + _SIZE : _HEADER], "little")
        self._whole = whole  # the tries point into it
        self._keys = Trie().map(whole[_HEADER:keys_end])
        self._values = Trie().map(whole[keys_end:values_end])
        self._numbers = whole[values_end:].cast("I")

    def __contains__(self, key: object) -> bool:
        try:
            return key in self._keys
        except UnicodeEncodeError:  # half a character of UTF-16
            return False

    def get(self, key: str) -> str | None:
        """The value of a key; None for what is unknown."""
        if "\0" in key:  # the library would take it for the end of the key
            return None
        try:
            number = self._keys.get(key)
        except UnicodeEncodeError:
            return None
        return None if number is None else cast("str", self._values.restore_key(self._numbers[number]))
