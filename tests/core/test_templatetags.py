"""The parts of a page: what they say to eyes, ears and keyboards."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils.translation import override

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # 10:00 in Prague


def draw(source: str, **context: Any) -> str:
    with time_machine.travel(NOW, tick=False), override("en"):
        return Template("{% load desk %}" + source).render(Context(context))


def clock(**changes: Any) -> SimpleNamespace:
    row = {
        "get_code_display": lambda: "First statement",
        "subject": "",
        "started_at": NOW - timedelta(minutes=10),
        "warn_at": NOW + timedelta(minutes=12),
        "due_at": NOW + timedelta(minutes=20),
        "met_at": None,
        "cancelled_at": None,
    }
    return SimpleNamespace(**row | changes)


class Someone(SimpleNamespace):
    def __str__(self) -> str:
        return str(self.name)


JANA = Someone(name="Jana <Malá>", short_name="J. <Malá>", initials="JM")


def test_icon_is_silent_without_a_label_and_named_with_one() -> None:
    assert 'aria-hidden="true"' in draw('{% icon "check" %}')
    named = draw('{% icon "check" label %}', label="done & dusted")
    assert 'role="img" aria-label="done &amp; dusted"' in named
    assert "style=" not in named


@pytest.mark.parametrize(("level", "word"), [(1, "critical"), (2, "serious"), (3, "elevated"), (4, "routine")])
def test_severity_is_word_number_and_shape(level: int, word: str) -> None:
    text = draw("{% severity level %}", level=level)
    assert f"{word} · {level}" in text
    assert "<path" in text
    assert f'aria-label="severity: {word} · {level}"' in draw('{% severity level "mini" %}', level=level)


def test_no_severity_draws_nothing() -> None:
    assert draw("{% severity level %}", level=None) == ""


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "just now"), (-12, "12 min ago"), (80, "in 1 h 20 min"), (-60 * 24 * 3, "20 Nov 10:00")],
)
def test_moment_is_relative_and_keeps_the_full_time(minutes: int, text: str) -> None:
    drawn = draw("{% moment instant %}", instant=NOW + timedelta(minutes=minutes)).replace("\u00a0", " ")
    assert f">{text}</time>" in drawn
    assert "2026, " in drawn


def test_moment_on_the_clock_and_in_full() -> None:
    assert ">9:38</time>" in draw('{% moment instant "clock" %}', instant=NOW - timedelta(minutes=22))
    assert ">Monday 23 November 2026, 10:00</time>" in draw('{% moment instant "full" %}', instant=NOW)
    assert draw("{% moment instant %}", instant=None) == "–"


def test_running_clock_counts_down_with_a_bar() -> None:
    drawn = draw("{% clock row %}", row=clock())
    assert 'class="clock run ' in drawn
    assert ">20:00</b>" in drawn
    assert "until 10:20" in drawn
    assert '<progress max="1800" value="600"' in drawn


@pytest.mark.parametrize(
    ("changes", "css", "text"),
    [
        ({"warn_at": NOW}, "clock run soon", "20:00"),
        ({"due_at": NOW - timedelta(minutes=3)}, "clock run late", "late by 3:00"),
        ({"met_at": NOW - timedelta(minutes=7)}, "clock met", "3\u00a0min"),
        ({"met_at": NOW + timedelta(minutes=30)}, "clock late", "40\u00a0min"),
        ({"cancelled_at": NOW}, "clock off", "cancelled"),
    ],
)
def test_clock_tells_what_became_of_it(changes: dict[str, Any], css: str, text: str) -> None:
    drawn = draw("{% clock row %}", row=clock(**changes))
    assert css in drawn
    assert text in drawn


def test_met_clock_says_so_in_words() -> None:
    assert 'aria-label="in time"' in draw("{% clock row %}", row=clock(met_at=NOW))
    assert "limit 30\u00a0min" in draw("{% clock row %}", row=clock(met_at=NOW))


def test_people_are_escaped_and_an_empty_role_shows() -> None:
    assert "J. &lt;Malá&gt;" in draw("{% person user %}", user=JANA)
    assert 'title="Jana &lt;Malá&gt; – legal"' in draw('{% avatar user "legal" %}', user=JANA)
    assert 'class="av miss' in draw('{% avatar None "Legal: nobody yet" %}')
    assert "nobody yet" in draw("{% person None %}")


def test_difference_keeps_blanks_that_stayed_outside_the_colour() -> None:
    drawn = draw("{% diff old new %}", old="Víc v 10 hodin.", new="Víc <b> v 11 hodin.")
    assert "<del>10</del><ins>11</ins> hodin." in drawn
    assert "&lt;" in drawn


def test_marks_carry_a_word() -> None:
    assert 'class="m c" role="img" aria-label="confirmed"' in draw('{% mark "confirmed" %}')
    assert 'aria-label="approved"' in draw('{% mark "done" "approved" %}')
    assert ">?<" in draw('{% mark "open" %}')


def test_blocks_hold_their_content() -> None:
    assert '<a href="/f/">Add</a>' in draw('{% card "Facts" "/f/" "Add" %}x{% endcard %}')
    assert "<summary" in draw('{% ask "Reject" %}why{% endask %}')
    assert 'hx-trigger="live from:body"' in draw('{% live "/c/?seq=4" "course" %}x{% endlive %}')
    assert 'class="who me">you</span>' in draw('{% stage "waiting" who="you" me=True %}Legal 0/1{% endstage %}')
    assert "<h2>Nothing</h2>" in draw('{% empty "Nothing" %}<p>Do this.</p>{% endempty %}')
    assert "<h1>Cases</h1></div>" in draw('{% pagehead "Cases" %}{% endpagehead %}')


class SampleForm(forms.Form):
    title = forms.CharField(label="Title", help_text="One line.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    lead = forms.ChoiceField(label="Lead", widget=forms.RadioSelect, choices=[("me", "I do"), ("no", "Somebody else")])
    public = forms.BooleanField(label="Public", required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def test_fields_have_label_help_and_error_tied_together() -> None:
    form = SampleForm({"title": "", "lead": "me"})
    form.add_error(None, "Somebody was faster.")
    drawn = " ".join(draw("{% fields form %}", form=form).split())
    assert '<label for="id_title"> Title </label>' in drawn
    assert 'aria-invalid="true"' in drawn
    assert 'id="id_title_error"' in drawn
    assert 'aria-describedby="id_title_helptext id_title_error"' in drawn
    assert "Somebody was faster." in drawn
    assert "optional" in drawn
    assert "<legend> Lead </legend>" in drawn
    assert 'type="hidden" name="seen"' in drawn


def test_field_takes_attributes() -> None:
    drawn = draw('{% field form.title inputmode="numeric" autofocus=True data_count_for="x" %}', form=SampleForm())
    assert 'inputmode="numeric"' in drawn
    assert " autofocus" in drawn
    assert 'data-count-for="x"' in drawn


def test_own_words_get_czech_spaces() -> None:
    with override("cs"):
        assert Template("{% load desk %}{{ text|setting }}").render(Context({"text": "v 5 min"})) == "v\u00a05\u00a0min"
    assert draw("{{ text|setting }}", text="v 5 min") == "v 5 min"
    assert draw("{{ length|duration }}", length=80) == "1\u00a0h 20\u00a0min"


def test_the_button_of_an_action_is_a_form() -> None:
    drawn = draw(
        '{% action_button "/tasks/7/" label icon_name="check" look="primary small" about="cs" said=said next=here %}',
        label="Done <now>", said='Done: "x"', here="/cases/1/?a=1&b=2",
    )  # fmt: skip
    assert drawn.startswith('<form method="post" action="/tasks/7/">')
    assert '<input type="hidden" name="next" value="/cases/1/?a=1&amp;b=2">' in drawn
    assert '<button class="btn p s" aria-label="Done: &quot;x&quot;">' in drawn
    assert "Done &lt;now&gt; · cs</button></form>" in drawn
    assert '<button class="link">Start</button>' in draw('{% action_button "/x/" "Start" look="link" %}')


def test_the_button_of_an_action_brings_the_token() -> None:
    drawn = draw('{% action_button "/x/" "Start" %}', csrf_token="t0ken")
    assert '<input type="hidden" name="csrfmiddlewaretoken" value="t0ken">' in drawn
