"""Reading an author's YAML: data only, bounded, every place remembered by its line.

The file is read from the parser's events, not through a constructor: nothing can be constructed that is not text,
number, boolean, null, list or mapping. What is refused, each with its line: tags, anchors and aliases (the bombs),
merge keys, duplicate keys, several documents, more than `MOST_BYTES`, `DEEPEST` or `MOST_NODES`, and whatever YAML 1.1
reads differently from how it looks (`08:40`, `yes`, `2026-01-01`).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from training.engine.faults import Fault, Path, Unreadable, quoted

MOST_BYTES = 256 * 1024
DEEPEST = 24
MOST_NODES = 40_000

_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,15})")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9]\d{0,15})\.\d{1,15}")
_CLOCK = re.compile(r"[-+]?\d{1,3}(?::\d{1,2})+(?:\.\d*)?")
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}(?:[Tt ].*)?")
_NUMBER_LIKE = re.compile(
    r"[-+]?(?:\.?\d[\d_]*(?:\.[\d_]*)?(?:e[-+]?\d+)?|0x[\da-f_]+|0b[01_]+|\.(?:inf|nan))", re.IGNORECASE
)
_BOOLEAN_LIKE = frozenset({"yes", "no", "on", "off", "y", "n"})
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass
class Document:
    """The data of a file and where each part of it stands (line and column from 1)."""

    data: Any
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int, int]:
        """Line and column of the part at `path`, or of the nearest part around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read(source: bytes | str) -> Document:
    """The document in `source`. Raises Unreadable with what is in the way."""
    return _Reader(_decoded(source)).document()


def _decoded(source: bytes | str) -> str:
    raw = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if len(raw) > MOST_BYTES:
        raise Unreadable([Fault("too_big", values={"kilobytes": str(MOST_BYTES // 1024)})])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable([Fault("not_utf8", line=line)]) from None
    for number, line_text in enumerate(text.split("\n"), start=1):
        for column, character in enumerate(line_text, start=1):
            if _is_control(character):
                raise Unreadable([Fault("control", number, column, values={"code": f"U+{ord(character):04X}"})])
    return text


def _is_control(character: str) -> bool:
    code = ord(character)
    return (code < 32 and character not in "\t\r") or 127 <= code < 160 or code in (0xFEFF, 0xFFFE, 0xFFFF)


def _parser(text: str) -> Iterator[Any]:
    """PyYAML's events; by libyaml where the wheel has it, which is ten times faster."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return iter(yaml.parse(text, Loader=loader))


class _Reader:
    """Builds the document from parser events."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.faults: list[Fault] = []
        self.places: dict[Path, tuple[int, int]] = {}
        self.nodes = 0

    def document(self) -> Document:
        import yaml

        try:
            data = self._whole()
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            raise Unreadable(
                [Fault("not_yaml", line, column, values={"problem": quoted(error.problem or "")})]
            ) from None
        except yaml.YAMLError as error:
            raise Unreadable([Fault("not_yaml", 1, 1, values={"problem": quoted(error)})]) from None
        if self.faults:
            raise Unreadable(self.faults)
        return Document(data, self.places)

    def _whole(self) -> Any:
        import yaml

        self.events = _parser(self.text)
        data: Any = None
        seen = False
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                if seen:
                    self._stop("several_documents", event)
                seen = True
                data = self._node(next(self.events), (), 0)
        if not seen:
            raise Unreadable([Fault("empty", 1, 1)])
        return data

    def _stop(self, code: str, event: Any, **values: str) -> None:
        raise Unreadable([*self.faults, self._fault(code, event, (), **values)])

    def _fault(self, code: str, event: Any, at: Path = (), /, **values: str) -> Fault:
        mark = event.start_mark
        return Fault(code, mark.line + 1, mark.column + 1, at, values)

    def _node(self, event: Any, path: Path, depth: int) -> Any:
        import yaml

        self.nodes += 1
        if self.nodes > MOST_NODES:
            self._stop("too_many_parts", event, most=str(MOST_NODES))
        if depth > DEEPEST:
            self._stop("too_deep", event, most=str(DEEPEST))
        if isinstance(event, yaml.AliasEvent):
            self._stop("alias", event, name=quoted(event.anchor))
        if event.anchor is not None:
            self._stop("alias", event, name=quoted(event.anchor))
        if event.tag is not None and event.tag != "!":
            self._stop("tag", event, tag=quoted(event.tag))
        self.places.setdefault(path, (event.start_mark.line + 1, event.start_mark.column + 1))
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self._node(inner, (*path, len(items)), depth + 1))
            return items
        return self._scalar(event, path)

    def _mapping(self, path: Path, depth: int) -> dict[str, Any]:
        import yaml

        found: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                self._stop("key_not_text", event)
            if event.tag is not None and event.tag != "!":
                self._stop("tag", event, tag=quoted(event.tag))
            key = event.value
            if key == "<<" and event.implicit[0]:
                self._stop("merge", event)
            if key in found:
                self.faults.append(self._fault("duplicate_key", event, (*path, key), key=quoted(key)))
            # A key's own place is where people look for it, also when its value starts on the next line.
            self.places[(*path, key)] = (event.start_mark.line + 1, event.start_mark.column + 1)
            found[key] = self._node(next(self.events), (*path, key), depth + 1)
        return found

    def _scalar(self, event: Any, path: Path) -> Any:
        text = event.value
        if not event.implicit[0]:  # quoted or a block: a text, whatever it looks like
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INTEGER.fullmatch(text):
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            return number if math.isfinite(number) else text
        code = (
            "bare_time" if _CLOCK.fullmatch(text)
            else "bare_date" if _DATE.fullmatch(text)
            else "bare_word" if text.lower() in _BOOLEAN_LIKE
            else "odd_number" if _NUMBER_LIKE.fullmatch(text)
            else ""
        )  # fmt: skip
        if code:
            self.faults.append(self._fault(code, event, path, text=quoted(text)))
        return text
