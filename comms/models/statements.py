"""What is said: statements, their versions word for word, who wrote in them and what they rest on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Fact
from comms import hashing
from comms.hashing import normalised
from comms.models.templates import TemplateVersion
from comms.querysets import CONTRADICTIONS, CitationQuerySet, StatementQuerySet, StatementVersionQuerySet
from comms.states import OPEN_VERSION, STATEMENT_STATES, HeldBack, Purpose, Stance, StatementState, Status
from crisisdesk.core import clock
from crisisdesk.core.models import DeskHistory, DeskModel
from crisisdesk.core.models.organisation import LANGUAGE_CODE


class Statement(DeskModel):
    """Something to be said in a case, in one or more languages.

    What stands here is what its authors intend; what is approved is copied into the version when it is submitted.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="statements")
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose)
    admits_fault = models.BooleanField(_("admits fault or promises compensation"), default=False)
    concerns_employee = models.BooleanField(_("concerns an employee"), default=False)
    accounts = models.ManyToManyField(
        "comms.Account", blank=True, related_name="statements", verbose_name=_("channels")
    )
    quoted_people = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="+", verbose_name=_("people quoted")
    )
    embargo_until = models.DateTimeField(_("embargo until"), null=True, blank=True)
    scheduled_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    publish_when_approved = models.BooleanField(_("publish as soon as it is approved"), default=True)
    supersedes = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="superseded_by",
        verbose_name=_("corrects or replaces"),
    )

    objects = StatementQuerySet.as_manager()
    history = DeskHistory(m2m_fields=[accounts, quoted_people])
    scope_path: ClassVar[str] = "case"

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="comms_statement_purpose"),
            models.CheckConstraint(
                condition=~Q(purpose=Purpose.CORRECTION) | Q(supersedes__isnull=False),
                name="comms_statement_corrects",
                violation_error_message=_("A correction names the statement it corrects"),
            ),
        )

    def __str__(self) -> str:
        return str(self.get_purpose_display())

    def languages(self) -> list[str]:
        """The languages of the case, the primary one first."""
        primary = self.case.primary_language
        return [primary, *(language for language in self.case.content_languages if language != primary)]

    def newest(self, language: str) -> "StatementVersion | None":
        """The newest version in a language."""
        return self.versions.filter(language=language).order_by("-number").first()

    def is_primary(self, language: str) -> bool:
        """Whether this is the language that goes first."""
        return bool(language == self.case.primary_language)


