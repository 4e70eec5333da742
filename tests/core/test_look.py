"""The stylesheet keeps its promises: contrast in light and dark, colours in one place, small files."""

import re
from pathlib import Path

import pytest
from django.conf import settings

CSS = Path(settings.BASE_DIR) / "static" / "css"
TOKENS = (CSS / "tokens.css").read_text()
LEAST = 4.5  # WCAG 2.2, success criterion 1.4.3, for text below 24 px

# Text, and what it stands on.
PAIRS = [
    *((ink, ground) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in ("paper", "card", "raised")),
    ("ink-2", "line-2"), ("ink-3", "line-2"), ("ink", "accent-soft"), ("accent", "accent-soft"),
    ("accent-ink", "accent-fill"), ("accent-ink", "accent-fill-2"), ("ok", "card"), ("ok", "ok-soft"), ("warn", "card"),
    ("warn", "warn-soft"), ("bad", "card"), ("bad", "bad-soft"), ("exercise", "exercise-soft"), ("ink-2", "ok-soft"),
    ("ink-2", "warn-soft"), ("ink-2", "bad-soft"), ("accent-ink", "ok-fill"), ("accent-ink", "bad-fill"),
    ("accent-ink", "sev1"), ("accent-ink", "sev2"), ("accent-ink", "sev3"), ("accent-ink", "sev4"),
    ("accent-ink", "exercise-fill"), ("accent-ink", "exercise-fill-2"), ("rail-ink", "rail"), ("rail-ink-2", "rail"),
    ("accent-ink", "rail-badge"), ("accent-ink", "rail-hot"), ("accent-ink", "rail-on"),
]  # fmt: skip


def colour(name: str, scheme: str) -> str:
    value = re.search(rf"--{name}: (?:light-dark\((#\w+), (#\w+)\)|(#\w+));", TOKENS)
    assert value, name
    light, dark, both = value.groups()
    return both or (light if scheme == "light" else dark)


def luminance(hexadecimal: str) -> float:
    channels = [int(hexadecimal[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_can_be_read(ink: str, ground: str, scheme: str) -> None:
    lighter, darker = sorted((luminance(colour(ink, scheme)), luminance(colour(ground, scheme))), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= LEAST


def test_colours_stand_in_one_place() -> None:
    """Screens use the tokens; the public page carries its own few. Shadows and white on the dark rail are no tokens."""
    for path in (CSS / "base.css", CSS / "components.css", CSS / "forms.css"):
        text = re.sub(r"light-dark\([^)]*\)", "", path.read_text())
        stray = set(re.findall(r"#[0-9a-f]{3,8}\b", text)) - {"#fff", "#000", "#8cc4ff"}
        assert {colour for colour in stray if len(colour) != 9} == set(), path.name


def test_motion_can_be_switched_off() -> None:
    assert "prefers-reduced-motion: reduce" in (CSS / "base.css").read_text()


def test_the_live_script_stays_small() -> None:
    assert len((CSS.parent / "js" / "live.js").read_text().splitlines()) <= 40


def test_the_public_stylesheet_stays_small() -> None:
    assert len((CSS / "newsroom.css").read_bytes()) < 8_000
