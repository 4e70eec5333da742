"""One way to write a template: one element a line, at most 120 characters, two blanks a level.

`formatted(source)` moves only whitespace that no browser shows: a line is broken where there is whitespace already,
where a block begins or ends, or between the attributes of a tag. What stands without whitespace in a sentence stays
together; should that be too long, a person decides. Django's own tags cannot be broken: a long sentence is written as
``{% blocktranslate trimmed %}``, whose lines Django joins again.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

# Folders with templates.
SOURCES = ("crisisdesk", "cases", "comms", "training")
WIDTH = 120
INDENT = 2

VOID = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"))
# Elements that flow with the words around them: whitespace beside them shows.
INLINE = frozenset(
    (
        "a",
        "abbr",
        "b",
        "bdi",
        "bdo",
        "br",
        "button",
        "cite",
        "code",
        "del",
        "em",
        "i",
        "img",
        "input",
        "ins",
        "kbd",
        "label",
        "mark",
        "output",
        "progress",
        "q",
        "s",
        "samp",
        "select",
        "small",
        "span",
        "strong",
        "sub",
        "sup",
        "svg",
        "textarea",
        "time",
        "u",
        "var",
    )
)
# Of these the whitespace at the inner edges does not show all the same.
BOXES = frozenset({"button", "select", "svg"})
BOX_CLASSES = frozenset({"btn"})
# What stands in these is shown, or sent, as it is written.
VERBATIM = frozenset({"pre", "script", "style", "textarea"})
VERBATIM_CLASSES = frozenset({"hash", "quote", "text", "txt"})
# Block tags that draw a box of their own around their content.
BOX_TAGS = frozenset({"ask", "card", "empty", "live", "pagehead", "stage"})
# Tags that stand on a line of their own: they draw an element, or prepare what follows.
LINE_TAGS = frozenset(
    (
        "action_button",
        "clock",
        "csrf_token",
        "extends",
        "field",
        "fields",
        "form_errors",
        "get_current_language",
        "include",
        "load",
    )
)
# Of these whitespace beside them does not show: what they draw is a block, or hidden.
BLOCK_TAGS = frozenset({"action_button", "csrf_token", "field", "fields", "form_errors"})
MIDDLE_TAGS = frozenset({"else", "elif", "plural"})

_TOKEN = re.compile(
    r"(?P<comment>\{#.*?#\}|<!--.*?-->|<!doctype[^>]*>)"
    r"|\{%\s*(?P<tag>\w+).*?%\}|(?P<variable>\{\{.*?\}\})"
    r"|</(?P<close>[\w-]+(?:\{\{.*?\}\})?)\s*>"
    r"|<(?P<open>[a-z][\w-]*(?:\{\{.*?\}\})?)(?=[\s/>]|\{%)"
    r"|(?P<space>\s+)|(?P<word>[^\s<{]+|[<{])",
    re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r'"(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*"', re.DOTALL)


# --- what a template consists of ------------------------------------------------------------------------------------


@dataclass
class Word:
    """A word, a variable or a tag that draws words: anything that stands in a sentence."""

    text: str


@dataclass
class Space:
    """Whitespace, of whatever length."""


@dataclass
class Line:
    """What stands on a line of its own: a comment, a tag of `LINE_TAGS`, one half of an element."""

    text: str


@dataclass
class Element:
    """An element of HTML; `close` is empty where nothing closes it, `verbatim` is what must stay as written."""

    name: str
    attributes: list[str]
    end: str
    close: str = ""
    children: "list[Node]" = field(default_factory=list)
    verbatim: str | None = None

    @property
    def classes(self) -> frozenset[str]:
        """The classes written out, and those that depend on something."""
        value = "".join(each for each in self.attributes if each.startswith("class="))
        return frozenset(re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", value[6:].strip('"')).split())

    @property
    def is_block(self) -> bool:
        """Whether whitespace beside it does not show."""
        return self.name not in INLINE or 'type="hidden"' in self.attributes

    @property
    def is_box(self) -> bool:
        """Whether whitespace at its inner edges does not show."""
        return self.is_block or self.name in BOXES or bool(self.classes & BOX_CLASSES)


@dataclass
class Block:
    """A Django tag with what stands between it and its end; one part for each `else`, `elif` or `empty`."""

    name: str
    parts: "list[tuple[str, list[Node]]]"
    close: str
    verbatim: str | None = None


Node: TypeAlias = Word | Space | Line | Element | Block


class _Reader:
    """Reads a template into nodes. What opens and closes under different conditions becomes single lines."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.blocks = {name[3:] for name in re.findall(r"\{%\s*(end\w+)", source)}

    def _divides(self, token: re.Match[str]) -> bool:
        """Whether a token ends what stands before it in a block: `else` and its like, or the end of the block."""
        tag = token["tag"] or ""
        return tag in MIDDLE_TAGS or (tag.startswith("end") and tag[3:] in self.blocks) or _is_bare_empty(token)

    def read(self, ends: Callable[[re.Match[str]], bool]) -> tuple[list[Node], re.Match[str] | None]:
        """The nodes up to the token that ends them, which is read over; without one, up to the end of the source."""
        found: list[Node] = []
        while token := _TOKEN.match(self.source, self.at):
            self.at = token.end()
            if ends(token):
                return found, token
            found.append(self._node(token))
        return found, None

    def _node(self, token: re.Match[str]) -> Node:
        text = token[0]
        if token["space"]:
            return Space()
        if token["open"]:
            return self._element(token["open"])
        if token["tag"] in self.blocks and not _is_bare_empty(token):
            return self._block(token["tag"], text)
        alone = token["tag"] in LINE_TAGS or self._divides(token) or re.search(r"\sas\s+\w+\s*%\}$", text)
        return Line(text) if token["comment"] or token["close"] or alone else Word(text)

    def _block(self, name: str, opening: str) -> Node:
        start = self.at
        parts: list[tuple[str, list[Node]]] = []
        part = opening
        while True:
            inner, token = self.read(self._divides)
            if token is None or (token["tag"].startswith("end") and token["tag"] != f"end{name}"):
                self.at = start
                return Line(opening)
            parts.append((part, inner))
            part = token[0]
            if token["tag"] == f"end{name}":
                break
        plain = name in {"comment", "verbatim"} or (name == "blocktranslate" and " trimmed" not in opening)
        return Block(name, parts, part, self.source[start : self.at - len(part)] if plain else None)

    def _element(self, name: str) -> Node:
        element = Element(name, *self._attributes())
        if name.lower() in VOID or element.end == "/>":
            return element
        start = self.at
        children, token = self.read(lambda token: bool(token["close"]) or self._divides(token))
        if token is None or token["close"] != name:
            self.at = start
            return Line(f"<{' '.join([name, *element.attributes])}{element.end}")
        element.close, element.children = token[0], children
        if name in VERBATIM or element.classes & VERBATIM_CLASSES:
            element.verbatim = self.source[start : token.start()]
        return element

    def _attributes(self) -> tuple[list[str], str]:
        """What stands in a tag: one attribute each, and what depends on a condition is one too."""
        found: list[str] = []
        while True:
            space = re.compile(r"\s*").match(self.source, self.at)
            self.at = space.end() if space else self.at
            end = re.compile(r"/?>").match(self.source, self.at)
            if end:
                self.at = end.end()
                return found, end[0]
            found.append(self._attribute())

    def _attribute(self) -> str:
        start, depth = self.at, 0
        while True:
            rest = self.source[self.at]
            token = _TOKEN.match(self.source, self.at)
            quoted = _QUOTED.match(self.source, self.at)
            if rest == '"' and quoted:
                self.at = quoted.end()
            elif token and (token["tag"] or token["variable"]):
                opens = token["tag"] in self.blocks
                if opens and not depth and self.source[start : self.at].endswith('"'):
                    break
                depth += opens - (token["tag"] or "").startswith("end")
                self.at = token.end()
                if not depth and not opens and token["tag"]:
                    break
            elif not depth and (rest.isspace() or re.compile(r"/?>").match(self.source, self.at)):
                break
            else:
                self.at += 1
        text = self.source[start : self.at]
        return re.sub(r"(%\})\s+|\s+(?=\{%)", r"\1", text) if text.startswith("{%") else text


def _is_bare_empty(token: re.Match[str]) -> bool:
    """`{% empty %}` divides a loop; with a title it is the block that draws an empty list."""
    return bool(re.fullmatch(r"\{%\s*empty\s*%\}", token[0]))


# --- how it is printed ----------------------------------------------------------------------------------------------


@dataclass
class _Break:
    """Where a line may be broken. `hard`: always; `soft`: when what follows does not fit; else with all of the group.

    On one line it is `flat`.
    """

    flat: str = ""
    hard: bool = False
    soft: bool = False


@dataclass
class _Group:
    """Documents that stand on one line or, where that is too long or something in them is hard, broken."""

    inner: "list[_Doc]"


@dataclass
class _Indented:
    """Documents that are broken when what surrounds them is, one level further in."""

    inner: "list[_Doc]"


_Doc: TypeAlias = str | _Break | _Group | _Indented


def _is_hard(docs: "Sequence[_Doc]") -> bool:
    """Whether a line is broken in them in any case."""
    return any(
        doc.hard if isinstance(doc, _Break) else not isinstance(doc, str) and _is_hard(doc.inner) for doc in docs
    )


def _print(document: _Doc) -> str:
    out: list[str] = []
    column = 0
    stack: list[tuple[int, bool, _Doc]] = [(0, True, document)]
    while stack:
        indent, broken, doc = stack.pop()
        if isinstance(doc, str):
            out.append(doc)
            column = column + len(doc) if "\n" not in doc else len(doc) - doc.rindex("\n") - 1
        elif isinstance(doc, _Group):
            fits = not _is_hard(doc.inner) and _fits([*stack, (indent, False, doc)], WIDTH - column)
            stack += [(indent, not fits, each) for each in reversed(doc.inner)]
        elif isinstance(doc, _Indented):
            stack += [(indent + INDENT, broken, each) for each in reversed(doc.inner)]
        elif broken and not (doc.soft and _fits_flat(stack, WIDTH - column - len(doc.flat))):
            out.append("\n" + " " * indent)
            column = indent
        else:
            out.append(doc.flat)
            column += len(doc.flat)
    return "\n".join(line.rstrip() for line in "".join(out).split("\n")).strip() + "\n"


def _fits_flat(stack: "list[tuple[int, bool, _Doc]]", left: int) -> bool:
    """Whether the next document fits without being broken, and what follows it up to its first break."""
    indent, broken, doc = stack[-1]
    hard = not isinstance(doc, str | _Break) and _is_hard(doc.inner)
    return _fits([*stack[:-1], (indent, broken and hard, doc)], left)


def _fits(stack: "Sequence[tuple[int, bool, _Doc]]", left: int) -> bool:
    """Whether what comes next fits into `left` characters, up to where the line can be broken again."""
    rest = list(stack)
    while rest and left >= 0:
        indent, broken, doc = rest.pop()
        if isinstance(doc, str):
            if "\n" in doc:
                return len(doc.split("\n", 1)[0]) <= left
            left -= len(doc)
        elif isinstance(doc, _Group | _Indented):
            rest += [(indent, broken, each) for each in reversed(doc.inner)]
        elif broken:
            return True
        else:
            left -= len(doc.flat)
    return left >= 0


# --- from one to the other ------------------------------------------------------------------------------------------


def _is_block(node: Node) -> bool:
    """Whether whitespace beside it does not show."""
    if isinstance(node, Element):
        return node.is_block
    if isinstance(node, Block):
        if node.name in BOX_TAGS:
            return True
        drawn = [inner for _, part in node.parts for inner in part if not isinstance(inner, Space)]
        return node.verbatim is None and bool(drawn) and all(_is_block(inner) for inner in drawn)
    if isinstance(node, Line):
        half = re.match(r"</?([a-zA-Z][\w-]*)", node.text)  # of an element whose other half is elsewhere
        tag = re.match(r"\{%\s*(\w+)", node.text)
        return half[1] not in INLINE if half else tag is not None and tag[1] in BLOCK_TAGS
    return False


def _elements(nodes: Sequence[Node]) -> int:
    """How many elements, and tags that stand for one, begin in here."""
    count = 0
    for node in nodes:
        if isinstance(node, Line):
            count += 1
        elif isinstance(node, Element):
            count += 1 + _elements(node.children)
        elif isinstance(node, Block) and node.verbatim is None and node.name != "blocktranslate":
            count += (node.name in BOX_TAGS) + sum(_elements(part) for _, part in node.parts)
    return count


def _children(nodes: Sequence[Node], *, before: bool, after: bool) -> tuple[list[_Doc], bool, bool]:
    """The documents of siblings, and whether there is whitespace before the first and after the last.

    `before` and `after`: whether whitespace in front of and behind them does not show, because of what surrounds them.
    """
    opens = bool(nodes) and isinstance(nodes[0], Space)
    closes = len(nodes) > 1 and isinstance(nodes[-1], Space)
    nodes = nodes[opens : len(nodes) - closes]
    docs: list[_Doc] = []
    for index, node in enumerate(nodes):
        if isinstance(node, Space):
            continue
        left, right = nodes[index - 1] if index else None, nodes[index + 1] if index + 1 < len(nodes) else None
        if left is not None:
            neighbour = nodes[index - 2] if isinstance(left, Space) else left
            free = _is_block(node) or _is_block(neighbour)
            if free or isinstance(left, Space):
                alone = free or _stands_alone(node) or _stands_alone(neighbour)
                docs.append(_Break("" if free else " ", hard=alone, soft=not alone))
        free_before = (before or opens) if left is None else isinstance(left, Space) or _is_block(left)
        free_after = (after or closes) if right is None else isinstance(right, Space) or _is_block(right)
        docs.append(_document(node, before=free_before, after=free_after))
    return docs, opens, closes


def _stands_alone(node: Node) -> bool:
    """Whether nothing else stands on its line: elements, and conditions too long to be read within a sentence."""
    conditional = isinstance(node, Block) and node.name != "blocktranslate"
    return bool(_elements([node])) or (conditional and _width(_document(node, before=False, after=False)) > WIDTH // 2)


def _width(doc: _Doc) -> int:
    """How long it is on one line."""
    if isinstance(doc, str):
        return len(doc)
    return len(doc.flat) if isinstance(doc, _Break) else sum(_width(each) for each in doc.inner)


def _inside(nodes: Sequence[Node], *, before: bool, after: bool, hard: bool, loop: bool = False) -> tuple[_Doc, _Doc]:
    """What stands between two tags, moved in; and the break before the second tag.

    In a loop the end of one round stands before the beginning of the next: whitespace at either shows between them.
    """
    drawn = [node for node in nodes if not isinstance(node, Space)]
    if loop and drawn and not (_is_block(drawn[0]) or _is_block(drawn[-1])):
        opens, closes = isinstance(nodes[0], Space), isinstance(nodes[-1], Space)
        before, after = before and closes and not opens, after and opens and not closes
    elif drawn:
        before, after = before or _is_block(drawn[0]), after or _is_block(drawn[-1])
    docs, opens, closes = _children(nodes, before=before, after=after)
    if not docs:
        return "", "" if before or after or not opens else " "
    first: _Doc = _Break("" if before else " ", hard=hard) if before or opens else ""
    last: _Doc = _Break("" if after else " ", hard=hard) if after or closes else ""
    return _Indented([first, *docs]), last


def _document(node: Node, *, before: bool, after: bool) -> _Doc:
    if isinstance(node, Word | Line):
        return node.text
    if isinstance(node, Element):
        return _element(node)
    if isinstance(node, Block):
        return _sentence(node) if node.name == "blocktranslate" else _block(node, before=before, after=after)
    return ""


def _element(element: Element) -> _Doc:
    many = any("\n" in each for each in element.attributes)
    attributes: list[_Doc] = [doc for each in element.attributes for doc in (_Break(" ", hard=many), each)]
    tag = _Group([f"<{element.name}", _Indented(attributes), _Break() if attributes else "", element.end])
    if element.verbatim is not None:
        return _Group([tag, element.verbatim, element.close])
    if not element.close:
        return tag
    hard = bool(_elements(element.children))
    inner, last = _inside(element.children, before=element.is_box, after=element.is_box, hard=hard)
    return _Group([tag, inner, last, element.close])


def _block(block: Block, *, before: bool, after: bool) -> _Doc:
    if block.verbatim is not None:
        return block.parts[0][0] + block.verbatim + block.close
    box = block.name in BOX_TAGS
    unknown = block.name == "block"  # where it is drawn another template says
    before, after = (before or box) and not unknown, (after or box) and not unknown
    nodes = [node for _, part in block.parts for node in part]
    count = _elements(nodes)
    simple = (block.name == "if" and len(block.parts) == 1) or not count
    hard = count > 1 or not simple or (len(block.parts) > 1 and any(isinstance(node, Block) for node in nodes))
    docs: list[_Doc] = []
    for opening, part in block.parts:
        inner, last = _inside(part, before=before, after=after, hard=hard, loop=block.name == "for")
        docs += [opening, inner, last]
    return _Group([*docs, block.close])


def _sentence(block: Block) -> _Doc:
    """A sentence: its lines are joined again, so that it may be broken between any two words."""
    if block.verbatim is not None:
        return block.parts[0][0] + block.verbatim + block.close
    docs: list[_Doc] = []
    for opening, part in block.parts:
        words, _, _ = _children(part, before=True, after=True)
        docs += [opening, _Indented([_Break(), *words]), _Break()]
    return _Group([*docs, block.close])


def parse(source: str) -> list[Node]:
    """The nodes a template consists of."""
    return _Reader(source).read(lambda token: False)[0]


def written(nodes: Sequence[Node]) -> str:
    """A template of these nodes."""
    docs, _, _ = _children(nodes, before=False, after=False)
    return _print(_Group(docs))


def formatted(source: str) -> str:
    """The template as it should be written."""
    return written(parse(source))


def faults(written: str) -> Iterator[tuple[int, str]]:
    """What only a person can mend, by line."""
    for number, line in enumerate(written.splitlines(), 1):
        if len(line) > WIDTH:
            yield number, f"{len(line)} characters, {WIDTH} at most: break the sentence, or name a part of it before."


def templates(root: Path) -> list[Path]:
    """The templates of every app in a checkout."""
    return sorted(path for folder in SOURCES for path in (root / folder).rglob("*.html"))
