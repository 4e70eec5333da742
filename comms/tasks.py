"""What workers do for statements. Each task looks after one table of due rows; running it twice changes nothing."""

import logging
from contextlib import suppress

from celery import shared_task

from comms.actions.releases import remind_review
from comms.actions.widening import widen_stage
from comms.models import ReleaseReview, RequestStage, StatementState, StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.publishing import publish_scheduled
from comms.sending.channels.email import ask_to_confirm
from comms.sending.models import Subscriber
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import DomainError
from crisisdesk.core.jobs import due

log = logging.getLogger(__name__)


@shared_task(name="comms.send_due")
def send_due() -> int:
    """Send what is due; returns how many deliveries were handled."""
    return sending.send_due()


@shared_task(name="comms.publish_scheduled")
def publish_what_was_scheduled() -> int:
    """Give the channels what was scheduled for now; what cannot leave becomes a decision for a person.

    Whether a version is still due, the action asks under its lock: people reschedule while this runs.
    """
    versions = StatementVersion.objects.filter(
        state=StatementState.SCHEDULED, statement__scheduled_at__lte=clock.now()
    ).order_by("statement__scheduled_at")[:100]
    for version in versions:
        try:
            publish_scheduled(version, SYSTEM)
        except DomainError:
            # Nothing is lost: it is tried again at the next turn, and the others must not wait for it.
            log.exception("statement version %s", version.pk)
    return len(versions)


@shared_task(name="comms.ask_subscribers")
def ask_subscribers() -> int:
    """Send the mails that ask new subscribers to confirm; returns how many."""
    return due.run(Subscriber, ask_to_confirm)


@shared_task(name="comms.widen_stages")
def widen_stages() -> int:
    """Note where the deputy, or then the executive, may decide too; returns how many."""
    return due.run(RequestStage, _widen)


def _widen(stage: RequestStage) -> None:
    with suppress(DomainError):  # decided meanwhile: nothing is left to note
        widen_stage(stage, SYSTEM)


@shared_task(name="comms.remind_reviews")
def remind_reviews() -> int:
    """Note which signed texts nobody has read again in time; returns how many."""
    return due.run(ReleaseReview, _remind)


def _remind(review: ReleaseReview) -> None:
    with suppress(DomainError):  # reviewed meanwhile
        remind_review(review, SYSTEM)
