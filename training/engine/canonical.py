"""One text for one content: canonical JSON and its hash."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any


def canonical_json(data: Any) -> str:
    """JSON with sorted keys, no blanks, texts in NFC and whole numbers without a point: 1.0 and 1 are one content."""
    return json.dumps(_plain(data), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def sha256(data: Any) -> str:
    """The hex SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(data).encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {unicodedata.normalize("NFC", key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
