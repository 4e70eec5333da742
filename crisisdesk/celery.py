"""The Celery app. Tasks live in each app's ``tasks.py``; the settings' ``CELERY_BEAT_SCHEDULE`` says when."""

import logging
import os
import time
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import setup_logging
from kombu import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")


class EagerConnection(Connection):
    """Workers look for a broker that is away every few seconds; Celery lets them wait up to half a minute longer."""

    MOST_SECONDS = 4

    def ensure_connection(self, *args: Any, **options: Any) -> "EagerConnection":
        """As Celery does, with shorter waits between the tries."""
        super().ensure_connection(*args, **{"interval_max": self.MOST_SECONDS} | options)
        return self


class EagerAMQP(AMQP):
    """Makes such connections."""

    Connection = EagerConnection


app = Celery("crisisdesk", amqp=EagerAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def log_like_django(**kwargs: Any) -> None:
    """Workers and beat log as the settings say, not as Celery would."""
    from django.conf import settings

    dictConfig(settings.LOGGING)


class OncePerMinute(logging.Filter):
    """For beat: it tries every two seconds, and while the broker is away a line a minute says enough."""

    def __init__(self) -> None:
        super().__init__()
        self._silent_until = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.ERROR:
            return True
        if time.monotonic() < self._silent_until:
            return False
        self._silent_until = time.monotonic() + 60.0
        error = record.exc_info[1] if record.exc_info else None
        record.msg, record.args = "%s", (error or record.getMessage(),)
        record.exc_info = record.exc_text = None
        return True
