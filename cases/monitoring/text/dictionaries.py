"""Dictionaries that all processes of a machine share: built once, kept in a file, mapped into memory.

As Python strings the dictionaries of Czech and English take 120 MB of every process and seconds to read. Packed into
tries they are 4 MB, of which the machine holds one copy, and there at once.
"""

import fcntl
import hashlib
import logging
import mmap
import subprocess
import sys
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Protocol, cast

from marisa_trie import Trie

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[3]
_KEEP = 3
"""Files kept of a language, the newest: versions of CrisisDesk may take turns on one folder."""

_MADE_FROM = ("dictionaries.py", "folding.py", "gathering.py", "lemmas.py", "data/lexicon.{language}.csv")
_DIGEST = 32
_SIZE = 8
_HEADER = _DIGEST + 2 * _SIZE
"""Bytes: SHA-256 of all that follows, then the sizes of both tries. Tries want to begin at a multiple of eight."""

_folder: Path | None = None


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


def keep_in(folder: Path | None) -> None:
    """Where this process finds and keeps the files from now on; without a folder every process makes its own."""
    global _folder
    _folder = folder


def opened(language: str) -> Packed:
    """The dictionary of a language, made first if it is not there yet, which takes seconds.

    Where nothing can be kept, this process keeps it in memory.
    """
    content = None
    if _folder is not None:
        path = _folder / f"{language}-{_digest(language)}.dictionary"
        try:
            if found := _mapped(path):
                return found
            with _alone(_folder):
                if found := _mapped(path):  # another process was waited for
                    return found
                if path.exists():
                    logger.warning("%s is damaged and is made again.", path)
                content = _made(language)
                _write(path, content)
                _tidy(path, language)
            if found := _mapped(path):
                return found
        except OSError as error:
            _cannot_be_kept(_folder, error.strerror or type(error).__name__)
    return Packed(content or _made(language))


def _digest(language: str) -> str:
    """Of everything a dictionary depends on: the library's data, our own words, and the code that reads both."""
    digest = hashlib.sha256(f"{version('simplemma')} {version('marisa-trie')}\0".encode())
    for name in _MADE_FROM:
        digest.update(files(__package__).joinpath(name.format(language=language)).read_bytes() + b"\0")
    return digest.hexdigest()[:20]


def _mapped(path: Path) -> Packed | None:
    """The file in memory; None if there is none or if it is damaged."""
    try:
        with path.open("rb") as file:
            return Packed(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (FileNotFoundError, ValueError):  # an empty file cannot be mapped, which is a ValueError
        return None


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One process at a time: several that start together wait for one to do the work."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _made(language: str) -> bytes:
    """Packed by a process of its own: gathering takes up to 160 MB, of which this one would never give back all."""
    command = [sys.executable, "-m", f"{__package__}.gathering", language]
    try:
        return subprocess.run(command, cwd=_ROOT, stdin=subprocess.DEVNULL, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        # Inside another program, `sys.executable` may be no Python.
        reason = getattr(error, "stderr", b"") or str(error).encode()
        logger.warning("Dictionaries are made in this process: %s", reason.decode(errors="replace").strip())
        from cases.monitoring.text.gathering import gathered

        return packed(gathered(language))


def _write(path: Path, content: bytes) -> None:
    """Whole or not at all. Only who holds the lock writes, so that one name serves and nothing is left lying about."""
    fresh = path.with_name("unfinished")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
        raise


def _tidy(path: Path, language: str) -> None:
    """Remove what older versions left. Whoever has such a file mapped keeps it until it ends."""
    known = sorted(path.parent.glob(f"{language}-*.dictionary"), key=lambda one: one.stat().st_mtime, reverse=True)
    for old in known[_KEEP:]:
        old.unlink(missing_ok=True)


@cache
def _cannot_be_kept(folder: Path, reason: str) -> None:
    """Said once per process, not once per language."""
    logger.warning("Dictionaries cannot be kept in %s (%s): this process holds its own in memory.", folder, reason)
