"""CrisisDesk: the project package. Importing it makes the Celery app the current one."""

from crisisdesk.celery import app as celery_app

__all__ = ["celery_app"]
