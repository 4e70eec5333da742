"""Names of files as people gave them, safe to show and to send back."""

import re
import unicodedata

from crisisdesk.core.models.files import LONGEST_NAME

NAMELESS = "file"

# Line breaks and other controls, and marks that turn the direction of reading, which make "…exe" read as "….pdf".
_UNSHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")
_SUFFIX = re.compile(r"\.([A-Za-z0-9]{1,8})$")


def cleaned(name: str) -> str:
    """The last part of a path, in one line and without invisible characters; shortened in the middle, never the end."""
    last = re.split(r"[/\\]", name)[-1]
    spaced = "".join(" " if character in "\t\r\n\u2028\u2029" else character for character in last)
    shown = "".join(c for c in unicodedata.normalize("NFC", spaced) if unicodedata.category(c) not in _UNSHOWN)
    tidy = " ".join(shown.split()).strip(". ") or NAMELESS
    if len(tidy) <= LONGEST_NAME:
        return tidy
    end = f".{suffix}" if (suffix := suffix_of(tidy)) else ""
    return tidy[: LONGEST_NAME - len(end)].rstrip() + end


def suffix_of(name: str) -> str:
    """What the name claims to be (`jpg`), in small letters; empty where it claims nothing.

    A date or a version at the end ("screenshot 2026.11.30") is no claim: a suffix has a letter in it.
    """
    found = _SUFFIX.search(name)
    return found[1].lower() if found and not found[1].isdigit() else ""
