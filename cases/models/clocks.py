"""Clocks: how long something may take, and how long it took."""

from django.db import models
from django.db.models import Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case, CaseModel
from cases.models.policies import ClockCode
from cases.models.signals import Signal
from cases.querysets import ClockQuerySet
from crisisdesk.core import clock
from crisisdesk.core.models import Due


class Clock(CaseModel, Due):
    """One limit running, met, or broken.

    It belongs to a signal or to a case. `subject` tells clocks of one code apart: which promise, which enquiry.
    `due_at` is the limit; the row is a timer that marks the breach. A breach stays even if the clock is met later.
    """

    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks")
    signal = models.ForeignKey(Signal, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks")
    code = models.CharField(_("clock"), max_length=10, choices=ClockCode)
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    started_at = models.DateTimeField(_("started"))
    warn_at = models.DateTimeField(_("warn"))
    met_at = models.DateTimeField(_("met"), null=True, blank=True)
    breached_at = models.DateTimeField(_("limit passed"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, blank=True)

    objects = ClockQuerySet.as_manager()
    task = "cases.breach_clocks"

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        ordering = ("due_at", "pk")
        indexes = (*Due.Meta.indexes, models.Index(fields=["case", "code"], name="cases_clock_of_case"))
        constraints = (
            models.CheckConstraint(
                condition=Q(case__isnull=False, signal=None) | Q(case=None, signal__isnull=False),
                name="cases_clock_one_parent",
            ),
            models.UniqueConstraint(
                fields=["case", "code", "subject"],
                condition=Q(case__isnull=False, met_at=None, cancelled_at=None),
                name="cases_clock_open_once",
                violation_error_message=_("This clock is running already"),
            ),
            models.UniqueConstraint(
                fields=["signal", "code", "subject"],
                condition=Q(signal__isnull=False, met_at=None, cancelled_at=None),
                name="cases_clock_signal_open_once",
                violation_error_message=_("This clock is running already"),
            ),
            models.CheckConstraint(condition=Q(code__in=ClockCode.values), name="cases_clock_code_known"),
            models.CheckConstraint(
                condition=Q(met_at=None) | Q(cancelled_at=None), name="cases_clock_met_or_cancelled"
            ),
        )

    def __str__(self) -> str:
        due = formats.date_format(timezone.localtime(self.due_at), "SHORT_DATETIME_FORMAT")
        return f"{self.get_code_display()} {due}"

    @property
    def is_running(self) -> bool:
        """Whether the clock still waits for what it measures."""
        return self.met_at is None and self.cancelled_at is None

    @property
    def is_late(self) -> bool:
        """Whether the limit is over: noted already, or passed this moment."""
        return self.breached_at is not None or (self.is_running and self.due_at < clock.now())

    @property
    def is_near(self) -> bool:
        """Whether the limit is close enough to warn."""
        return self.is_running and not self.is_late and self.warn_at <= clock.now()

    @property
    def limit_minutes(self) -> int:
        """How long the limit is on the wall clock, in whole minutes."""
        return round((self.due_at - self.started_at).total_seconds() / 60)

    @property
    def took_minutes(self) -> int | None:
        """How long it took on the wall clock, in whole minutes; None while it is not met."""
        return None if self.met_at is None else max(0, int((self.met_at - self.started_at).total_seconds() // 60))
