"""Who is who in a case: roles offered, accepted and ended."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.cases import CaseModel
from cases.querysets import RoleAssignmentQuerySet
from cases.states import OPEN_ROLE, ROLE_STATES, RoleState
from crisisdesk.core.access.roles import CASE_ROLES, EXCLUSIVE_ROLES
from crisisdesk.core.models import DeskHistory, Due


class RoleAssignment(CaseModel, Due):
    """One offer of a role to one person, and what became of it.

    While it is offered it is a timer: at `due_at` it lapses and the deputy is asked. `deputy_of` is the person in
    whose place somebody was asked.
    """

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="roles")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="case_roles")
    role = models.CharField(_("role"), max_length=20, choices=[(role.value, role.label) for role in CASE_ROLES])
    deputy_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(_("state"), max_length=10, choices=RoleState, default=RoleState.OFFERED, editable=False)
    offered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = RoleAssignmentQuerySet.as_manager()
    history = DeskHistory(excluded_fields=["lease_until", "fence", "attempts", "done_at", "dead_at", "last_error"])
    states = ROLE_STATES
    task = "cases.lapse_offers"

    class Meta:
        verbose_name = _("role in a case")
        verbose_name_plural = _("roles in cases")
        ordering = ("case", "pk")
        indexes = (
            *Due.Meta.indexes,
            models.Index(fields=["user"], condition=Q(state__in=OPEN_ROLE), name="cases_role_of_user"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=RoleState.values), name="cases_role_state_known"),
            models.UniqueConstraint(
                fields=["case", "role"],
                condition=Q(state__in=OPEN_ROLE, role__in=sorted(EXCLUSIVE_ROLES)),
                name="cases_role_exclusive",
                violation_error_message=_("This role is offered or taken already; end that first"),
            ),
            models.UniqueConstraint(
                fields=["case", "role", "user"],
                condition=Q(state__in=OPEN_ROLE),
                name="cases_role_once",
                violation_error_message=_("This person is asked or holds the role already"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.user}"

    @property
    def answer_by(self) -> datetime:
        """When the offer lapses."""
        return self.due_at
