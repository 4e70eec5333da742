"""Templates are written in one way, and writing them so changes nothing that a browser shows."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.template import Context, Template

from crisisdesk.template_format import WIDTH, faults, formatted, templates

LONG = "The text in the primary language has changed since this was translated, and nobody has looked at it again."


def test_every_template_is_written_so() -> None:
    call_command("templates", "--check")


@pytest.mark.parametrize("path", templates(settings.BASE_DIR), ids=lambda path: path.stem)
def test_twice_is_as_once(path: Path) -> None:
    squeezed = " ".join(line.strip() for line in path.read_text().splitlines() if "{#" not in line)
    once = formatted(squeezed)
    assert formatted(once) == once


def test_one_element_a_line() -> None:
    source = "<ul>{% for one in many %}<li><a href='#'>{{ one }}</a><p>x</p></li>{% endfor %}</ul>"
    assert formatted(source).splitlines() == [
        "<ul>",
        "  {% for one in many %}",
        "    <li>",
        "      <a href='#'>{{ one }}</a>",
        "      <p>x</p>",
        "    </li>",
        "  {% endfor %}",
        "</ul>",
    ]


def test_attributes_one_a_line_where_a_tag_is_long() -> None:
    source = f'<input name="a" {{% if b %}} checked{{% endif %}} placeholder="{"x" * 60}" aria-label="{"y" * 40}">'
    lines = formatted(source).splitlines()
    assert lines[:3] == ["<input", '  name="a"', "  {% if b %}checked{% endif %}"]
    assert lines[-1] == ">"


def test_a_long_sentence_is_broken_and_stays_the_same_message() -> None:
    source = f"{{% load i18n %}}\n<p>{{% blocktranslate trimmed %}}{LONG} {LONG}{{% endblocktranslate %}}</p>"
    written = formatted(source)
    assert max(len(line) for line in written.splitlines()) <= WIDTH
    assert f"{LONG} {LONG}" in Template(written).render(Context())


@pytest.mark.parametrize(
    "source",
    [
        "<p>one<b>two</b>three {{ word }}{% if word %}, {% endif %}<i>x</i></p>",
        "<small>{{ word }}{% if word %} · {{ word }}{% endif %}{% if not word %}<b>!</b>{% endif %}</small>",
        "<p>{% for one in many %}{{ one }}{% if not forloop.last %}, {% endif %}{% endfor %}</p>",
        "<p>{% for one in many %} · {{ one }}{% endfor %}</p>",
        "<p>a{% for one in many %}<b>{{ one }}</b>{% endfor %}z</p>",
        '<p class="a{% block wide %} wide{% endblock %}">x</p>',
        "<p>{% if word %}<b>a</b>{% else %} c{% endif %} d</p>",
    ],
)
def test_no_whitespace_that_shows_comes_or_goes(source: str) -> None:
    # So long that every line that may be broken is.
    source = source.replace("{{ word }}", f"{{{{ word }}}}{'e' * 90}")
    for values in ({"word": "w", "many": ["m", "n"]}, {"word": "", "many": []}):
        before, after = (Template(text).render(Context(values)) for text in (source, formatted(source)))
        assert _shown(before) == _shown(after)


def _shown(html: str) -> str:
    """What a browser shows of paragraphs and boxes: whitespace at their edges is nothing, elsewhere it is one blank."""
    html = " ".join(html.split())
    return re.sub(r"\s*(</?(?:p|div|ul|li|small)\b[^>]*>)\s*", r"\1", html)


def test_what_is_shown_as_written_stays() -> None:
    for source in ('<div class="text">  kept\n   as it is </div>\n', "<pre>\n a\n  b</pre>\n"):
        assert formatted(source) == source


def test_what_opens_and_closes_under_conditions_is_left_alone() -> None:
    source = "{% if a %}<details>{% endif %}\n<p>x</p>\n{% if a %}</details>{% endif %}\n"
    assert formatted(source) == source


def test_what_no_machine_can_break_is_told() -> None:
    assert [number for number, _ in faults("short\n" + "x" * (WIDTH + 1))] == [2]


def test_the_command_writes_and_fails(tmp_path: Path, settings: pytest.FixtureRequest) -> None:
    settings.BASE_DIR = tmp_path  # type: ignore[attr-defined]
    page = tmp_path / "cases" / "templates" / "page.html"
    page.parent.mkdir(parents=True)
    page.write_text("<div><p>a</p><p>b</p></div>")
    with pytest.raises(CommandError):
        call_command("templates", "--check", stderr=StringIO())
    assert page.read_text() == "<div><p>a</p><p>b</p></div>"
    call_command("templates", stdout=StringIO())
    assert page.read_text() == "<div>\n  <p>a</p>\n  <p>b</p>\n</div>\n"
    call_command("templates", "--check")
