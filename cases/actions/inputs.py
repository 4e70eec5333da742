"""Values that several actions of a crisis ask for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models import CrisisKind, Severity
from cases.models.assessments import QUESTIONS, AnswerChoice
from cases.severity import QuickAssessment
from crisisdesk.core.actions.inputs import Choice, Inputs, Row, Text, Together
from crisisdesk.core.errors import Text as Said


def kind_of_crisis(**options: Any) -> Row:
    """A kind of crisis, which programs name by its code."""
    return Row(
        _("Kind of crisis"),
        of=CrisisKind,
        by="code",
        offered=lambda principal, target: CrisisKind.objects.filter(active=True),
        empty=_("not known yet"),
        **options,
    )


def severity_of(label: Said = "", **options: Any) -> Choice:
    """A severity from 1 (critical) to 4 (routine)."""
    wrong = _("Severity runs from 1 (critical) to 4 (routine)")
    return Choice(label, among=Severity.choices, wrong=wrong, **options)


def _question(code: str) -> Choice:
    said = _("Answer yes, no or not sure")
    return Choice(QUESTIONS[code], among=AnswerChoice.choices, radio=True, missing=said, wrong=said)


class QuestionsInputs(Inputs):
    """The three questions of the quick severity; `severity` chooses another level, and `sentence` then says why."""

    harm = _question("harm")
    spreading = _question("spreading")
    growing = _question("growing")
    sentence = Text(
        _("In one sentence"),
        longest=1_000,
        required=False,
        help=_("Needed when you choose another severity than the answers give"),
    )
    severity = severity_of(_("Another severity"), empty=_("as the answers give"), required=False)


def quick_assessment(**options: Any) -> Together:
    """The answers as one value."""
    return Together(of=QuestionsInputs, into=QuickAssessment, **options)
