"""Every part of a page on one page, for whoever draws one. Served while DEBUG is on; nothing of it is real."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from crisisdesk.core import clock

OLD = "The video does show our product. We apologise to parents. If you have it at home, bring it back to the shop."
NEW = (
    "The video does show our product and there is mould in it. We apologise to parents. It is batch L2207. If you have "
    "this batch at home, do not feed it to children and bring it back to any shop. Next update today at 11:00."
)


class Someone(SimpleNamespace):
    """A person as the tags see one."""

    def __str__(self) -> str:
        return str(self.name)


PEOPLE = [
    Someone(name="Emil Horák", short_name="E. Horák", initials="EH"),
    Someone(name="Jana Malá", short_name="J. Malá", initials="JM"),
    Someone(name="Petr Král", short_name="P. Král", initials="PK"),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="What happened", help_text="One sentence is enough.")
    kind = forms.ChoiceField(label="Kind", choices=[("backlash", "Viral backlash"), ("leak", "Data leak")])
    text = forms.CharField(label="Details", required=False, widget=forms.Textarea)
    lead = forms.ChoiceField(
        label="Who leads", widget=forms.RadioSelect, choices=[("me", "I take over and lead"), ("no", "Somebody else")]
    )
    public = forms.BooleanField(label="May be said in public", required=False)
    picture = forms.FileField(label="Screenshot", required=False)


def _clock(label: str, started: int, limit: int, met: int | None = None, **changes: Any) -> SimpleNamespace:
    """A clock that started so many minutes ago."""
    start = clock.now() - timedelta(minutes=started)
    row = {
        "get_code_display": lambda: label,
        "subject": "",
        "started_at": start,
        "warn_at": start + timedelta(minutes=limit) * 3 / 4,
        "due_at": start + timedelta(minutes=limit),
        "met_at": None if met is None else start + timedelta(minutes=met),
        "cancelled_at": None,
    }
    return SimpleNamespace(**row | changes)


def gallery(request: HttpRequest) -> HttpResponse:
    """The page."""
    now = clock.now()
    refused = SampleForm({"title": "", "kind": "leak"})
    refused.add_error(None, "P. Král was faster and has taken the signal over.")
    messages.success(request, "Taken over. The clock for the lead is running.")
    messages.warning(request, "This text was written before the fact was refuted.")
    messages.error(request, "The text was changed meanwhile; read the new version.")
    return render(
        request,
        "desk/gallery.html",
        {
            "people": PEOPLE,
            "clocks": [
                _clock("Taken over", 80, 5, 3),
                _clock("First statement", 80, 30, 36),
                _clock("Journalist answered", 10, 60, subject="news agency"),
                _clock("Next update", 25, 30),
                _clock("Severity set", 40, 30),
                _clock("Review", 30, 300, cancelled_at=now),
            ],
            "past": now - timedelta(minutes=12),
            "future": now + timedelta(minutes=80),
            "earlier": now - timedelta(days=3),
            "refused": refused,
            "form": SampleForm(),
            "old": OLD,
            "new": NEW,
        },
    )
