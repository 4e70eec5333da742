"""What we know and what we do not know."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import CaseModel
from cases.states import FACT_STATES, FactState
from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models import DeskHistory, Entry


class FactType(models.TextChoices):
    """What a line stands for."""

    FACT = "fact", _("fact")
    RUMOUR = "rumour", _("rumour")


class RumourAnswer(models.TextChoices):
    """What is done about a rumour."""

    IGNORE = "ignore", _("ignore")
    INDIVIDUALLY = "individually", _("answer individually")
    REFUTE = "refute", _("refute publicly")


class FactQuerySet(DeskQuerySet):
    """Facts."""

    def citable(self) -> "FactQuerySet":
        """Facts a statement may rely on."""
        return self.filter(state=FactState.CONFIRMED, public_ok=True)


class Fact(CaseModel):
    """One line about what happened: how sure we are, who checks it until when, and whether it may be said in public.

    `verified_by` is the colleague who vouches for the answer and never the one who is to find it out (`owner`).
    `voucher` is an entry with the name of somebody without an account who vouched for it instead.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="facts")
    text = models.CharField(_("fact"), max_length=500)
    type = models.CharField(_("type"), max_length=6, choices=FactType, default=FactType.FACT)
    state = models.CharField(_("state"), max_length=10, choices=FactState, default=FactState.UNVERIFIED, editable=False)
    public_ok = models.BooleanField(_("may be said in public"), default=False)
    source = models.CharField(_("source"), max_length=300, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="facts",
        verbose_name=_("who finds out"),
    )
    verify_by = models.DateTimeField(_("check until"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(_("checked"), null=True, blank=True)
    voucher = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(_("what is done about it"), max_length=12, choices=RumourAnswer, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = FactQuerySet.as_manager()
    history = DeskHistory()
    states = FACT_STATES

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ("case", "-pk")
        indexes = (models.Index(fields=["case", "-id"], name="cases_fact_newest"),)
        constraints = (
            models.CheckConstraint(condition=Q(state__in=FactState.values), name="cases_fact_state_known"),
            models.CheckConstraint(
                condition=Q(verified_by=None) | Q(owner=None) | ~Q(verified_by=F("owner")),
                name="cases_fact_verifier_not_owner",
                violation_error_message=_("Somebody else than the one who finds out confirms a fact"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[FactState.CONFIRMED, FactState.REFUTED]) | Q(verified_at__isnull=False),
                name="cases_fact_answered",
            ),
        )

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        waiting = self.state in (FactState.UNVERIFIED, FactState.OPEN)
        return waiting and self.verify_by is not None and self.verify_by < clock.now()
