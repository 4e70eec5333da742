"""Removing technical rows that mean nothing any more: old answers, limits, caches, sessions."""

from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from crisisdesk.core import clock
from crisisdesk.core.models import IdempotencyKey, SharedCache, SignInThrottle
from crisisdesk.core.models.idempotency import KEPT_FOR
from crisisdesk.core.models.tokens import TRIES_WINDOW


def tidy() -> None:
    """Remove what has run out. Doing it twice removes nothing more."""
    now = clock.now()
    IdempotencyKey.objects.filter(created_at__lt=now - KEPT_FOR).delete()
    SharedCache.objects.filter(expires__lt=now).delete()
    SignInThrottle.forget(now - TRIES_WINDOW)
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    UserSession.objects.filter(~Exists(Session.objects.filter(session_key=OuterRef("session_key")))).delete()
