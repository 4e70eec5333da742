"""What a signal rests on: monitoring's part of `cases.Signal`."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Signal
from cases.monitoring.models.mentions import Mention
from cases.monitoring.querysets import SignalEvidenceQuerySet
from crisisdesk.core.models import DeskModel


class EvidenceReason(models.TextChoices):
    """Why a mention counts as evidence of a signal."""

    CHOSEN = "chosen", _("chosen by a person")
    TERM = "term", _("contains a trigger term")
    EVERY_ITEM = "every_item", _("every item of the source becomes a signal")
    REPORT = "report", _("reported by a person")


class SignalEvidence(DeskModel):
    """One mention behind one signal, with the reason. `term` is the trigger term that fired."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("signal"))
    mention = models.ForeignKey(Mention, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("mention"))
    reason = models.CharField(_("reason"), max_length=10, choices=EvidenceReason, default=EvidenceReason.CHOSEN)
    term = models.CharField(_("term"), max_length=80, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = SignalEvidenceQuerySet.as_manager()
    scope_path = "signal__brand"
    lock_on_act = False

    class Meta:
        verbose_name = _("evidence of a signal")
        verbose_name_plural = _("evidence of signals")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["signal", "mention"], name="monitoring_evidence_once"),
            models.CheckConstraint(
                condition=models.Q(reason=EvidenceReason.TERM) ^ models.Q(term=""),
                name="monitoring_evidence_term_named",
            ),
        )

    def __str__(self) -> str:
        return f"{self.signal_id} ← {self.mention_id}"
