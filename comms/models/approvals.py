"""Who allowed what: requests with their stages, decisions, and the one signature under a prepared text."""

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comms.models.policies import ROLE_CHOICES
from comms.models.statements import StatementVersion
from comms.models.templates import TemplateVersion
from comms.querysets import RequestQuerySet, RequestStageQuerySet
from comms.quorum import QUOTED
from comms.states import REQUEST_STATES, RequestState, ReviewOutcome, Verdict
from crisisdesk.core import clock
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import DeskHistory, DeskModel, Due, Entry


class ApprovalRequest(DeskModel):
    """One submitted version waiting for its people.

    `policy` is a copy of what was asked at submit: `{"texts", "severity", "kind", "tags", "stages", "informed"}`; later
    edits of policies do not reach it. A stage has `roles`, or the name of a `person` who is quoted.
    """

    version = models.OneToOneField(StatementVersion, on_delete=models.PROTECT, related_name="request")
    payload_hash = models.CharField(max_length=64)
    policy: Any = models.JSONField()
    state = models.CharField(max_length=10, choices=RequestState, default=RequestState.OPEN, editable=False)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = RequestQuerySet.as_manager()
    history = DeskHistory()
    scope_path: ClassVar[str] = "version__statement__case"
    states = REQUEST_STATES

    class Meta:
        verbose_name = _("request for approval")
        verbose_name_plural = _("requests for approval")
        ordering = ("submitted_at", "pk")
        indexes = (
            models.Index(
                fields=["submitted_at", "id"], condition=Q(state=RequestState.OPEN), name="comms_request_open"
            ),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=RequestState.values), name="comms_request_state"),
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN, decided_at=None)
                | (~Q(state=RequestState.OPEN) & Q(decided_at__isnull=False)),
                name="comms_request_decided",
            ),
        )

    def __str__(self) -> str:
        return str(self.version)

    @property
    def is_open(self) -> bool:
        """Whether it still waits for people."""
        return bool(self.state == RequestState.OPEN)

    @property
    def quotes(self) -> bool:
        """Whether people have to agree to being quoted."""
        return any("person" in stage for stage in self.policy.get("stages", ()))

    @property
    def informed_roles(self) -> list[str]:
        """The roles that get to know of the text and do not decide."""
        return list(self.policy.get("informed", ()))

    @property
    def informed_label(self) -> str:
        """Those roles in the reader's language."""
        return ", ".join(str(Role(role).label) for role in self.informed_roles)


class RequestStage(DeskModel, Due):
    """One part of a request: how many people out of which roles, and from when deputies and executives may too.

    The row is also the timer that says so in the case's course; who may decide follows from the instants alone. A stage
    with a `person` names no roles: only they can agree to being quoted, and nobody stands in for them.
    """

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="stages")
    order = models.PositiveSmallIntegerField(default=1)
    roles = ArrayField(models.CharField(max_length=20, choices=ROLE_CHOICES), default=list, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    required = models.PositiveSmallIntegerField(default=1)
    deputy_at = models.DateTimeField(null=True, blank=True)
    executive_at = models.DateTimeField(null=True, blank=True)
    filled_at = models.DateTimeField(null=True, blank=True)

    objects = RequestStageQuerySet.as_manager()
    scope_path: ClassVar[str] = "request__version__statement__case"
    task: ClassVar[str] = "comms.widen_stages"

    class Meta(Due.Meta):
        verbose_name = _("stage of a request")
        verbose_name_plural = _("stages of requests")
        ordering = ("order", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(person=None) & ~Q(roles=[]) | Q(person__isnull=False, required=1, roles=[]),
                name="comms_requeststage_whom",
            ),
        )

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """The roles, or the person quoted, in the reader's language."""
        if self.person is not None:
            return _("person quoted: {name}").format(name=self.person.name)
        return " / ".join(str(Role(role).label) for role in self.roles)

    @property
    def code(self) -> str:
        """How an event names whom the stage asks: the roles, or `quoted`."""
        return "/".join(self.roles) or QUOTED

    @property
    def decisions(self) -> list["Approval"]:
        """The decisions that count here, earliest first. Whoever is quoted decides once, be it as a lawyer or as
        themselves, and agrees to their own words by it."""
        if self.person_id is None:
            return list(self.approvals.all())
        everywhere = (row for stage in self.request.stages.all() for row in stage.approvals.all())
        return [row for row in everywhere if row.user_id == self.person_id]

    @property
    def approved_by(self) -> list["Approval"]:
        """The approvals that count here, earliest first."""
        return [row for row in self.decisions if row.verdict == Verdict.APPROVE]

    @property
    def coming(self) -> list[tuple[str, datetime]]:
        """Who else may decide later on, and from when: the `deputy`, then the `executive`."""
        levels = (("deputy", self.deputy_at), ("executive", self.executive_at))
        return [(level, at) for level, at in levels if at and at > clock.now() and not self.filled_at]

    @property
    def widens_at(self) -> datetime | None:
        """When more people may decide; None if it is decided or nobody is left to be asked."""
        return min((at for _level, at in self.coming), default=None)


