"""The signal: something that may be a crisis and waits for somebody to look at it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case
from cases.models.kinds import CrisisKind
from cases.models.policies import SEVERITY_RANGE, Severity, severity_check
from cases.querysets import SignalQuerySet
from cases.states import SIGNAL_STATES, SignalState
from crisisdesk.core import clock
from crisisdesk.core.models import Brand, DeskHistory, DeskModel, Entry


class SignalOrigin(models.TextChoices):
    """Where a signal comes from."""

    REPORT = "report", _("reported by a person")
    FEED = "feed", _("from a source")
    API = "api", _("through the interface")
    DETECTOR = "detector", _("raised by a detector")


class Signal(DeskModel):
    """A possible crisis: mentions grouped, a person's report, or a detector's alarm.

    `severity` is provisional; the clocks of the signal run at it. `reporter` is an entry with the name and contact of
    whoever reported it, so that both can be blanked.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="signals", verbose_name=_("brand"))
    kind = models.ForeignKey(
        CrisisKind, null=True, blank=True, on_delete=models.PROTECT, related_name="signals", verbose_name=_("kind")
    )
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"), blank=True, validators=[MaxLengthValidator(20_000)])
    links = ArrayField(models.URLField(max_length=2000), verbose_name=_("links"), default=list, blank=True, size=50)
    detected_at = models.DateTimeField(_("detected"), null=True, blank=True)
    reported_at = models.DateTimeField(_("reported"), default=clock.now)
    severity = models.PositiveSmallIntegerField(
        _("provisional severity"), choices=Severity, default=Severity.ELEVATED, validators=SEVERITY_RANGE
    )
    origin = models.CharField(_("origin"), max_length=10, choices=SignalOrigin, default=SignalOrigin.REPORT)
    reporter = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=SignalState, default=SignalState.NEW, editable=False)
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="signals_taken"
    )
    taken_at = models.DateTimeField(_("taken over"), null=True, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="signals", verbose_name=_("case")
    )

    objects = SignalQuerySet.as_manager()
    history = DeskHistory()
    scope_path = "brand"
    states = SIGNAL_STATES

    class Meta:
        verbose_name = _("signal")
        verbose_name_plural = _("signals")
        ordering = ("-created_at", "-pk")
        indexes = (
            models.Index(fields=["brand", "-created_at", "-id"], name="cases_signal_brand_newest"),
            models.Index(fields=["-created_at", "-id"], name="cases_signal_newest"),
            models.Index(
                fields=["brand", "-created_at"],
                condition=Q(state__in=[SignalState.NEW, SignalState.TAKEN_OVER]),
                name="cases_signal_waiting",
            ),
        )
        constraints = (
            severity_check("cases_signal_severity"),
            models.CheckConstraint(condition=Q(state__in=SignalState.values), name="cases_signal_state_known"),
            models.CheckConstraint(
                condition=Q(state=SignalState.ATTACHED, case__isnull=False)
                | (~Q(state=SignalState.ATTACHED) & Q(case=None)),
                name="cases_signal_attached_to_case",
                violation_error_message=_("A signal belongs to a case exactly when it was attached to one"),
            ),
            models.CheckConstraint(
                condition=Q(state=SignalState.NEW) | Q(taken_at__isnull=False),
                name="cases_signal_taken_first",
                violation_error_message=_("Somebody takes a signal over before it is decided about"),
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def zero(self) -> datetime:
        """The instant from which every limit counts."""
        return self.detected_at or self.reported_at

    @property
    def zone(self) -> ZoneInfo:
        """Where the people of the brand look at their clocks."""
        return ZoneInfo(self.brand.time_zone)
