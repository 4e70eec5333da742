"""Evidence: files that show what happened, on a case and on a signal before it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import CaseModel
from cases.models.signals import Signal
from crisisdesk.core.models import DeskHistory, DeskModel, StoredFile


class Side(models.TextChoices):
    """From which side of the crisis a piece of evidence comes."""

    UNKNOWN = "unknown", _("not known")
    OURS = "ours", _("from us")
    PUBLIC = "public", _("from customers or the public")
    MEDIA = "media", _("from the media")
    AUTHORITY = "authority", _("from an authority")
    PARTNER = "partner", _("from a partner or supplier")


class Evidence(CaseModel):
    """One file on a case: what it shows, who gave it, from which side it comes, and when it was taken.

    `number` is what people call it by ("evidence no. 3") and is never given twice in a case. The file never changes;
    what is said about it may.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="evidence")
    number = models.PositiveIntegerField(_("number"), editable=False)
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("file"), editable=False
    )
    caption = models.CharField(_("what it shows"), max_length=300, blank=True)
    source = models.CharField(_("where it comes from"), max_length=300, blank=True)
    side = models.CharField(_("side"), max_length=9, choices=Side, default=Side.UNKNOWN)
    captured_at = models.DateTimeField(_("taken"), null=True, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    history = DeskHistory()

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")
        ordering = ("case", "-number")
        constraints = (
            models.UniqueConstraint(fields=["case", "number"], name="cases_evidence_number"),
            models.CheckConstraint(condition=Q(side__in=Side.values), name="cases_evidence_side_known"),
        )

    def __str__(self) -> str:
        return self.caption or self.file.name


class SignalFile(DeskModel):
    """A file that came with a report. When the signal becomes part of a case, it is evidence there too."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(
        StoredFile, on_delete=models.PROTECT, related_name="signal_file", verbose_name=_("file"), editable=False
    )

    scope_path = "signal__brand"

    class Meta:
        verbose_name = _("file of a signal")
        verbose_name_plural = _("files of signals")
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.file.name
