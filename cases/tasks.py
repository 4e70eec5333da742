"""What workers do for cases."""

from celery import shared_task

from cases.actions import breach_clock, lapse_offer, take_over_signal
from cases.models import Clock, RoleAssignment, Signal
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.jobs import due
from crisisdesk.core.models import User


def _breach(clock: Clock) -> None:
    breach_clock(clock, SYSTEM)


def _lapse(assignment: RoleAssignment) -> None:
    lapse_offer(assignment, SYSTEM)


@shared_task(name="cases.breach_clocks")
def breach_clocks() -> int:
    """Note limits that were passed; returns how many clocks were looked at. Running it twice notes nothing twice."""
    return due.run(Clock, _breach)


@shared_task(name="cases.lapse_offers")
def lapse_offers() -> int:
    """Let offers lapse that nobody answered in time and ask the deputies; returns how many were looked at."""
    return due.run(RoleAssignment, _lapse)


@shared_task(name="cases.take_over_signal")
def take_over(signal: int, user: int) -> None:
    """Take a signal over for somebody who answered outside the desk, for example by a text message."""
    take_over_signal(Signal.objects.get(pk=signal), Principal.for_user(User.objects.get(pk=user), via="worker"))
