"""Protocols: short lists of steps for one kind of crisis. A published version never changes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.bilingual import in_reader_language
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.models import DeskHistory, DeskModel


class StepKind(models.TextChoices):
    """What a step asks the desk to do besides showing a task."""

    MANUAL = "manual", _("done by hand")
    STATEMENT = "statement", _("draft a statement from a template")
    HOLD = "hold", _("hold campaigns")
    INFORM = "inform", _("inform somebody")
    CHECKLIST = "checklist", _("checklist")


class DoneBy(models.TextChoices):
    """What the desk sees happen and some steps ask for: such a step is done when it happens, by whoever did it.

    The codes are kinds of events; what follows a colon is the purpose of the statement.
    """

    TAKEN_OVER = "signal.taken_over", _("the take-over of the signal")
    ASSESSED = "case.severity_assessed", _("the assessment of the severity")
    FIRST = "statement.published:first", _("the first statement the public can read")
    UPDATE = "statement.published:update", _("an update the public can read")


class Protocol(DeskModel):
    """The protocol of one kind of crisis, in its versions."""

    code = models.SlugField(_("code"), unique=True, max_length=40)
    name_cs = models.CharField(_("name in Czech"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)

    history = DeskHistory()

    class Meta:
        verbose_name = _("protocol")
        verbose_name_plural = _("protocols")
        ordering = ("code",)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self, "name")

    def current(self) -> "ProtocolVersion | None":
        """The newest published version; None while there is none."""
        return self.versions.exclude(published_at=None).order_by("-number").first()


class ProtocolVersion(DeskModel):
    """One version of a protocol: a draft until it is published, then unchangeable."""

    protocol = models.ForeignKey(Protocol, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    change = models.TextField(_("what changed"), blank=True)

    class Meta:
        verbose_name = _("protocol version")
        verbose_name_plural = _("protocol versions")
        ordering = ("protocol", "-number")
        constraints = (
            models.UniqueConstraint(fields=["protocol", "number"], name="cases_protocolversion_once"),
            models.UniqueConstraint(
                fields=["protocol"],
                condition=Q(published_at=None),
                name="cases_protocolversion_one_draft",
                violation_error_message=_("There is a draft of this protocol already; publish it first"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.protocol} {self.number}"


class ProtocolStep(DeskModel):
    """One step: who does what, how many minutes after the take-over.

    A task made of it is due `offset_minutes + due_minutes` after T+0. `depends_on` lists the `order` numbers of steps
    that come first.
    """

    version = models.ForeignKey(ProtocolVersion, on_delete=models.CASCADE, related_name="steps")
    order = models.PositiveSmallIntegerField(_("order"))
    kind = models.CharField(_("kind"), max_length=10, choices=StepKind, default=StepKind.MANUAL)
    role = models.CharField(_("role"), max_length=20, choices=[(role.value, role.label) for role in CASE_ROLES])
    offset_minutes = models.PositiveIntegerField(_("T+ minutes"))
    due_minutes = models.PositiveIntegerField(_("minutes allowed"), default=0)
    blocking = models.BooleanField(_("must be done before the case is resolved"), default=False)
    title_cs = models.CharField(_("title in Czech"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200)
    instruction_cs = models.TextField(_("instruction in Czech"), blank=True)
    instruction_en = models.TextField(_("instruction in English"), blank=True)
    template_code = models.SlugField(
        _("template"), max_length=60, blank=True, help_text=_("For steps that draft a statement: the template's code")
    )
    done_by = models.CharField(_("done by itself with"), max_length=40, choices=DoneBy, blank=True)
    depends_on = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("after steps"), default=list, blank=True)

    class Meta:
        verbose_name = _("protocol step")
        verbose_name_plural = _("protocol steps")
        ordering = ("version", "order")
        constraints = (
            models.UniqueConstraint(
                fields=["version", "order"],
                name="cases_protocolstep_order",
                violation_error_message=_("Another step has this order already"),
            ),
            models.CheckConstraint(condition=Q(done_by__in=["", *DoneBy.values]), name="cases_protocolstep_done_by"),
        )

    def __str__(self) -> str:
        return f"T+{self.offset_minutes} {self.title}"

    @property
    def title(self) -> str:
        """The title in the reader's language."""
        return in_reader_language(self, "title")

    @property
    def instruction(self) -> str:
        """The instruction in the reader's language."""
        return in_reader_language(self, "instruction")
