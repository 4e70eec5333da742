"""The catalogue of roles and the one table that says what each role may do."""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability as C


class Role(models.TextChoices):
    """Roles people hold on a brand (`Membership`) or on one case (`RoleAssignment`)."""

    DUTY = "duty", _("comms duty officer")
    CRISIS_LEAD = "crisis_lead", _("crisis lead")
    COMMS_LEAD = "comms_lead", _("communications lead")
    SPOKESPERSON = "spokesperson", _("spokesperson")
    LEGAL = "legal", _("legal")
    COMMUNITY = "community", _("community manager")
    CARE = "care", _("customer-care lead")
    MARKETING = "marketing", _("campaign manager")
    INTERNAL = "internal", _("internal communications")
    DPO = "dpo", _("data-protection officer")
    SECURITY = "security", _("IT security")
    QUALITY = "quality", _("technical owner")
    HR = "hr", _("HR")
    EXEC = "exec", _("executive")
    SCRIBE = "scribe", _("scribe")
    AGENCY = "agency", _("agency")
    OBSERVER = "observer", _("observer")
    MANAGER = "manager", _("administrator")


_APPROVING = frozenset({C.VIEW, C.CONTRIBUTE, C.APPROVE})
_CRISIS_LEAD = frozenset({C.VIEW, C.CONTRIBUTE, C.LEAD, C.APPROVE, C.HOLD, C.REVIEW})

ROLE_CAPABILITIES: dict[Role, frozenset[C]] = {
    Role.DUTY: frozenset({C.VIEW, C.CONTRIBUTE, C.LEAD, C.HOLD, C.PUBLISH}),
    Role.CRISIS_LEAD: _CRISIS_LEAD,
    Role.COMMS_LEAD: _CRISIS_LEAD | {C.PUBLISH},
    Role.SPOKESPERSON: frozenset({C.VIEW, C.CONTRIBUTE, C.APPROVE, C.SPEAK}),
    Role.LEGAL: frozenset({C.VIEW, C.CONTRIBUTE, C.APPROVE_LEGAL}),
    Role.COMMUNITY: frozenset({C.VIEW, C.CONTRIBUTE, C.PUBLISH}),
    Role.CARE: _APPROVING,
    Role.INTERNAL: _APPROVING,
    Role.HR: _APPROVING,
    Role.DPO: _APPROVING,
    Role.EXEC: _APPROVING,
    Role.QUALITY: _APPROVING,
    Role.SECURITY: _APPROVING,
    Role.MARKETING: _APPROVING | {C.HOLD},
    Role.SCRIBE: frozenset({C.VIEW, C.CONTRIBUTE}),
    Role.AGENCY: frozenset({C.VIEW, C.CONTRIBUTE}),
    Role.OBSERVER: frozenset({C.VIEW}),
    Role.MANAGER: frozenset({C.VIEW, C.MANAGE}),
}

# One open assignment per case: two leads are no lead.
EXCLUSIVE_ROLES = frozenset({Role.CRISIS_LEAD, Role.COMMS_LEAD})

# Roles of communications: any of them may withdraw a published text at once.
COMMUNICATION_ROLES = frozenset({Role.DUTY, Role.CRISIS_LEAD, Role.COMMS_LEAD, Role.SPOKESPERSON, Role.COMMUNITY})

# Roles a case can hand out; an administrator exists on brands only.
CASE_ROLES = tuple(role for role in Role if role is not Role.MANAGER)


def capabilities_of(roles: Iterable[str]) -> frozenset[C]:
    """Everything the given role codes allow together."""
    allowed: set[C] = set()
    for role in roles:
        allowed |= ROLE_CAPABILITIES[Role(role)]
    return frozenset(allowed)
