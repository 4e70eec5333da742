"""What workers do for statements. Each task looks after one table of due rows; running it twice changes nothing."""

from celery import shared_task

from comms import sending
from comms.actions.deliveries import miss_scheduled, publish_scheduled
from comms.channels.email import ask_to_confirm
from comms.models import StatementState, StatementVersion, Subscriber
from crisisdesk.core import clock, due
from crisisdesk.core.errors import DomainError
from crisisdesk.core.principals import SYSTEM


@shared_task(name="comms.send_due")
def send_due() -> int:
    """Send what is due; returns how many deliveries were handled."""
    return sending.send_due()


@shared_task(name="comms.publish_scheduled")
def publish_what_was_scheduled() -> int:
    """Give the channels what was scheduled for now; what cannot leave becomes a decision for a person."""
    versions = StatementVersion.objects.filter(
        state=StatementState.SCHEDULED, statement__scheduled_at__lte=clock.now()
    ).order_by("statement__scheduled_at")[:100]
    for version in versions:
        try:
            publish_scheduled(version, SYSTEM)
        except DomainError:
            miss_scheduled(version, SYSTEM)
    return len(versions)


@shared_task(name="comms.ask_subscribers")
def ask_subscribers() -> int:
    """Send the mails that ask new subscribers to confirm; returns how many."""
    return due.run(Subscriber, ask_to_confirm)
