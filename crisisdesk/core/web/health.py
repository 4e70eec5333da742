"""Answers for whoever watches the processes: ``/healthz`` is alive, ``/readyz`` is migrated and connected."""

from __future__ import annotations

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crisisdesk.core.access.querysets import CappedCount

_migrated = False


@never_cache
@require_safe
def alive(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    reason = unready_reason()
    if reason:
        return JsonResponse({"status": "unready", "reason": reason}, status=503)
    warnings = warnings_now()
    return JsonResponse({"status": "ok"} | ({"warnings": warnings} if warnings else {}))


def warnings_now() -> list[str]:
    """What an administrator should look at while requests are served; no reason to take the desk out of service."""
    from crisisdesk.core.models import Notification

    dead = CappedCount(Notification.objects.filter(dead_at__isnull=False))
    return [f"Notifications that were given up: {dead}. See the administration."] if dead else []


def unready_reason() -> str:
    """Why requests cannot be served yet, or an empty string. Names no address and no value of a row."""
    global _migrated
    connection = connections[DEFAULT_DB_ALIAS]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not _migrated:
            pending = pending_migrations()
            if pending:
                return f"{pending} migrations are not applied; run `manage.py migrate`."
            _migrated = True
    except DatabaseError:
        connection.close()
        return "The database does not answer."
    return ""


def pending_migrations() -> int:
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
