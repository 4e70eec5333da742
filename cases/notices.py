"""What people are told by mail about signals and cases.

A mail about a case names its reference and nothing of its content: the case may be confidential.
"""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import RoleAssignment, Severity, Signal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions.act import Act
from crisisdesk.core.jobs.notifications import declare_notice, notify
from crisisdesk.core.models import Membership


def _word(choices: Any) -> Callable[[Any], str]:
    return lambda code: str(choices(code).label)


declare_notice(
    "signal.waiting",
    subject=_("{severity}: {title}"),
    text=_("A new signal of the brand {brand} waits for somebody to take it over: {title}"),
    button=_("Look at it and take it over"),
    words={"severity": _word(Severity)},
)
declare_notice(
    "role.offered",
    subject=_("{reference}: you are asked to take on a role ({role})"),
    text=_(
        "You are asked to take on a role ({role}) in the case {reference}. Please answer; your deputy is asked next."
    ),
    button=_("Answer"),
    words={"role": _word(Role)},
)


def tell_duty(act: Act, signal: Signal) -> None:
    """Tell the duty officers of the brand that a signal waits; what is not grave respects the night."""
    members = Membership.objects.filter(brand=signal.brand_id, role=Role.DUTY, until=None).select_related("user")
    notify(
        act,
        [member.user for member in members],
        "signal.waiting",
        on=signal,
        path=reverse("cases:signal", args=[signal.uuid]),
        urgent=signal.severity <= Severity.SERIOUS,
        severity=int(signal.severity),
        title=signal.title,
        brand=signal.brand.name,
    )


def tell_asked(act: Act, assignment: RoleAssignment) -> None:
    """Tell somebody that a role waits for an answer."""
    notify(
        act,
        [assignment.user],
        "role.offered",
        on=assignment,
        path=reverse("cases:role", args=[assignment.uuid]),
        urgent=assignment.case.severity <= Severity.SERIOUS,
        reference=assignment.case.reference,
        role=assignment.role,
    )
