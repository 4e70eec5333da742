"""Removing what nothing refers to: uploads that were left, and bytes whose row was never written."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.db import transaction

from crisisdesk.core import clock
from crisisdesk.core.files import storage
from crisisdesk.core.models import StoredFile, Upload

# An upload may be resumed, and a verb may be on its way to its commit, for so long.
PATIENCE = timedelta(hours=24)
_AT_ONCE = 500


def sweep() -> int:
    """Remove what was left for a day; returns how many stored objects went. Doing it twice removes nothing more."""
    left_since = clock.now() - PATIENCE
    with transaction.atomic():
        stale = Upload.objects.select_for_update(skip_locked=True).filter(touched_at__lt=left_since)
        Upload.objects.filter(pk__in=[upload.pk for upload in stale]).delete()
    gone = 0
    for key in orphans(left_since):
        storage.remove(key)
        gone += 1
    return gone


def orphans(before: datetime) -> Iterator[str]:
    """Keys of stored objects older than `before` that no kept file and no upload refers to."""
    keys = storage.every_key()
    while some := list(islice(keys, _AT_ONCE)):
        for key in sorted(set(some) - _referred(some)):
            if _stored_at(key) < before:
                yield key


def _referred(keys: Iterable[str]) -> set[str]:
    wanted = list(keys)
    originals = {key.removesuffix(".preview") for key in wanted}
    referred = {key for file in StoredFile.objects.present().filter(key__in=originals) for key in file.keys}
    # Uploads are few: they live for a day.
    return referred | {key for upload in Upload.objects.all() for key in upload.keys}


def _stored_at(key: str) -> datetime:
    """When it was stored; now, where it is gone in the meantime."""
    try:
        return storage.bytes_storage().get_modified_time(key)
    except FileNotFoundError:
        return clock.now()
