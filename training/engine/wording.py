"""Sentences of the engine in the reader's language; the catalogues are `wording/en.json` and `wording/cs.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from training.engine.faults import Fault

LANGUAGES = ("cs", "en")
_FOLDER = Path(__file__).parent / "wording"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Every sentence of one language by its code. Raises ValueError for a language we do not have."""
    if language not in LANGUAGES:
        raise ValueError(f"no sentences in the language {language!r}")
    sentences: dict[str, str] = json.loads((_FOLDER / f"{language}.json").read_text(encoding="utf-8"))
    return sentences


def sentence(code: str, language: str, values: Mapping[str, object] | None = None) -> str:
    """The sentence `code` with its gaps filled."""
    return catalogue(language)[code].format_map(dict(values or {}))


def fault_sentence(fault: Fault, language: str) -> str:
    """What is wrong and what to do about it, with the line in front."""
    where = sentence("line" if fault.line else "file", language, {"line": fault.line, "column": fault.column})
    weight = sentence("is_warning", language) + " " if fault.warning else ""
    return f"{where}: {weight}{sentence(f'fault.{fault.code}', language, fault.values)}"
