"""The message catalogues, with Babel alone: extracted from Python and templates, merged, compiled and checked.

Django's own ``makemessages`` and ``compilemessages`` need the gettext programs; ``make run`` and ``make test`` do not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import PoFileError, read_po, write_po
from django.utils.translation.template import templatize

DOMAIN = "django"
# Folders whose strings people see.
SOURCES = ("crisisdesk", "cases", "comms", "training")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class CatalogueError(Exception):
    """A catalogue cannot be read or written; the message names the file."""


def catalogues(locale: Path) -> list[Path]:
    return sorted(locale.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))


def read(path: Path) -> Catalog:
    try:
        with path.open("rb") as file:
            return read_po(file, locale=path.parent.parent.name, domain=DOMAIN, abort_invalid=True)
    except (PoFileError, ValueError) as error:
        raise CatalogueError(f"{path}: {error}") from error


def compile_all(locale: Path) -> list[Path]:
    """Write the ``.mo`` file of every catalogue that is newer than it; returns what was written."""
    written = []
    for path in catalogues(locale):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        fresh = target.with_suffix(".mo.new")
        try:
            with fresh.open("wb") as file:
                write_mo(file, read(path))
            fresh.replace(target)
        except OSError as error:
            raise CatalogueError(f"{target} cannot be written ({error.strerror}).") from error
        written.append(target)
    return written


def _texts(message: Message) -> tuple[str | None, ...]:
    return tuple(message.string) if isinstance(message.string, (list, tuple)) else (message.string,)


def faults(path: Path) -> Iterator[str]:
    """What keeps a catalogue from being complete and sound, one line each."""
    catalogue = read(path)
    for message in catalogue:
        if not message.id:
            continue
        name = message.id[0] if isinstance(message.id, (list, tuple)) else message.id
        if message.fuzzy:
            yield f"fuzzy: {name!r}"
        elif not all(_texts(message)):
            yield f"untranslated: {name!r}"
        for error in message.check(catalogue):
            yield f"{error}: {name!r}"


def extracted(checkout: Path) -> Catalog:
    """Every string marked for translation in the sources below ``checkout``."""
    catalogue = Catalog(domain=DOMAIN)
    for folder in SOURCES:
        for path in sorted((checkout / folder).rglob("*")):
            if path.suffix not in (".py", ".html", ".txt") or "migrations" in path.parts:
                continue
            text = path.read_text(encoding="utf-8")
            if path.suffix != ".py":
                # Templates become a run of gettext() calls; their indentation means nothing.
                text = "\n".join(line.lstrip() for line in templatize(text, origin=str(path)).splitlines())
            name = path.relative_to(checkout).as_posix()
            try:
                found = list(extract("python", io.BytesIO(text.encode()), KEYWORDS, ("Translators:",)))
            except SyntaxError as error:
                raise CatalogueError(f"{name}: {error}") from error
            for _line, message, comments, context in found:
                catalogue.add(message, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalogue


def update(path: Path, template: Catalog) -> None:
    """Bring a catalogue up to date; nothing is guessed, so what is new waits for its translation."""
    if path.exists():
        catalogue = read(path)
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=path.parent.parent.name, domain=DOMAIN, fuzzy=False)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.header_comment = f"# CrisisDesk, {path.parent.parent.name}. Collected by `make messages`."
    catalogue.project, catalogue.version = "CrisisDesk", "1"
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.revision_date = catalogue.creation_date
    with path.open("wb") as file:
        write_po(file, catalogue, width=0, include_lineno=False, sort_by_file=True, ignore_obsolete=True)


def differences(path: Path, template: Catalog) -> Iterator[str]:
    """Messages of the sources the catalogue does not have, and the other way round."""
    wanted, there = _names(template), _names(read(path))
    yield from (f"missing, run `make messages`: {name!r}" for name in sorted(wanted - there))
    yield from (f"no longer used, run `make messages`: {name!r}" for name in sorted(there - wanted))


def _names(catalogue: Catalog) -> set[str]:
    return {
        f"{message.context or ''}|{message.id[0] if isinstance(message.id, (list, tuple)) else message.id}"
        for message in catalogue
        if message.id
    }
