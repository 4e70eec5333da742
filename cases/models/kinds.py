"""Kinds of crisis: data, so that an organisation adds its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.bilingual import in_reader_language
from cases.models.policies import SEVERITY_RANGE, Severity, SeverityPolicy
from cases.models.protocols import Protocol
from crisisdesk.core.models import DeskHistory, DeskModel


class CrisisKind(DeskModel):
    """A kind of crisis with the protocol, the policy and the severity it starts from."""

    code = models.SlugField(_("code"), unique=True, max_length=40)
    name_cs = models.CharField(_("name in Czech"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    description_cs = models.TextField(_("description in Czech"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    start_severity = models.PositiveSmallIntegerField(
        _("severity to start from"), choices=Severity, default=Severity.ELEVATED, validators=SEVERITY_RANGE
    )
    protocol = models.ForeignKey(
        Protocol, null=True, blank=True, on_delete=models.PROTECT, related_name="kinds", verbose_name=_("protocol")
    )
    policy = models.ForeignKey(
        SeverityPolicy, null=True, blank=True, on_delete=models.PROTECT, related_name="kinds", verbose_name=_("policy")
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    active = models.BooleanField(_("active"), default=True)

    history = DeskHistory()

    class Meta:
        verbose_name = _("kind of crisis")
        verbose_name_plural = _("kinds of crisis")
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(start_severity__gte=1, start_severity__lte=4),
                name="cases_kind_start_severity",
                violation_error_message=_("Severity runs from 1 (critical) to 4 (routine)"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self, "name")

    @property
    def description(self) -> str:
        """The description in the reader's language."""
        return in_reader_language(self, "description")
