"""How grave a crisis is, as somebody judged it at one moment. Judgements are added, never changed."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import CaseModel
from cases.models.policies import SEVERITY_RANGE, Severity, severity_check
from cases.severity import Answer
from crisisdesk.core.models import Entry

# The three questions of the quick assessment, for levels 1, 2 and 3; a no to all of them is level 4.
QUESTIONS = {
    "harm": _("Is it about people’s health, safety or personal data? Or are national media reporting?"),
    "spreading": _(
        "Is it spreading beyond our own profiles, is a journalist or an authority asking, "
        "or is it proven to be our fault?"
    ),
    "growing": _("Is criticism of one topic growing, but only on our own profiles?"),
}
ALL_NO = _("A single complaint, customer care handles it")


class AnswerChoice(models.TextChoices):
    """The answers as people read them; whoever is not sure answers for the graver level."""

    YES = Answer.YES.value, _("yes")
    NO = Answer.NO.value, _("no")
    UNSURE = Answer.UNSURE.value, _("not sure")


class SeverityAssessment(CaseModel):
    """Answers, the level computed from them, and the level chosen. The newest one governs.

    `entry` holds the one sentence and, where another level than the computed one was chosen, the reason for it.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="assessments")
    harm = models.CharField(max_length=6, choices=AnswerChoice)
    spreading = models.CharField(max_length=6, choices=AnswerChoice)
    growing = models.CharField(max_length=6, choices=AnswerChoice)
    computed = models.PositiveSmallIntegerField(choices=Severity, validators=SEVERITY_RANGE)
    severity = models.PositiveSmallIntegerField(choices=Severity, validators=SEVERITY_RANGE)
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="assessments"
    )
    assessed_at = models.DateTimeField()
    entry = models.ForeignKey(Entry, null=True, on_delete=models.PROTECT, related_name="+")

    frozen: ClassVar[str] = "always"
    lock_on_act = False

    class Meta:
        verbose_name = _("severity assessment")
        verbose_name_plural = _("severity assessments")
        ordering = ("case", "-pk")
        indexes = (models.Index(fields=["case", "-id"], name="cases_assessment_newest"),)
        constraints = (
            severity_check("cases_assessment_severity"),
            models.CheckConstraint(
                condition=Q(computed=models.F("severity")) | Q(entry__isnull=False),
                name="cases_assessment_override_reason",
                violation_error_message=_("Say why another severity than the computed one is chosen"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.case_id}: {self.get_severity_display()}"
