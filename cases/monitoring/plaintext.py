"""Foreign text made fit to be stored, searched and shown: no markup, no characters a database refuses, bounded."""

from __future__ import annotations

import re
import unicodedata
from html import unescape

from cases.monitoring.text.folding import without_floods

MAX_MARKUP_CHARS = 200_000
ELLIPSIS = "…"

_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")
_BLANK_LINES = re.compile(r"\n{3,}")
# A whole tag with its quoted attributes; possessive, so that no input makes it slow.
_TAG = re.compile(r"""<(/?)([A-Za-z][^\s<>/]*)(?:[^<>"']|"[^"]*"|'[^']*')*+>""")
_DECLARATION = re.compile(r"<[!?][^<>]*>")
_SILENT = frozenset({"script", "style", "head", "template", "noscript", "iframe", "object", "svg", "math"})
_BREAKS = frozenset({
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "figcaption", "footer", "h1", "h2", "h3", "h4",
    "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul",
})  # fmt: skip


def storable(text: str) -> str:
    """The text without NUL, control characters and lone surrogates."""
    return _UNSTORABLE.sub("", text)


def clean(text: str, limit: int) -> str:
    """The text on its own lines, without control characters, NUL and lone surrogates, at most `limit` characters."""
    text = text[: 4 * limit].replace("\r\n", "\n").replace("\r", "\n")
    text = unicodedata.normalize("NFC", without_floods(storable(text)))
    lines = (_SPACES.sub(" ", line).strip() for line in text.split("\n"))
    return shortened(_BLANK_LINES.sub("\n\n", "\n".join(lines)).strip(), limit)


def one_line(text: str, limit: int) -> str:
    """As `clean`, with line breaks turned into spaces."""
    return clean(" ".join(text[: 4 * limit].split()), limit)


def shortened(text: str, limit: int) -> str:
    """At most `limit` characters, the last of them an ellipsis where something was cut off."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def without_markup(markup: str, limit: int) -> str:
    """The words of a piece of HTML. One pass, so the time grows with the length only."""
    markup = markup[:MAX_MARKUP_CHARS]
    lowered = markup.lower()
    words: list[str] = []
    position = 0
    while (opening := markup.find("<", position)) >= 0:
        words.append(markup[position:opening])
        if markup.startswith("<!--", opening):
            position = _after(lowered, "-->", opening)
        elif tag := _TAG.match(markup, opening):
            closing, name = tag[1], tag[2].lower()
            silent = name in _SILENT and not closing and not tag[0].endswith("/>")
            position = _after(lowered, f"</{name}", tag.end(), closed_by=">") if silent else tag.end()
            words.append("\n" if name in _BREAKS else "")
        elif declaration := _DECLARATION.match(markup, opening):
            position = declaration.end()
        else:
            words.append("<")
            position = opening + 1
    words.append(markup[position:])
    return clean(unescape("".join(words)), limit)


def _after(text: str, mark: str, start: int, closed_by: str = "") -> int:
    """The position behind `mark` (and the next `closed_by`); the end of the text where there is none."""
    found = text.find(mark, start)
    if found >= 0 and closed_by:
        found = text.find(closed_by, found)
        mark = closed_by
    return len(text) if found < 0 else found + len(mark)
