"""A text as a picture, for networks where a picture travels further: one SVG, square or tall.

Pure computation. The text is set whole or not at all. There is no font at hand to measure with, so widths are
estimated on the wide side from the usual sans-serif proportions, in parts of the font size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from xml.sax.saxutils import escape

import regex

WIDTHS = (
    (regex.compile(r"[\p{M}\p{Cf}]"), 0.0),
    (regex.compile(r"[iíljtfrI.,:;!'|()\[\]„“”‘’\-\p{Zs}]"), 0.36),
    (regex.compile(r"[mwMW@%—…]"), 0.96),
    (regex.compile(r"\p{Lu}"), 0.74),
    (regex.compile(r"[\p{Ideographic}\p{Hiragana}\p{Katakana}\p{Hangul}\p{Emoji_Presentation}]"), 1.1),
)
USUAL = 0.57
CLUSTER = regex.compile(r"\X")
# A word with the space after it; a one-letter word is not left alone at the end of a line.
WORD = regex.compile(r"(?:(?<!\S)\p{L}\s+)*\S+\s*")


@dataclass(frozen=True, slots=True)
class Format:
    """A picture in pixels: its size, the margin around the text and the room for the name below it."""

    name: str
    width: int
    height: int
    margin: int = 96
    foot: int = 120


SQUARE = Format("square", 1080, 1080)
TALL = Format("tall", 1080, 1920, foot=220)
FORMATS = {shape.name: shape for shape in (SQUARE, TALL)}
SIZES = (72, 64, 56, 50, 44, 40, 36, 32, 29, 26)
LEADING = 1.36


def width(text: str) -> float:
    """Estimated width in parts of the font size."""
    return sum(_width(cluster) for cluster in CLUSTER.findall(text))


def _width(cluster: str) -> float:
    return max(next((wide for kind, wide in WIDTHS if kind.match(char)), USUAL) for char in cluster)


def lines(text: str, room: float) -> Iterator[str]:
    """The text in lines no wider than `room` (parts of the font size); words longer than a line are cut."""
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for piece in _pieces(paragraph, room):
            if line and used + width(piece.rstrip()) > room:
                yield line.rstrip()
                line, used = "", 0.0
            line, used = line + piece, used + width(piece)
        yield line.rstrip()


def _pieces(paragraph: str, room: float) -> Iterator[str]:
    """Words with the space after them, none wider than a line."""
    for word in WORD.findall(paragraph):
        if width(word.rstrip()) <= room:
            yield word
            continue
        piece = ""
        for cluster in CLUSTER.findall(word):
            if piece and width(piece + cluster) > room:
                yield piece
                piece = ""
            piece += cluster
        yield piece


def card(text: str, name: str, language: str, shape: Format) -> str | None:
    """The picture as SVG in the largest type that shows the whole text, or None where it is too long for any."""
    box_width, box_height = shape.width - 2 * shape.margin, shape.height - 2 * shape.margin - shape.foot
    for size in SIZES:
        set_lines = list(lines(text, box_width / size))
        if len(set_lines) * size * LEADING <= box_height:
            return _svg(set_lines, size, name, language, shape)
    return None


def _svg(set_lines: list[str], size: int, name: str, language: str, shape: Format) -> str:
    rows = "".join(
        f'<tspan x="{shape.margin}" y="{round(shape.margin + size + at * size * LEADING)}">{escape(line)}</tspan>'
        for at, line in enumerate(set_lines)
        if line
    )
    foot = shape.height - shape.margin
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shape.width}" height="{shape.height}" '
        f'viewBox="0 0 {shape.width} {shape.height}" xml:lang="{escape(language)}" '
        f'font-family="Inter, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>'
        f'<rect x="{shape.margin}" y="{foot - 64}" width="56" height="6" fill="#0b5cad"/>'
        f'<text fill="#16202c" font-size="{size}" xml:space="preserve">{rows}</text>'
        f'<text x="{shape.margin}" y="{foot}" fill="#4a5868" font-size="34" font-weight="600">{escape(name)}</text>'
        f"</svg>"
    )
