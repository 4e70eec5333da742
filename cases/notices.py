"""What people are told about signals and cases.

A notice about a case names its reference and nothing of its content: the case may be confidential.
"""

from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import RoleAssignment, Severity, Signal
from cases.states import RoleState, SignalState
from crisisdesk.core.access.roles import Role
from crisisdesk.core.actions.act import Act
from crisisdesk.core.jobs.notifications import ONCE, declare_notice, notify
from crisisdesk.core.models import Membership, User


def _word(choices: Any) -> Callable[[Any], str]:
    return lambda code: str(choices(code).label)


def _taken_over(signal: Signal, user: User) -> bool:
    return signal.state != SignalState.NEW


def _answered(assignment: RoleAssignment, user: User) -> bool:
    return assignment.state != RoleState.OFFERED or not assignment.case.is_open


declare_notice(
    "signal.waiting",
    subject=_("{severity}: {title}"),
    text=_("A new signal of the brand {brand} waits for somebody to take it over: {title}"),
    button=_("Look at it and take it over"),
    words={"severity": _word(Severity)},
    settled=_taken_over,
)
declare_notice(
    "role.offered",
    subject=_("{reference}: you are asked to take on a role ({role})"),
    text=_(
        "You are asked to take on a role ({role}) in the case {reference}. Please answer; your deputy is asked next."
    ),
    button=_("Answer"),
    words={"role": _word(Role)},
    settled=_answered,
)


def tell_duty(act: Act, signal: Signal) -> None:
    """Tell the duty officers of the brand that a signal waits; what is not grave respects the night.

    A signal that waits belongs to no case yet, so there is no closed world to ask about.
    """
    on_duty = Membership.objects.current(act.now).filter(brand=signal.brand_id, role=Role.DUTY)
    notify(
        act,
        [member.user for member in on_duty.select_related("user")],
        "signal.waiting",
        on=signal,
        round_=ONCE,
        path=reverse("cases:signal", args=[signal.uuid]),
        urgent=signal.severity <= Severity.SERIOUS,
        severity=int(signal.severity),
        title=signal.title,
        brand=signal.brand.name,
    )


def tell_asked(act: Act, assignment: RoleAssignment) -> None:
    """Tell somebody that a role waits for an answer. Every offer is a row of its own, so a second one is told."""
    notify(
        act,
        [assignment.user],
        "role.offered",
        on=assignment,
        round_=ONCE,
        path=reverse("cases:role", args=[assignment.uuid]),
        urgent=assignment.case.severity <= Severity.SERIOUS,
        reference=assignment.case.reference,
        role=assignment.role,
    )
