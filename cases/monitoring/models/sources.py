"""Where mentions come from, and how each of these places fares."""

from datetime import datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models.policies import SEVERITY_RANGE, Severity, severity_check
from cases.monitoring import fetching, problems
from cases.monitoring.querysets import SourceQuerySet
from cases.monitoring.text.folding import folded
from crisisdesk.core import clock
from crisisdesk.core.models import Brand, DeskHistory, DeskModel, Due
from crisisdesk.core.models.organisation import LANGUAGE_CODE

MAX_TERMS = 50
MAX_TERM_CHARS = 80
WEEK_IN_MINUTES = 7 * 24 * 60


class SourceKind(models.TextChoices):
    """How mentions reach the desk."""

    FEED = "feed", _("RSS or Atom feed")
    PUSH = "push", _("sent in over the REST API")
    REPORT = "report", _("reported by people")


def valid_feed_address(value: str) -> None:
    """Refuse what can not be the address of a feed; whether something answers there shows when it is tried."""
    try:
        fetching.parse(value)
    except fetching.FetchProblem as problem:
        raise ValidationError(str(problems.sentence(problem.code)), code=problem.code) from None


def valid_term(value: str) -> None:
    """Refuse a term that would fire on everything or on nothing."""
    if len(folded(value).replace(" ", "")) < 3:
        raise ValidationError(_("Write at least three letters; shorter terms fire on almost everything"), code="short")


class Source(DeskModel):
    """A place that mentions of a brand come from, as people have set it up.

    `expected_minutes` is the longest silence that is normal; silence beyond it is shown in red. `trigger_terms` raise a
    signal when an item contains one of them, accents and case aside; `raises_every_item` does so for each item.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="sources", verbose_name=_("brand"))
    kind = models.CharField(_("kind"), max_length=10, choices=SourceKind, default=SourceKind.FEED)
    name = models.CharField(_("name"), max_length=120)
    url = models.CharField(_("address of the feed"), max_length=2000, blank=True, validators=[valid_feed_address])
    default_language = models.CharField(
        _("language of items that do not say"), max_length=3, default="cs", validators=[LANGUAGE_CODE]
    )
    poll_minutes = models.PositiveSmallIntegerField(
        _("look every … minutes"), default=5, validators=[MinValueValidator(1), MaxValueValidator(24 * 60)]
    )
    expected_minutes = models.PositiveIntegerField(
        _("warn after … minutes of silence"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(13 * WEEK_IN_MINUTES)],
        help_text=_("Leave empty if long silence is normal here."),
    )
    trigger_terms = ArrayField(
        models.CharField(max_length=MAX_TERM_CHARS, validators=[valid_term]),
        verbose_name=_("raise a signal when an item contains"),
        default=list,
        blank=True,
        size=MAX_TERMS,
        help_text=_("Accents and capital letters do not matter, and the beginning of a word is enough."),
    )
    raises_every_item = models.BooleanField(_("every new item becomes a signal"), default=False)
    severity = models.PositiveSmallIntegerField(
        _("provisional severity of signals from here"),
        choices=Severity,
        default=Severity.ELEVATED,
        validators=SEVERITY_RANGE,
    )
    active = models.BooleanField(_("active"), default=True, editable=False)

    objects = SourceQuerySet.as_manager()
    history = DeskHistory()
    scope_path = "brand"

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ("brand", "name", "pk")
        constraints = (
            severity_check("monitoring_source_severity"),
            models.CheckConstraint(condition=Q(kind__in=SourceKind.values), name="monitoring_source_kind_known"),
            models.CheckConstraint(
                condition=(Q(kind=SourceKind.FEED) & ~Q(url="")) | (~Q(kind=SourceKind.FEED) & Q(url="")),
                name="monitoring_source_feed_has_address",
                violation_error_message=_("A feed needs its address; other sources have none"),
            ),
            models.UniqueConstraint(
                fields=["brand", "url"],
                condition=Q(kind=SourceKind.FEED),
                name="monitoring_source_feed_once",
                violation_error_message=_("This brand reads this feed already"),
            ),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(kind=SourceKind.REPORT),
                name="monitoring_source_one_for_reports",
                violation_error_message=_("The reports of a brand's people are one source"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def expected_period(self) -> timedelta | None:
        """The longest silence that is normal here; None where any silence is."""
        return timedelta(minutes=self.expected_minutes) if self.expected_minutes else None


class SourceState(Due):
    """What the desk keeps about a source: when to look next, where it stopped, how it fares.

    One row a source. For feeds it is a timer that never ends: each look sets the next one. `cursor` holds what the
    server said of the last answer (`etag`, `last_modified`). `failures` counts failed looks in a row, `problem` is a
    code of `problems.MESSAGES`, `lag` the time between publication of the newest item and its arrival here.
    """

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="health")
    cursor = models.JSONField(default=dict, blank=True)
    last_attempt_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_item_at = models.DateTimeField(null=True, blank=True)
    lag = models.DurationField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=20, blank=True)

    task = "monitoring.poll_due"

    class Meta(Due.Meta):
        verbose_name = _("state of a source")
        verbose_name_plural = _("states of sources")
        indexes = (*Due.Meta.indexes,)

    def __str__(self) -> str:
        return self.problem or "ok"

    @property
    def failing(self) -> bool:
        """Whether the last look brought nothing but a problem."""
        return self.failures > 0

    @property
    def problem_sentence(self) -> Promise | str:
        """What is wrong and what to do about it; empty if nothing is."""
        return problems.sentence(self.problem)

    @property
    def silent_since(self) -> datetime | None:
        """Since when the source has been silent for longer than is normal for it; None while all is well."""
        if not self.source.active or self.source.expected_period is None:
            return None
        heard = self.last_item_at or self.source.created_at
        return heard if clock.now() - heard > self.source.expected_period else None
