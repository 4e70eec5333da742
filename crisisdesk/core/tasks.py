"""What workers do for the kernel."""

from celery import shared_task

from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions.memberships import begin_membership, expire_membership
from crisisdesk.core.files import sweeping
from crisisdesk.core.jobs import due, notifications, tidying
from crisisdesk.core.models import MembershipTimer, Notification

_TURNS = {MembershipTimer.Edge.BEGIN: begin_membership, MembershipTimer.Edge.END: expire_membership}


def _turn(timer: MembershipTimer) -> None:
    _TURNS[MembershipTimer.Edge(timer.edge)](timer.membership, SYSTEM)


@shared_task(name="core.send_notifications")
def send_notifications() -> int:
    """Send the mails that are due; returns how many. Running it twice sends nothing twice."""
    return due.run(Notification, notifications.send, lease=notifications.LEASE, tries=notifications.MOST_TRIES)


@shared_task(name="core.turn_memberships")
def turn_memberships() -> int:
    """Note which roles on brands begin and run out; returns how many were looked at. Twice notes nothing twice."""
    return due.run(MembershipTimer, _turn)


@shared_task(name="core.tidy")
def tidy() -> None:
    """Remove technical rows that have run out."""
    tidying.tidy()


@shared_task(name="core.sweep_files")
def sweep_files() -> int:
    """Remove uploads that were left and bytes nothing refers to; returns how many."""
    return sweeping.sweep()
