"""The way of a case from the first report to the review: which stages it passes, and by which action it leaves each.

Verbs, the overview and the head of a case read this one table; whether an action goes through now, the action knows.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.states import CaseState
from crisisdesk.core.errors import Text


@dataclass(frozen=True)
class Onward:
    """An action that leads on: what it asks of the lead, and what follows from it.

    `has_form` says that it asks for values; `asked` are codes of unmet conditions whose remedy its form asks for.
    """

    action: str
    question: Text
    meaning: Text
    has_form: bool = False
    asked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Stage:
    """A stretch of the way; `label` is the word under its mark once the case has passed it or stands in it."""

    states: tuple[CaseState, ...]
    label: Text
    onward: tuple[Onward, ...] = ()


_CLOSE = Onward(
    "cases.close_case",
    _("Close the case"),
    _("Sum up the review. A critical or serious case is closed by somebody who did not lead it."),
    has_form=True,
)

WAY = (
    Stage((CaseState.REPORTED,), _("taken over")),
    Stage(
        (CaseState.TRIAGE, CaseState.WATCHING),
        _("assessed"),
        (
            Onward(
                "cases.activate_case",
                _("Activate the case"),
                _("The protocol hands out its tasks and all clocks run from the moment it was first noticed."),
                has_form=True,
                asked=frozenset({"severity", "kind", "crisis_lead"}),
            ),
        ),
    ),
    Stage(
        (CaseState.ACTIVE,),
        CaseState.ACTIVE.label,
        (
            Onward(
                "cases.contain_case",
                _("Is it under control?"),
                _("No new wave is coming and what had to be said is said. The review becomes due."),
            ),
        ),
    ),
    Stage(
        (CaseState.CONTAINED,),
        CaseState.CONTAINED.label,
        (
            Onward(
                "cases.resolve_case",
                _("Is it resolved?"),
                _("The crisis is over; what had to be done is done or left out with a reason."),
            ),
        ),
    ),
    Stage(
        (CaseState.RESOLVED,),
        CaseState.RESOLVED.label,
        (
            Onward(
                "cases.start_review",
                _("Start the review"),
                _("Look back together: what happened, what went well, what badly, what changes."),
            ),
            _CLOSE,
        ),
    ),
    Stage((CaseState.IN_REVIEW,), _("reviewed"), (_CLOSE,)),
)

# Actions that lead aside, in the order in which people are offered them.
ASIDE = (
    "cases.watch_case",
    "cases.waive_statement",
    "cases.relapse_case",
    "cases.reopen_case",
    "cases.set_confidential",
    "cases.merge_case",
    "cases.dismiss_case",
)


def onward_from(state: str) -> Iterator[Onward]:
    """The actions that lead on from a state, the usual one first; none where the way ends."""
    for stage in WAY:
        if state in stage.states:
            yield from stage.onward


def place_of(state: str) -> int:
    """How many stages lie behind a state: `len(WAY)` for states after the last."""
    return next((place for place, stage in enumerate(WAY) if state in stage.states), len(WAY))
