"""What workers do for the kernel."""

from celery import shared_task

from crisisdesk.core.jobs import due, notifications, tidying
from crisisdesk.core.models import Notification


@shared_task(name="core.send_notifications")
def send_notifications() -> int:
    """Send the mails that are due; returns how many. Running it twice sends nothing twice."""
    return due.run(Notification, notifications.send)


@shared_task(name="core.tidy")
def tidy() -> None:
    """Remove technical rows that have run out."""
    tidying.tidy()
