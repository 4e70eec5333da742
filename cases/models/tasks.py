"""Tasks of a case: steps of its protocol and what people add."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import CaseModel
from cases.models.protocols import ProtocolStep
from cases.querysets import TaskQuerySet
from cases.states import OPEN_TASK, TASK_STATES, TaskState
from crisisdesk.core import clock
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.models import DeskHistory, Entry


class Task(CaseModel):
    """Something to be done by a role or a person until a minute. Never deleted.

    A task made of a protocol step reads its title from the step; others carry their own. `reason` is the entry that
    says why it is blocked or was skipped.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="tasks")
    step = models.ForeignKey(ProtocolStep, null=True, blank=True, on_delete=models.PROTECT, related_name="tasks")
    own_title = models.CharField(_("title"), max_length=200, blank=True)
    own_instruction = models.TextField(_("instruction"), blank=True, validators=[MaxLengthValidator(5000)])
    role = models.CharField(
        _("role"), max_length=20, blank=True, choices=[(role.value, role.label) for role in CASE_ROLES]
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tasks",
        verbose_name=_("who"),
    )
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    blocking = models.BooleanField(_("must be done before the case is resolved"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=TaskState, default=TaskState.TODO, editable=False)
    reason = models.ForeignKey(Entry, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = TaskQuerySet.as_manager()
    history = DeskHistory()
    states = TASK_STATES

    class Meta:
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        ordering = ("case", models.F("due_at").asc(nulls_last=True), "pk")
        indexes = (
            models.Index(fields=["case", "due_at"], name="cases_task_due"),
            models.Index(fields=["assignee"], condition=Q(state__in=OPEN_TASK), name="cases_task_of_user"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=TaskState.values), name="cases_task_state_known"),
            models.CheckConstraint(
                condition=Q(step__isnull=False) | ~Q(own_title=""),
                name="cases_task_titled",
                violation_error_message=_("Say what is to be done"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[TaskState.SKIPPED, TaskState.BLOCKED]) | Q(reason__isnull=False),
                name="cases_task_reason",
                violation_error_message=_("Say why"),
            ),
            models.UniqueConstraint(fields=["case", "step"], name="cases_task_step_once"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """What is to be done, in the reader's language where the protocol knows it."""
        return self.step.title if self.step else self.own_title

    @property
    def instruction(self) -> str:
        """How it is done, in the reader's language where the protocol knows it."""
        return self.step.instruction if self.step else self.own_instruction

    @property
    def is_late(self) -> bool:
        """Whether the task waits past its minute."""
        return self.state in OPEN_TASK and self.due_at is not None and self.due_at < clock.now()
