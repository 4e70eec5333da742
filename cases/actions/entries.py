"""What people write into the course of a case: notes and decisions."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Invalid, Text, Unmet
from crisisdesk.core.models import Entry

LONGEST_TEXT, LONGEST_TITLE = 20_000, 200  # characters


def case_is_open(case: Case, act: Act, **given: object) -> Unmet | None:
    """A case that is closed, dismissed or merged accepts nothing but being opened again."""
    if case.is_open:
        return None
    return Unmet("closed", _("Work on this case has ended; open it again first"), {"state": case.state})


def row_of_open_case(row: object, act: Act, **given: object) -> Unmet | None:
    """The same for what belongs to a case."""
    return case_is_open(row.case, act)  # type: ignore[attr-defined]


def needed(text: str, field: str, message: Text, *, longest: int = LONGEST_TEXT) -> str:
    """The text without spaces around it; refused when nothing is left or when it has more than `longest` characters."""
    stripped = text.strip()
    if not stripped:
        raise Invalid({field: message})
    if len(stripped) > longest:
        raise Invalid({field: _("This is too long: write at most %(longest)s characters") % {"longest": longest}})
    return stripped


@action("cases.add_note", needs=Capability.CONTRIBUTE, title=_("Add a note"), creates=True)
def add_note(case: Case, act: Act, *, text: str, occurred_at: datetime | None = None, pinned: bool = False) -> Entry:
    """Write a note into the course of the case, about now or about an earlier moment."""
    if occurred_at is not None and occurred_at > act.now:
        raise Invalid({"occurred_at": _("A note is about something that has happened; choose an earlier time")})
    text = needed(text, "text", _("Write what should be noted"))
    entry = act.entry("note", on=case, text=text, occurred_at=occurred_at, pinned=pinned)
    act.record("note.added", on=case, entry=entry, occurred_at=occurred_at)
    return entry


@action("cases.add_decision", needs=Capability.LEAD, title=_("Record a decision"), creates=True)
def add_decision(case: Case, act: Act, *, decision: str, question: str = "", options: str = "", why: str = "") -> Entry:
    """Record what was decided; the question, the options (one a line) and the reason help those who come later."""
    data = {
        "question": question.strip(),
        "options": [line.strip() for line in options.splitlines() if line.strip()],
        "why": why.strip(),
    }
    entry = act.entry("decision", on=case, text=needed(decision, "decision", _("Write what was decided")), data=data)
    act.record("decision.added", on=case, entry=entry)
    return entry


for verb in (add_note, add_decision):
    verb.guard(case_is_open)
