"""Files: what is known of stored bytes, and uploads that are still arriving."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models.base import DeskModel
from crisisdesk.core.models.events import Entry

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal

LONGEST_NAME = 200  # characters
LARGEST = 200_000_000  # bytes; what kinds other than video may have, `files.types` knows

SHA256 = RegexValidator(r"\A[0-9a-f]{64}\Z", _("A SHA-256 has 64 hexadecimal digits in small letters"), code="sha256")
_SHA256_PATTERN = "^[0-9a-f]{64}$"


class FileKind(models.TextChoices):
    """What a file is for people."""

    IMAGE = "image", _("picture")
    DOCUMENT = "document", _("document")
    MAIL = "mail", _("e-mail")
    AUDIO = "audio", _("sound recording")
    VIDEO = "video", _("video")


class StoredFileQuerySet(DeskQuerySet):
    """Files as those see them who see what holds them."""

    def visible_to(self, principal: "Principal") -> Self:
        """Files of visible rows; see `StoredFile.held_by`."""
        from crisisdesk.core.access.permissions import visible_q

        if principal.is_system:
            return self
        seen = Q(pk__in=[])
        for path in self.model.scopes:
            seen |= visible_q(principal, path)
        return self.filter(seen)

    def present(self) -> Self:
        """Those whose bytes are kept."""
        return self.filter(removed_at=None)


class StoredFile(DeskModel):
    """Bytes that somebody handed in, and all that is known of them. They never change; removing leaves this row.

    `name` is what the file was called, `key` and `preview_key` where the bytes are. `width` and `height` are those of
    the preview, in pixels. `removal` is the entry with the reason.
    """

    sha256 = models.CharField("SHA-256", max_length=64, validators=[SHA256], editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME, editable=False)
    media_type = models.CharField(_("type"), max_length=100, editable=False)
    kind = models.CharField(_("kind of file"), max_length=8, choices=FileKind, editable=False)
    key = models.CharField(max_length=100, unique=True, editable=False)
    preview_key = models.CharField(max_length=120, blank=True, editable=False)
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)
    stored_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("handed in by"),
        editable=False,
    )
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True, editable=False)
    removal = models.ForeignKey(
        Entry,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("reason"),
        editable=False,
    )

    objects = StoredFileQuerySet.as_manager()
    # What a file is seen through is registered by the apps above: paths such as `evidence__case`.
    scopes: ClassVar[list[str]] = []
    lock_on_act = False

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(sha256__regex=_SHA256_PATTERN), name="core_storedfile_sha256"),
            models.CheckConstraint(condition=Q(size__gt=0), name="core_storedfile_size"),
            models.CheckConstraint(condition=Q(kind__in=FileKind.values), name="core_storedfile_kind_known"),
            models.CheckConstraint(
                condition=Q(removed_at=None, removal=None) | Q(removed_at__isnull=False, removal__isnull=False),
                name="core_storedfile_removed_with_reason",
                violation_error_message=_("Say why the file is removed"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @classmethod
    def held_by(cls, *paths: str) -> None:
        """Make files visible through rows that hold them: paths from a file to a case or brand."""
        cls.scopes.extend(path for path in paths if path not in cls.scopes)

    @property
    def keys(self) -> list[str]:
        """Where its bytes are."""
        return [key for key in (self.key, self.preview_key) if key]


class UploadQuerySet(DeskQuerySet):
    """Uploads as those see them who began them."""

    def visible_to(self, principal: "Principal") -> Self:
        """One's own; nobody else has to do with what is not finished."""
        if principal.is_system:
            return self
        return self.filter(uploader=principal.user) if principal.user else self.none()


class Upload(DeskModel):
    """A file that arrives in parts, and waits, when it is whole, for the verb that it was sent for.

    `offset` bytes have arrived; `parts` are their keys in the order of the bytes. Finished, `result` holds what is
    known of the file (see `receiving.Received`).
    """

    uploader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField("SHA-256", max_length=64, blank=True, validators=[SHA256])
    offset = models.PositiveBigIntegerField(default=0, editable=False)
    parts = ArrayField(models.CharField(max_length=150), default=list, blank=True, editable=False)
    result = models.JSONField(null=True, blank=True, editable=False)
    touched_at = models.DateTimeField(default=clock.now, db_index=True, editable=False)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ("-pk",)
        constraints = (
            models.CheckConstraint(condition=Q(size__gt=0) & Q(size__lte=LARGEST), name="core_upload_size"),
            models.CheckConstraint(condition=Q(offset__lte=F("size")), name="core_upload_offset"),
            models.CheckConstraint(
                condition=Q(sha256="") | Q(sha256__regex=_SHA256_PATTERN), name="core_upload_sha256"
            ),
            models.CheckConstraint(
                condition=Q(result=None) | Q(offset=F("size"), parts=[]), name="core_upload_finished_whole"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_finished(self) -> bool:
        """Whether the file is whole, checked and ready to be used."""
        return self.result is not None

    @property
    def keys(self) -> list[str]:
        """Where its bytes are, whatever became of it."""
        result: dict[str, Any] = self.result or {}
        found: Iterable[str] = (*self.parts, result.get("key", ""), result.get("preview_key", ""))
        return [key for key in found if key]