class Approval(DeskModel):
    """One person's decision about one text, named by its hash. Written once.

    `on_behalf_of` is whose place a deputy took; `entry` holds the comment.
    """

    request = models.ForeignKey(ApprovalRequest, on_delete=models.PROTECT, related_name="approvals")
    stage = models.ForeignKey(RequestStage, on_delete=models.PROTECT, related_name="approvals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="approvals")
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(max_length=10, choices=Verdict)
    payload_hash = models.CharField(max_length=64)
    via = models.CharField(max_length=10)
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    scope_path: ClassVar[str] = "request__version__statement__case"
    frozen: ClassVar[str] = "always"

    class Meta:
        verbose_name = _("decision about a text")
        verbose_name_plural = _("decisions about texts")
        ordering = ("created_at", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["request", "user"],
                name="comms_approval_once",
                violation_error_message=_("You have decided about this text already"),
            ),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="comms_approval_verdict"),
        )

    def __str__(self) -> str:
        return f"{self.user} · {self.get_verdict_display()}"


class TemplateRelease(DeskModel):
    """The signature of the duty officer under an untouched approved template with closed values. Written once."""

    version = models.OneToOneField(StatementVersion, on_delete=models.PROTECT, related_name="release")
    template_version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="releases")
    values: Any = models.JSONField(default=dict)
    payload_hash = models.CharField(max_length=64)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now)
    via = models.CharField(max_length=10)

    scope_path: ClassVar[str] = "version__statement__case"
    frozen: ClassVar[str] = "always"

    class Meta:
        verbose_name = _("release of a template")
        verbose_name_plural = _("releases of templates")
        ordering = ("-signed_at", "-pk")

    def __str__(self) -> str:
        return str(self.version)

    def holds(self) -> bool:
        """Whether the version still says exactly what the template says with these values."""
        master = self.version.master
        return (master.title, master.text) == self.template_version.filled(self.values) and not (
            self.version.texts.exclude(pk=master.pk).exists()
        )


class ReleaseReview(DeskModel, Due):
    """What somebody else says the next morning about a text that went out on one signature. Due at 9:00 local time."""

    release = models.OneToOneField(TemplateRelease, on_delete=models.PROTECT, related_name="review")
    outcome = models.CharField(_("outcome"), max_length=10, choices=ReviewOutcome, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    scope_path: ClassVar[str] = "release__version__statement__case"
    task: ClassVar[str] = "comms.remind_reviews"

    class Meta(Due.Meta):
        verbose_name = _("review of a release")
        verbose_name_plural = _("reviews of releases")
        ordering = ("due_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, outcome="")
                | Q(reviewed_at__isnull=False, reviewed_by__isnull=False, outcome__in=ReviewOutcome.values),
                name="comms_releasereview_whole",
            ),
        )

    def __str__(self) -> str:
        return str(self.release)


def authority_of(version: StatementVersion) -> "ApprovalRequest | TemplateRelease | None":
    """What allows this version to leave, its hash computed anew from the rows: a satisfied request or a signature.

    None where nothing does, or where the text is no longer the one that was allowed. Whoever sends asks this in the
    transaction in which it claims the delivery.
    """
    found = version.computed_hash()
    request = ApprovalRequest.objects.filter(version=version, state=RequestState.SATISFIED, payload_hash=found).first()
    if request is not None:
        return request
    release = TemplateRelease.objects.filter(version=version, payload_hash=found).first()
    return release if release is not None and release.holds() else None
