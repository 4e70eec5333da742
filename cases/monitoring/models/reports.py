"""The secret address at which anybody in the organisation reports a signal without an account."""

import hashlib
import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import CrisisKind
from cases.monitoring.querysets import ReportAddressQuerySet
from crisisdesk.core.models import Brand, DeskHistory, DeskModel

SECRET_BYTES = 24


def digest_of(secret: str) -> str:
    """SHA-256 of a secret, hexadecimal: all that is stored of it."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def new_secret() -> str:
    """A fresh secret of 192 bits, safe in an address."""
    return secrets.token_urlsafe(SECRET_BYTES)


class ReportAddress(DeskModel):
    """One secret address of a brand. Whoever knows it may report; it is shown once and can be replaced at any time.

    `digest` is the SHA-256 of the secret, `hint` its last four characters, to tell addresses apart.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="report_addresses", verbose_name=_("brand"))
    name = models.CharField(_("who gets it"), max_length=120)
    kind = models.ForeignKey(
        CrisisKind, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("kind of crisis")
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=4, editable=False)
    rotated_at = models.DateTimeField(_("replaced"), null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)

    # When reports came in lately: what the limits of `actions.reports` count.
    recent = ArrayField(models.DateTimeField(), default=list, blank=True, editable=False)

    objects = ReportAddressQuerySet.as_manager()
    history = DeskHistory(excluded_fields=["digest", "recent"])
    scope_path = "brand"

    class Meta:
        verbose_name = _("report address")
        verbose_name_plural = _("report addresses")
        ordering = ("brand", "name", "pk")

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    def set_secret(self, secret: str) -> None:
        """Remember a new secret, which replaces the old one at once."""
        self.digest, self.hint = digest_of(secret), secret[-4:]
