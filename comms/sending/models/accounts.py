"""Where texts go: the accounts of a brand."""

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from comms.sending.networks import NETWORKS, Network, cleaned_settings
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.log.history import DeskHistory
from crisisdesk.core.models import Brand, DeskModel
from crisisdesk.core.models.organisation import LANGUAGE_CODE


class AccountKind(models.TextChoices):
    """How an account is served: two kinds send by themselves, the third is posted by a person and ticked off."""

    NEWSROOM = "newsroom", _("newsroom")
    EMAIL = "email", _("e-mail")
    MANUAL = "manual", _("published by hand")


class AccountQuerySet(DeskQuerySet):
    """Accounts of brands."""

    def speaking(self, language: str) -> "AccountQuerySet":
        """Open accounts that carry texts in this language; an account without languages carries every one."""
        return self.filter(Q(languages=[]) | Q(languages__contains=[language]), active=True)


class Account(DeskModel):
    """One place a brand speaks at. `settings` are checked by kind (`comms.sending.networks.SETTINGS`).

    `stopped_at` is set when the other side refuses our log-in: nothing more is tried until a person resumes it.
    """

    brand = models.ForeignKey(Brand, on_delete=models.PROTECT, related_name="accounts", verbose_name=_("brand"))
    code = models.SlugField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=10, choices=AccountKind)
    network = models.CharField(
        _("network"), max_length=12, blank=True, choices=[(network.code, network.name) for network in NETWORKS.values()]
    )
    name_cs = models.CharField(_("name in Czech"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80)
    languages = ArrayField(
        models.CharField(max_length=3, validators=[LANGUAGE_CODE]),
        verbose_name=_("languages"),
        default=list,
        blank=True,
        help_text=_("Codes separated by commas; empty: every language"),
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    active = models.BooleanField(_("active"), default=True)
    stopped_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = AccountQuerySet.as_manager()
    history = DeskHistory()
    scope_path: ClassVar[str] = "brand"

    class Meta:
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")
        ordering = ("position", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["brand", "code"],
                name="comms_account_code_once",
                violation_error_message=_("This brand has an account with this code already"),
            ),
            models.UniqueConstraint(
                fields=["brand"],
                condition=Q(kind=AccountKind.NEWSROOM),
                name="comms_account_one_newsroom",
                violation_error_message=_("A brand has one newsroom"),
            ),
            models.CheckConstraint(
                condition=Q(kind=AccountKind.MANUAL) | Q(network=""),
                name="comms_account_network_by_hand",
                violation_error_message=_("Only accounts published by hand belong to a network"),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_in(get_language() or "en")

    def name_in(self, language: str) -> str:
        """The name in one language of the desk, Czech or English."""
        return self.name_cs if language == "cs" else self.name_en

    @property
    def by_hand(self) -> bool:
        """Whether a person posts the text and ticks it off."""
        return self.kind == AccountKind.MANUAL

    @property
    def variant(self) -> str:
        """The key of this account's own wording among the texts of a version: `x`, `newsroom`, `hotline` …"""
        return self.network or (self.code if self.by_hand else self.kind)

    @property
    def spoken_to(self) -> Network | None:
        """The network behind an account that is published by hand, where there is one."""
        return NETWORKS.get(self.network)

    def clean(self) -> None:
        """Check the settings against the kind."""
        self.settings = cleaned_settings(self.kind, dict[str, Any](self.settings))
