"""States as JSON: named, versioned, finite, and refused with a reason when they are not ours."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from typing import Any


class StateProblem(ValueError):
    """This state cannot be read; compute it anew from the rollups."""


def packed(kind: str, version: int, **fields: Any) -> dict[str, Any]:
    """What is stored of a state."""
    return {"kind": kind, "version": version, **fields}


def fields_of(data: Any, kind: str, version: int) -> dict[str, Any]:
    """What was stored, if it is this kind of state in this version."""
    if not isinstance(data, dict) or data.get("kind") != kind:
        raise StateProblem(f"not the state of “{kind}”; compute it anew from the rollups")
    if data.get("version") != version:
        raise StateProblem(
            f"the state of “{kind}” has version {data.get('version')!r}, this is {version}; "
            "compute it anew from the rollups"
        )
    return data


def floats(values: Any, length: int) -> list[float]:
    """A stored list of finite numbers of known length."""
    if not isinstance(values, list) or len(values) != length:
        raise StateProblem("a list in the state has another length; compute it anew from the rollups")
    found = [float(value) for value in values]
    if not all(map(math.isfinite, found)):
        raise StateProblem("a number in the state is not finite; compute it anew from the rollups")
    return found


def as_text(state: dict[str, Any]) -> str:
    """A state as canonical JSON; the same state always gives the same text."""
    return json.dumps(state, allow_nan=False, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def from_text(text: str) -> Any:
    """What `as_text` wrote."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise StateProblem("the state is not JSON; compute it anew from the rollups") from error


def newest(kept: dict[str, Any], limit: int, stale: Iterable[str]) -> None:
    """Drop what has gone stale, then the first of the others, until at most `limit` remain."""
    for key in list(stale):
        del kept[key]
    while len(kept) > limit:
        del kept[next(iter(kept))]
