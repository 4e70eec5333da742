"""What is wrong with an author's file: as data, so that it can be shown in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

LONGEST_QUOTE = 60
LONGEST_LIST = 400


@dataclass(frozen=True)
class Fault:
    """One thing to put right.

    `code` names the sentence in `wording/*.json`, `values` fill its gaps, `path` leads to the place in the document,
    `line` and `column` count from 1 (0: the file as a whole). A `warning` does not stop anybody from using the file.
    """

    code: str
    line: int = 0
    column: int = 0
    path: Path = ()
    values: dict[str, str] = field(default_factory=dict)
    warning: bool = False


class Unreadable(Exception):
    """The file is not a document of this format; `faults` say where and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = list(faults)
        super().__init__(", ".join(f"{fault.code} (line {fault.line})" for fault in self.faults))


def quoted(value: object, longest: int = LONGEST_QUOTE) -> str:
    """A value as it stands in a sentence: one line, printable, not longer than `longest` characters."""
    text = "".join(character if character.isprintable() else "\ufffd" for character in str(value)[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def shown(values: dict[str, object]) -> dict[str, str]:
    """The values of a fault, quoted; what is `known` may be a long list."""
    return {name: quoted(value, LONGEST_LIST if name == "known" else LONGEST_QUOTE) for name, value in values.items()}


def dotted(path: Path) -> str:
    """A path as an author reads it: `injects[3].trigger.at`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")
