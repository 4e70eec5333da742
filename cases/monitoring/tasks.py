"""What workers do for monitoring."""

from celery import shared_task

from cases.monitoring.actions.polling import LEASE, poll
from cases.monitoring.models import SourceState
from crisisdesk.core.jobs import due

# A look may take half a minute, so a worker takes few at once and leaves the others to its colleagues.
AT_ONCE = 2
MOST = 20


@shared_task(name=SourceState.task)
def poll_due() -> int:
    """Look at the feeds that are due; returns how many. Running it twice stores nothing twice."""
    return due.run(SourceState, poll, limit=AT_ONCE, lease=LEASE, most=MOST)
