"""What workers do for monitoring."""

from celery import shared_task

from cases.monitoring.actions.polling import LEASE, poll
from cases.monitoring.models import SourceState
from crisisdesk.core.jobs import due

# A look may take half a minute; the next beat goes on with what is left.
MOST = 20


@shared_task(name=SourceState.task)
def poll_due() -> int:
    """Look at the feeds that are due; returns how many. Running it twice stores nothing twice."""
    return due.run(SourceState, poll, lease=LEASE, most=MOST)
