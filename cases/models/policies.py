"""Severity policies: how much time each severity allows, and whom it needs. Data, edited in the administration."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.clocks import Limit
from cases.models.bilingual import in_reader_language
from cases.severity import GRAVEST, MILDEST
from crisisdesk.core.access.roles import CASE_ROLES, Role
from crisisdesk.core.models import DeskHistory, DeskModel

SEVERITY_RANGE = (MinValueValidator(GRAVEST), MaxValueValidator(MILDEST))


class Severity(models.IntegerChoices):
    """How grave a crisis is; 1 is the gravest."""

    CRITICAL = 1, _("critical")
    SERIOUS = 2, _("serious")
    ELEVATED = 3, _("elevated")
    ROUTINE = 4, _("routine")


def severity_check(name: str) -> models.CheckConstraint:
    """The database's own guard that `severity` lies between 1 and 4."""
    return models.CheckConstraint(
        condition=Q(severity__gte=GRAVEST, severity__lte=MILDEST),
        name=name,
        violation_error_message=_("Severity runs from 1 (critical) to 4 (routine)"),
    )


class ClockCode(models.TextChoices):
    """What the clocks of a crisis measure."""

    ACK = "ack", _("Taken over")
    SEV = "sev", _("Severity set")
    LEAD = "lead", _("Lead accepted")
    HOLD = "hold", _("Hold decided")
    REPLY1 = "reply1", _("First public reply at the source")
    FIRST = "first", _("First statement")
    EN = "en", _("Other language published")
    STAFF = "staff", _("Care line and staff told")
    NEXT = "next", _("Next update")
    PRESS = "press", _("Journalist answered")
    REPORT = "report", _("Management report")
    REVIEW = "review", _("Review")
    WAKE = "wake", _("Look again")


class LimitUnit(models.TextChoices):
    """What the amount of a limit counts; the values are those of `cases.clocks.Unit`."""

    MINUTES = "minutes", _("minutes, day and night")
    WORKING_MINUTES = "working_minutes", _("minutes of working hours")
    WORKING_DAYS = "working_days", _("working days")


class SeverityPolicy(DeskModel):
    """The limits and the people each severity asks for. A case keeps a copy from its activation on.

    `version` is raised by the database whenever a limit or a level changes, so that a copy can say what it is of.
    """

    code = models.SlugField(_("code"), unique=True, max_length=40)
    name_cs = models.CharField(_("name in Czech"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    standard = models.BooleanField(_("used where a kind names none"), default=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    history = DeskHistory()

    class Meta:
        verbose_name = _("severity policy")
        verbose_name_plural = _("severity policies")
        ordering = ("code",)
        constraints = (
            models.UniqueConstraint(
                fields=["standard"],
                condition=Q(standard=True),
                name="cases_policy_one_standard",
                violation_error_message=_("Another policy is the standard one; unmark it first"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self, "name")

    def snapshot(self) -> dict[str, Any]:
        """The whole policy as a case keeps it.

        `{"code", "version", "limits": {"1": {"ack": {…Limit}}}, "levels": {"1": {"required_roles", "review_required",
        "suggest_hold"}}}`; a limit or level that is not set is not there.
        """
        limits: dict[str, dict[str, Any]] = {}
        for row in self.limits.all():
            limits.setdefault(str(row.severity), {})[row.code] = row.as_limit().as_json()
        levels = {
            str(row.severity): {
                "required_roles": list(row.required_roles),
                "review_required": row.review_required,
                "suggest_hold": row.suggest_hold,
            }
            for row in self.levels.all()
        }
        return {"code": self.code, "version": self.version, "limits": limits, "levels": levels}


class PolicyLevel(DeskModel):
    """What one severity asks for besides time."""

    policy = models.ForeignKey(SeverityPolicy, on_delete=models.CASCADE, related_name="levels")
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, validators=SEVERITY_RANGE)
    required_roles = ArrayField(
        models.CharField(max_length=20, choices=[(role.value, role.label) for role in CASE_ROLES]),
        verbose_name=_("roles that must be filled"),
        default=list,
        blank=True,
    )
    review_required = models.BooleanField(_("review required"), default=True)
    suggest_hold = models.BooleanField(_("suggest holding campaigns"), default=False)

    history = DeskHistory()

    class Meta:
        verbose_name = _("severity level")
        verbose_name_plural = _("severity levels")
        ordering = ("policy", "severity")
        constraints = (
            models.UniqueConstraint(fields=["policy", "severity"], name="cases_policylevel_once"),
            severity_check("cases_policylevel_severity"),
        )

    def __str__(self) -> str:
        return f"{self.policy}: {self.get_severity_display()}"

    @property
    def role_labels(self) -> list[str]:
        """The required roles as people read them."""
        return [str(Role(role).label) for role in self.required_roles]


class PolicyLimit(DeskModel):
    """One cell of the table of limits: how long something may take at one severity. No row means no clock."""

    policy = models.ForeignKey(SeverityPolicy, on_delete=models.CASCADE, related_name="limits")
    severity = models.PositiveSmallIntegerField(_("severity"), choices=Severity, validators=SEVERITY_RANGE)
    code = models.CharField(_("clock"), max_length=10, choices=ClockCode)
    amount = models.PositiveIntegerField(_("amount"), null=True, blank=True)
    unit = models.CharField(_("counted in"), max_length=20, choices=LimitUnit, default=LimitUnit.MINUTES)
    times = ArrayField(
        models.TimeField(),
        verbose_name=_("then always at"),
        help_text=_("Local times of day separated by commas, for example 7:00, 18:00"),
        default=list,
        blank=True,
    )
    waking_hours = models.BooleanField(
        _("only 7–22 h"), default=False, help_text=_("What would be due at night is due at 7:00")
    )

    history = DeskHistory()

    class Meta:
        verbose_name = _("limit")
        verbose_name_plural = _("limits")
        ordering = ("policy", "severity", "code")
        constraints = (
            models.UniqueConstraint(fields=["policy", "severity", "code"], name="cases_policylimit_once"),
            severity_check("cases_policylimit_severity"),
            models.CheckConstraint(
                condition=Q(amount__gt=0) | ~Q(times=[]),
                name="cases_policylimit_says_when",
                violation_error_message=_("Give an amount or times of day"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()}, {self.get_severity_display()}"

    def as_limit(self) -> Limit:
        """The limit in the shape the arithmetic works with."""
        return Limit.from_json(
            {
                "amount": self.amount,
                "unit": self.unit,
                "times": [f"{moment:%H:%M}" for moment in self.times],
                "waking_hours": self.waking_hours,
            }
        )
