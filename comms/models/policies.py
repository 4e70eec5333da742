"""Who has to approve what: the matrix as data, and the change of it that needs a second person."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.bilingual import in_reader_language
from comms.quorum import Condition, Stage
from comms.states import Purpose
from crisisdesk.core.access.roles import CASE_ROLES, Role
from crisisdesk.core.models import DeskHistory, DeskModel

ROLE_CHOICES = [(role.value, role.label) for role in CASE_ROLES]


class PolicyText(models.TextChoices):
    """What a policy is about: the purposes of statements, and the texts approved once for many."""

    FIRST_TEMPLATE = "first_template", _("first statement from an approved template")
    FIRST = Purpose.FIRST.value, Purpose.FIRST.label
    UPDATE = Purpose.UPDATE.value, Purpose.UPDATE.label
    APOLOGY = Purpose.APOLOGY.value, Purpose.APOLOGY.label
    CORRECTION = Purpose.CORRECTION.value, Purpose.CORRECTION.label
    REPLY = Purpose.REPLY.value, Purpose.REPLY.label
    PRESS_ANSWER = Purpose.PRESS_ANSWER.value, Purpose.PRESS_ANSWER.label
    STAFF = Purpose.STAFF.value, Purpose.STAFF.label
    REGULATOR = Purpose.REGULATOR.value, Purpose.REGULATOR.label


class ApprovalPolicy(DeskModel):
    """How one kind of text is approved. A request copies it when a text is submitted; later edits do not reach it.

    `minutes` without an answer let the deputy decide too, twice as many the executive; 0 never widens. `signed_by`
    are the roles whose one signature is enough for an untouched template with closed fields.
    """

    text = models.CharField(_("text"), max_length=20, choices=PolicyText, unique=True)
    name_cs = models.CharField(_("name in Czech"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120)
    minutes = models.PositiveIntegerField(_("minutes until the deputy may decide"), default=0)
    signed_by = ArrayField(
        models.CharField(max_length=20, choices=ROLE_CHOICES),
        verbose_name=_("roles whose signature is enough"),
        default=list,
        blank=True,
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    history = DeskHistory()

    class Meta:
        verbose_name = _("approval policy")
        verbose_name_plural = _("approval policies")
        ordering = ("pk",)
        constraints = (models.CheckConstraint(condition=Q(text__in=PolicyText.values), name="comms_policy_text"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_reader_language(self, "name")

    def signs_alone(self, named: Sequence[str] | None = None) -> frozenset[str]:
        """The roles whose one signature is enough, of this policy or if `named` were its; nobody named means duty."""
        return frozenset((self.signed_by if named is None else named) or [Role.DUTY.value])

    def as_stages(self) -> list[Stage]:
        """The stages in the shape the computation works with; all wait as long as the policy says."""
        return [replace(row.as_stage(), minutes=self.minutes) for row in self.stages.all()]


class PolicyStage(models.Model):
    """One part of an approval: `required` people out of any of the roles, under conditions; or, `informed`, roles that
    are told of the text and do not decide.

    Stages of equal order run side by side; a higher order waits for the lower ones. An empty list of severities or
    kinds means any; `tag` asks for a mark on the statement. A `quoted` stage names no role: it asks each person whose
    words the statement quotes.
    """

    policy = models.ForeignKey(ApprovalPolicy, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField(_("order"), default=1)
    roles = ArrayField(
        models.CharField(max_length=20, choices=ROLE_CHOICES),
        verbose_name=_("any of the roles"),
        default=list,
        blank=True,
    )
    required = models.PositiveSmallIntegerField(
        _("how many people"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)]
    )
    informed = models.BooleanField(_("is told, does not decide"), default=False)
    quoted = models.BooleanField(_("the people quoted decide"), default=False)
    severities = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("severities"), default=list, blank=True)
    kinds = ArrayField(models.SlugField(max_length=40), verbose_name=_("kinds of crisis"), default=list, blank=True)
    except_kinds = ArrayField(
        models.SlugField(max_length=40), verbose_name=_("but not for these kinds"), default=list, blank=True
    )
    tag = models.CharField(
        _("only if the statement"), max_length=10, blank=True, choices=[("employee", _("concerns an employee"))]
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ("order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(quoted=False) & ~Q(roles=[]) | Q(quoted=True, informed=False, required=1, roles=[]),
                name="comms_policystage_roles",
                violation_error_message=_("A stage names at least one role, or asks the people quoted"),
            ),
            models.CheckConstraint(condition=Q(required__gte=1), name="comms_policystage_required"),
        )

    def __str__(self) -> str:
        return " / ".join(self.roles)

    def as_stage(self) -> Stage:
        """The row in the shape the computation works with."""
        return Stage(
            roles=tuple(self.roles),
            required=self.required,
            order=self.order,
            informed=self.informed,
            quoted=self.quoted,
            when=Condition(
                severities=frozenset(self.severities),
                kinds=frozenset(self.kinds),
                except_kinds=frozenset(self.except_kinds),
                tag=self.tag,
            ),
        )

    @classmethod
    def from_stage(cls, policy: ApprovalPolicy, stage: Stage) -> "PolicyStage":
        """An unsaved row of a stage."""
        return cls(
            policy=policy,
            order=stage.order,
            roles=list(stage.roles),
            required=stage.required,
            informed=stage.informed,
            quoted=stage.quoted,
            severities=sorted(stage.when.severities),
            kinds=sorted(stage.when.kinds),
            except_kinds=sorted(stage.when.except_kinds),
            tag=stage.when.tag,
        )


class PolicyProposal(DeskModel):
    """A change that weakens a policy and waits for a second person; `content`: `{"minutes", "signed_by", "stages"}`."""

    policy = models.ForeignKey(ApprovalPolicy, on_delete=models.PROTECT, related_name="proposals")
    content: Any = models.JSONField()
    on_version = models.PositiveIntegerField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    accepted = models.BooleanField(null=True, blank=True)

    history = DeskHistory()

    class Meta:
        verbose_name = _("proposed change of a policy")
        verbose_name_plural = _("proposed changes of policies")
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy"],
                condition=Q(decided_at=None),
                name="comms_policyproposal_one_open",
                violation_error_message=_("A change of this policy is waiting for a second person already"),
            ),
            models.CheckConstraint(
                condition=~Q(accepted=True) | ~Q(decided_by=models.F("proposed_by")),
                name="comms_policyproposal_two_people",
                violation_error_message=_("A policy is weakened by two people; somebody else has to confirm it"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.policy} {self.on_version}"
