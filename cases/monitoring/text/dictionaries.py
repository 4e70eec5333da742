"""Dictionaries that all processes of a machine share: built once, kept in a file, mapped into memory (`packing`)."""

import fcntl
import hashlib
import logging
import mmap
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from cases.monitoring.text import gathering
from cases.monitoring.text.packing import Packed, packed

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[3]
_KEEP = 3
"""Files kept of a language, the newest: versions of CrisisDesk may take turns on one folder."""

_MADE_FROM = ("packing.py", "folding.py", "gathering.py", "morphology.py", "data/lexicon.{language}.csv")
_folder: Path | None = None


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
        return packed(gathering.gathered(language))


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
