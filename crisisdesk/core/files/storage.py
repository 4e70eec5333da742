"""Where the bytes are: a folder of the installation, or a bucket of S3-compatible storage.

Both stand under the alias `files` of Django's storages. Keys say nothing about what is stored under them:
`2026/11/<uuid>` for an original, `….preview` beside it, `parts/<upload>-<offset>-<uuid>` for what is still arriving.
"""

import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import IO, Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage, Storage, storages

ALIAS = "files"
PARTS = "parts"
CHUNK = 256 * 1024  # bytes read at once, wherever files are read


class Folder(FileSystemStorage):
    """A folder whose files are on the disk before anything refers to them."""

    def _save(self, name: str, content: Any) -> str:
        """Store as Django does, and wait for the disk."""
        saved: str = super()._save(name, content)  # type: ignore[misc]
        descriptor = os.open(self.path(saved), os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        return saved


def bytes_storage() -> Storage:
    """The storage of this installation."""
    return storages[ALIAS]


def new_key(moment: datetime) -> str:
    """A key nobody can guess; the month keeps folders small."""
    return f"{moment:%Y/%m}/{uuid.uuid4()}"


def put(key: str, stream: IO[bytes]) -> str:
    """Store a stream from its beginning, a chunk at a time; returns the key it got."""
    stream.seek(0)
    # A plain File: Django would move an uploaded temporary file away, and its previews are still to be made.
    wrapped: File[bytes] = File(stream)
    return bytes_storage().save(key, wrapped)


def put_bytes(key: str, content: bytes) -> str:
    """Store a few bytes."""
    return bytes_storage().save(key, ContentFile(content))


def chunks_of(key: str) -> Iterator[bytes]:
    """The stored bytes, a chunk at a time. Raises FileNotFoundError where there are none."""
    with bytes_storage().open(key, "rb") as stored:
        while chunk := stored.read(CHUNK):
            yield chunk


def remove(*keys: str) -> None:
    """Delete what is stored under the keys; what is gone already is fine."""
    for key in filter(None, keys):
        bytes_storage().delete(key)


def every_key(folder: str = "") -> Iterator[str]:
    """The keys of everything that is stored."""
    try:
        folders, names = bytes_storage().listdir(folder)
    except FileNotFoundError:
        return
    for name in names:
        if name:
            yield f"{folder}/{name}" if folder else name
    for inner in folders:
        if inner:
            yield from every_key(f"{folder}/{inner}" if folder else inner)
