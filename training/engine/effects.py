"""The two files of judgement, versioned: how the simulated public answers, and how a run is scored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from training.engine.canonical import canonical_json, sha256

EFFECTS_FORMAT = "crisisdesk.effects/1"
SCORING_FORMAT = "crisisdesk.scoring/1"
_FOLDER = Path(__file__).parent / "effects"


@dataclass(frozen=True, eq=False)
class Effects:
    """One version of such a file; `name` is what runs and scores remember: version and the start of the hash."""

    data: dict[str, Any]
    name: str

    @classmethod
    def from_data(cls, data: dict[str, Any], expected: str = EFFECTS_FORMAT) -> Effects:
        """What is in `data`. Raises ValueError when it is of another format."""
        if data.get("schema") != expected:
            raise ValueError(f"not {expected}: {data.get('schema')!r}")
        plain = json.loads(canonical_json(data))
        return cls(plain, f"{plain['version']}+{sha256(plain)[:12]}")


@cache
def shipped() -> Effects:
    """The effects this version comes with."""
    return Effects.from_data(_read("effects-1.yaml"))


@cache
def shipped_scoring() -> Effects:
    """The formulas this version comes with."""
    return Effects.from_data(_read("scoring-1.yaml"), SCORING_FORMAT)


def _read(name: str) -> Any:
    from training.engine import documents

    return documents.read((_FOLDER / name).read_bytes()).data
