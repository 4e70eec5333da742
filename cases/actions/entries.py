"""What people write into the course of a case: notes and decisions."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.models import Case
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import LONGEST_REASON, LONGEST_TEXT, Inputs, Instant, Text, YesNo
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.errors import Text as Said
from crisisdesk.core.models import Entry


def case_is_open(case: Case, act: Act, **given: object) -> Unmet | None:
    """A case that is closed, dismissed or merged accepts nothing but being opened again."""
    if case.is_open:
        return None
    return Unmet("closed", _("Work on this case has ended; open it again first"), {"state": case.state})


def row_of_open_case(row: object, act: Act, **given: object) -> Unmet | None:
    """The same for what belongs to a case."""
    return case_is_open(row.case, act)  # type: ignore[attr-defined]


def needed(text: str, field: str, message: Said) -> str:
    """The text without spaces around it; refused when nothing is left. For what is needed only under conditions."""
    stripped = text.strip()
    if not stripped:
        raise Invalid({field: message})
    return stripped


class NoteInputs(Inputs):
    """A note; `occurred_at` if it is about an earlier moment."""

    text = Text(_("Note"), longest=LONGEST_TEXT, rows=2, missing=_("Write what should be noted"))
    occurred_at = Instant(_("When it happened"), required=False, help=_("Empty means now"))
    pinned = YesNo(required=False, page=False)


@action("cases.add_note", needs=Capability.CONTRIBUTE, title=_("Add a note"), creates=True, inputs=NoteInputs)
def add_note(case: Case, act: Act, *, text: str, occurred_at: datetime | None = None, pinned: bool = False) -> Entry:
    """Write a note into the course of the case, about now or about an earlier moment."""
    if occurred_at is not None and occurred_at > act.now:
        raise Invalid({"occurred_at": _("A note is about something that has happened; choose an earlier time")})
    entry = act.entry("note", on=case, text=text, occurred_at=occurred_at, pinned=pinned)
    act.record("note.added", on=case, entry=entry, occurred_at=occurred_at)
    return entry


class DecisionInputs(Inputs):
    """A decision; `options` are lines of one text."""

    decision = Text(_("What was decided"), longest=5_000, rows=2, missing=_("Write what was decided"))
    why = Text(_("Why"), longest=LONGEST_REASON, rows=2, required=False)
    question = Text(_("The question"), longest=1_000, required=False)
    options = Text(_("Options that were weighed"), longest=5_000, rows=3, required=False, help=_("One on each line"))


@action("cases.add_decision", needs=Capability.LEAD, title=_("Record a decision"), creates=True, inputs=DecisionInputs)
def add_decision(case: Case, act: Act, *, decision: str, question: str = "", options: str = "", why: str = "") -> Entry:
    """Record what was decided; the question, the options (one a line) and the reason help those who come later."""
    data = {
        "question": question,
        "options": [line.strip() for line in options.splitlines() if line.strip()],
        "why": why,
    }
    entry = act.entry("decision", on=case, text=decision, data=data)
    act.record("decision.added", on=case, entry=entry)
    return entry


for verb in (add_note, add_decision):
    verb.guard(case_is_open)