class StatementVersion(DeskModel):
    """One version of a statement in one language. Once submitted nothing of it changes but its state.

    `channels` holds the public identifiers of the accounts and `embargo_until` the embargo, both as approved.
    `published_at` is the instant at which the public could first read it; `held_back` says what kept it in when it was
    approved, until a person has published or scheduled it.
    """

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="versions")
    language = models.CharField(_("language"), max_length=3, validators=[LANGUAGE_CODE])
    number = models.PositiveIntegerField(_("version"))
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    state = models.CharField(max_length=12, choices=StatementState, default=StatementState.DRAFT, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    payload_hash = models.CharField(max_length=64, blank=True, editable=False)
    channels = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)
    embargo_until = models.DateTimeField(null=True, blank=True, editable=False)
    next_update_at = models.DateTimeField(_("next update at"), null=True, blank=True)
    template_version = models.ForeignKey(
        TemplateVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="statement_versions"
    )
    values = models.JSONField(default=dict, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    submitted_at = models.DateTimeField(null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(null=True, blank=True, editable=False)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    held_back = models.CharField(max_length=20, choices=HeldBack, blank=True, editable=False)

    objects = StatementVersionQuerySet.as_manager()
    history = DeskHistory()
    scope_path: ClassVar[str] = "statement__case"
    states = STATEMENT_STATES

    class Meta:
        verbose_name = _("version of a statement")
        verbose_name_plural = _("versions of statements")
        ordering = ("statement", "language", "-number")
        indexes = (models.Index(fields=["state", "-created_at"], name="comms_version_state"),)
        constraints = (
            models.UniqueConstraint(fields=["statement", "language", "number"], name="comms_version_number"),
            models.UniqueConstraint(
                fields=["statement", "language"],
                condition=Q(state__in=OPEN_VERSION),
                name="comms_version_one_open",
                violation_error_message=_("Another version of this statement is being worked on in this language"),
            ),
            models.CheckConstraint(condition=Q(state__in=StatementState.values), name="comms_version_state_known"),
            models.CheckConstraint(
                condition=Q(state=StatementState.DRAFT) | ~Q(payload_hash="") & Q(submitted_at__isnull=False),
                name="comms_version_hashed",
            ),
            models.CheckConstraint(condition=Q(held_back__in=["", *HeldBack.values]), name="comms_version_held_back"),
        )

    def __str__(self) -> str:
        return f"{self.statement} · {self.language} {self.number}"

    @property
    def is_draft(self) -> bool:
        """Whether its text can still change."""
        return bool(self.state == StatementState.DRAFT)

    @property
    def is_primary(self) -> bool:
        """Whether it is in the language that goes first."""
        return self.statement.is_primary(self.language)

    def text_for(self, channel: str) -> "VersionText":
        """The wording for a channel (`Account.variant`), the master where it has none of its own."""
        texts = {row.channel: row for row in self.texts.all()}
        return texts.get(channel) or texts[hashing.MASTER]

    @property
    def master(self) -> "VersionText":
        """The wording every other one is made from."""
        return self.text_for(hashing.MASTER)

    def payload(self) -> hashing.Payload:
        """Everything the public gets of this version, as it stands in the database now. What it says of which fact is
        final too (`FactCitation`), but not public, and so not hashed."""
        return hashing.Payload(
            language=self.language,
            texts={row.channel: (row.title, row.text) for row in self.texts.all()},
            channels=[str(account) for account in self.channels],
            values=self.values,
            embargo=self.embargo_until,
            next_update=self.next_update_at,
        )

    def draft_hash(self) -> str:
        """Which text is on the screen: the hash of the wordings and the promised time, in normal form."""
        texts = {row.channel: (row.title, row.text) for row in self.texts.all()}
        return self.hash_of_draft(texts, self.next_update_at)

    def hash_of_draft(self, texts: Mapping[str, tuple[str, str]], next_update_at: datetime | None) -> str:
        """The same for texts that were typed and not saved."""
        plain = {kind: (normalised(title), normalised(text)) for kind, (title, text) in texts.items()}
        return hashing.Payload(self.language, plain, next_update=next_update_at).hash()

    def computed_hash(self) -> str:
        """The payload hash computed anew from the rows, to be compared with what was approved."""
        return self.payload().hash()

    @property
    def status(self) -> Status:
        """The word people read; the deliveries are asked what became of the sending (`with_status` asks beforehand)."""
        match self.state:
            case StatementState.DRAFT | StatementState.RETURNED | StatementState.SUPERSEDED:
                return Status.DRAFT
            case StatementState.IN_APPROVAL:
                return Status.IN_APPROVAL
            case StatementState.APPROVED:
                return Status.NEEDS_ATTENTION if self.missed or self.held_back else Status.APPROVED
            case StatementState.REJECTED:
                return Status.NEEDS_ATTENTION
        if self._stuck():
            return Status.NEEDS_ATTENTION
        return Status.PUBLISHED if self.published_at else Status.SCHEDULED

    @property
    def missed(self) -> bool:
        """Whether it was to go out at an instant that has passed, so that a person has to decide anew."""
        at = self.statement.scheduled_at
        return bool(self.state == StatementState.APPROVED and at is not None and at <= clock.now())

    def _stuck(self) -> bool:
        known: bool | None = getattr(self, "has_stuck_deliveries", None)
        return self.deliveries.stuck().exists() if known is None else known


class VersionText(models.Model):
    """One wording of a version: the master, or what one channel gets instead (`channel` is `Account.variant`).

    `source_hash` is the hash of the master a translation or variant was made from, so that "out of date" is computed.
    """

    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="texts")
    channel = models.CharField(_("channel"), max_length=40, default=hashing.MASTER)
    title = models.CharField(_("headline"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    source_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("wording")
        verbose_name_plural = _("wordings")
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["version", "channel"], name="comms_versiontext_once"),)

    def __str__(self) -> str:
        return self.title or self.text[:60]

    def hash(self) -> str:
        """What a translation or variant of this wording remembers."""
        return hashing.text_hash(self.title, self.text)


class Contributor(models.Model):
    """Somebody whose edit is in the text of a version, and who therefore never approves it."""

    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="contributors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=["version", "user"], name="comms_contributor_once"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.version}"


class FactCitation(models.Model):
    """A fact a version speaks of, and what it says of it: with the version it is final once that is submitted.

    Approvers see the stance beside the fact's state, and a text that says the contrary of what is known does not leave
    (`contradicted`). The payload hash leaves it out: it covers what the public gets, and the public gets the words.
    """

    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="citations")
    fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="citations")
    stance = models.CharField(_("what the text says of it"), max_length=6, choices=Stance, default=Stance.ASSERT)

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("cited fact")
        verbose_name_plural = _("cited facts")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["version", "fact"], name="comms_factcitation_once"),
            models.CheckConstraint(condition=Q(stance__in=Stance.values), name="comms_factcitation_stance"),
        )

    def __str__(self) -> str:
        return f"{self.version} · {self.fact}"

    @property
    def is_contradicted(self) -> bool:
        """Whether the text says the contrary of what is known; the same question as the queryset's `contradicted`."""
        return (self.stance, self.fact.state) in CONTRADICTIONS


class Draft(models.Model):
    """What one person typed and has not saved yet. Kept without an event; gone once the version is saved."""

    version = models.ForeignKey(StatementVersion, on_delete=models.CASCADE, related_name="drafts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    content: Any = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["version", "user"], name="comms_draft_once"),)

    def __str__(self) -> str:
        return f"{self.user} · {self.version}"
