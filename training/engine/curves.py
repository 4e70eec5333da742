"""The three curves of a debrief as SVG: this run, doing nothing, the reference run; pins where something was done.

The picture needs no stylesheet and no script. It says everything in text too: title, description and a legend that
tells the curves apart by dash as well as by colour.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html import escape

from training.engine.judging import Course, Judged
from training.engine.times import offset
from training.engine.wording import sentence

Scale = Callable[[float], float]

WIDTH, HEIGHT = 900, 380
LEFT, RIGHT, TOP, BOTTOM = 56, 28, 48, 44
MOST_PINS = 40
# Name of the curve, colour, dash.
LINES = (("nothing", "#b42318", "6 4"), ("reference", "#1a7f37", "2 3"), ("run", "#1f4e9c", ""))


def hourly(course: Course, step: int) -> list[float]:
    """Posts an hour in stretches of `step` minutes."""
    curve = course.posts_a_minute()
    return [60 * sum(curve[at : at + step]) / len(curve[at : at + step]) for at in range(0, len(curve), step)]


def svg(judged: Judged, title: str, language: str) -> str:
    """The picture, in the reader's language."""
    last = max(1, judged.run.state["minute"])
    step = 15 if last <= 48 * 60 else 60
    curves = {name: hourly(getattr(judged, name), step) for name, _, _ in LINES}
    highest = max(1.0, *(max(curve) for curve in curves.values()))

    def x(minute: float) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * minute / last, 1)

    def y(value: float) -> float:
        return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / highest, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" lang="{language}">',
        f"<title>{escape(title)}</title>",
        f"<desc>{escape(_description(judged, language))}</desc>",
        '<g font-family="system-ui, sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        *_axes(last, highest, x, y, language),
    ]
    for name, colour, dash in LINES:
        points = " ".join(
            f"{x(min(last, (index + 0.5) * step))},{y(value)}" for index, value in enumerate(curves[name])
        )
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<polyline fill="none" stroke="{colour}" stroke-width="2"{dashed} points="{points}"/>')
    parts += _pins(judged.run, x, language)
    parts += _legend(language)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _description(judged: Judged, language: str) -> str:
    values = {name: round(getattr(judged, name).volume) for name, _, _ in LINES}
    return sentence("curves.described", language, values)


def _axes(last: int, highest: float, x: Scale, y: Scale, language: str) -> Iterable[str]:
    yield f'<path d="M{LEFT},{TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" fill="none" stroke="#57606a"/>'
    step = next(hours for hours in (1, 2, 4, 6, 12, 24, 48) if last / 60 / hours <= 12 or hours == 48)
    for hour in range(0, last // 60 + 1, step):
        where = f'x="{x(hour * 60)}" y="{HEIGHT - BOTTOM + 16}"'
        yield f'<text {where} text-anchor="middle" fill="#424a53">{offset(hour * 60)}</text>'
    for share in (0.5, 1.0):
        value = highest * share
        yield f'<text x="{LEFT - 6}" y="{y(value) + 4}" text-anchor="end" fill="#424a53">{round(value)}</text>'
    label = escape(sentence("curves.axis", language))
    yield f'<text x="{LEFT}" y="{HEIGHT - 8}" fill="#424a53">{label}</text>'


def _pins(run: Course, x: Scale, language: str) -> Iterable[str]:
    for event in run.state["log"][:MOST_PINS]:
        name = escape(f"{offset(event['minute'])} {event_name(event['kind'], language)}")
        yield (
            f'<path d="M{x(event["minute"])},{HEIGHT - BOTTOM}v-8" stroke="#1f4e9c" stroke-width="2">'
            f"<title>{name}</title></path>"
        )


def _legend(language: str) -> Iterable[str]:
    for index, (name, colour, dash) in enumerate(LINES):
        at = LEFT + index * 220
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        yield f'<path d="M{at},24h28" stroke="{colour}" stroke-width="2"{dashed}/>'
        yield f'<text x="{at + 34}" y="28" fill="#1f2328">{escape(sentence(f"curves.{name}", language))}</text>'


def event_name(kind: str, language: str) -> str:
    """What was done, in the reader's language."""
    return sentence(f"event.{kind}", language)
