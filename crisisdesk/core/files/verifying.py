"""Comparing rows with bytes: after a restore, once a month, and whenever somebody doubts."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from crisisdesk.core import clock
from crisisdesk.core.files import storage, sweeping
from crisisdesk.core.models import StoredFile

Code = Literal["missing", "altered", "preview", "orphaned"]


@dataclass(frozen=True)
class Finding:
    """Something that does not fit: what, under which key, and the words for it."""

    code: Code
    key: str
    detail: str


def verify() -> Iterator[Finding]:
    """Every file whose bytes are `missing` or `altered`, every lost `preview`, and stored objects that are `orphaned`.

    Bytes that arrived within the last day and have no row yet are on their way, not orphaned.
    """
    for file in StoredFile.objects.present().order_by("pk").iterator(chunk_size=500):
        yield from _of_original(file)
        if file.preview_key and not storage.bytes_storage().exists(file.preview_key):
            yield Finding("preview", file.preview_key, f"the preview of file {file.uuid} is not there")
    for key in sweeping.orphans(clock.now() - sweeping.PATIENCE):
        yield Finding("orphaned", key, "nothing refers to it; the next sweep removes it")


def _of_original(file: StoredFile) -> Iterator[Finding]:
    digest, size = hashlib.sha256(), 0
    try:
        for chunk in storage.chunks_of(file.key):
            digest.update(chunk)
            size += len(chunk)
    except FileNotFoundError:
        yield Finding("missing", file.key, f"the bytes of file {file.uuid} are not there")
        return
    if size != file.size or digest.hexdigest() != file.sha256:
        found = f"{size} bytes with SHA-256 {digest.hexdigest()}"
        yield Finding("altered", file.key, f"file {file.uuid} has {found} instead of {file.size} with {file.sha256}")
