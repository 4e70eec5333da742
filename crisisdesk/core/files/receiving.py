"""Taking bytes in: checked, hashed and stored first; a row is written afterwards, by the verb they were sent for."""

import hashlib
import tempfile
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO, Any

from django.db import DatabaseError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Denied, DomainError, Invalid, Text, constraint_message
from crisisdesk.core.files import pictures, sniffing, storage
from crisisdesk.core.files.names import cleaned
from crisisdesk.core.files.types import IMAGES, MEGABYTE, MOST_BYTES, FileKind, FileType
from crisisdesk.core.models import StoredFile, Upload

constraint_message(
    "core_storedfile_kept", _("A stored file never changes; add another one, or remove it with a reason")
)

# The most one part may carry, and one request beside it: a plain form sends a whole file of ten megabytes.
MOST_PART_BYTES = 8 * MEGABYTE
# Parts a client is asked to send: small enough to be sent again after a broken line.
PART_BYTES = 4 * MEGABYTE


class WrongOffset(DomainError):
    """The part does not follow the bytes that have arrived; `offset` says where to go on."""

    status = 409
    code = "wrong_offset"
    title = _("This part does not follow what has arrived; go on at the offset given")

    def __init__(self, offset: int) -> None:
        super().__init__(offset=offset)
        self.headers = {"Upload-Offset": str(offset)}


class BrokenOff(DomainError):
    """A part ended before all its bytes had arrived."""

    code = "broken_off"
    title = _("The part broke off; ask for the offset and send it again")


@dataclass(frozen=True)
class Received:
    """Bytes that were checked and stored, and that no row of `StoredFile` refers to yet.

    `upload` is the key of the upload they came by, if they came in parts.
    """

    key: str
    name: str
    size: int
    sha256: str
    media_type: str
    kind: str
    preview_key: str = ""
    width: int | None = None
    height: int | None = None
    upload: int | None = None

    @classmethod
    def of(cls, upload: Upload) -> "Received":
        """What a finished upload brought."""
        if upload.result is None:
            raise Invalid({"upload": _("This upload is not finished; send the rest of it first")})
        return cls(**upload.result, upload=upload.pk)


def receive(file: Any, *, only: FileKind | None = None, field: str = "file") -> Received:
    """Check and store an uploaded file. Raises `Invalid` under the name of the `field`.

    `file` is Django's uploaded file; `only` narrows what is taken to one kind.
    """
    try:
        return _receive(file, str(file.name or ""), str(file.content_type or ""), only)
    except sniffing.Refused as refused:
        raise Invalid({field: refused.sentence}) from refused


def _receive(file: IO[bytes], given_name: str, claimed: str, only: FileKind | None) -> Received:
    name = cleaned(given_name)
    size = file.seek(0, 2)
    if size == 0:
        raise sniffing.Refused(_("This file is empty. Choose another one."))
    found = sniffing.identify(file, name, claimed)
    if only is not None and found.kind != only:
        raise sniffing.Refused(format_lazy(_("This is no picture but {label}. Send a picture."), label=found.label))
    if size > MOST_BYTES[FileKind(found.kind)]:
        raise sniffing.Refused(too_large(found.kind))
    shown = _preview(file, found)
    digest = _sha256(file)
    key = storage.put(storage.new_key(clock.now()), file)
    preview_key = storage.put_bytes(f"{key}.preview", shown.content) if shown else ""
    return Received(
        key=key,
        name=name,
        size=size,
        sha256=digest,
        media_type=found.media_type,
        kind=str(found.kind.value),
        preview_key=preview_key,
        width=shown.width if shown else None,
        height=shown.height if shown else None,
    )


def too_large(kind: str) -> Text:
    """The sentence for a file with more bytes than its kind may have."""
    most = MOST_BYTES[FileKind(kind)] // MEGABYTE
    return format_lazy(
        _("This is too large: a {kind} may have {most} MB. Send a shorter or smaller one."),
        kind=FileKind(kind).label,
        most=most,
    )


def _preview(file: IO[bytes], found: FileType) -> pictures.Preview | None:
    if found not in IMAGES:
        return None
    try:
        pictures.measure(file, found)
    except pictures.Unreadable as damaged:
        raise sniffing.Refused(_("This picture is damaged and cannot be opened. Send it once more.")) from damaged
    except pictures.TooManyPixels as large:
        said = _("This picture has {pixels} megapixels; at most {most} are taken. Make it smaller and send it again.")
        most = pictures.MOST_PIXELS // 1_000_000
        raise sniffing.Refused(format_lazy(said, pixels=-(-large.pixels // 1_000_000), most=most)) from large
    return pictures.preview(file, found)


def _sha256(file: IO[bytes]) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(storage.CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


# --- from bytes to a row ----------------------------------------------------------------------------------------------


def keep(act: Act, received: Received) -> StoredFile:
    """Write the row of received bytes: from now on they are kept. What they came by is used up."""
    if received.upload is not None:
        used = Upload.objects.select_for_update().filter(pk=received.upload)
        if not used.delete()[0]:
            raise Invalid({"upload": _("This upload was used before, or was left for too long; send the file again")})
    facts = {name: value for name, value in asdict(received).items() if name != "upload"}
    return act.save(StoredFile(**facts, stored_by=act.actor.user))


def take_away(act: Act, file: StoredFile, reason: Any) -> None:
    """Delete the bytes and leave the row with its hash and the `reason`, an entry. The sweep makes up for a failure."""
    file.removed_at, file.removal = act.now, reason
    act.save(file)
    transaction.on_commit(lambda: storage.remove(*file.keys), robust=True)


@contextmanager
def kept_or_gone(values: Mapping[str, Any]) -> Iterator[None]:
    """Around a verb: received bytes among its values that it did not keep are deleted. Uploads wait for another try."""
    received = [value for value in values.values() if isinstance(value, Received) and value.upload is None]
    try:
        yield
    finally:
        if received:
            _discard_unkept(received)


def _discard_unkept(received: Iterable[Received]) -> None:
    try:
        for one in received:
            if not StoredFile.objects.filter(key=one.key).exists():
                storage.remove(one.key, one.preview_key)
    except DatabaseError:
        return  # the transaction around this failed; the sweep finds the bytes


# --- parts ------------------------------------------------------------------------------------------------------------


def append(upload: Upload, principal: Principal, *, offset: int, stream: IO[bytes], length: int) -> Upload:
    """Store one part of an upload, whole or not at all; returns the upload with its new offset.

    The bytes are stored before the row says so; a part that breaks off, or arrives twice, leaves nothing behind. An
    upload is a technical row of one person, so no event tells of its parts.
    """
    if not principal.allows_scope("core.start_upload"):
        scope = "core.start_upload"
        raise Denied(format_lazy(_("This token does not carry the scope {scope}"), scope=scope), scope=scope)
    if offset != upload.offset:
        raise WrongOffset(upload.offset)
    if not 0 < length <= MOST_PART_BYTES:
        said = _("Send parts of at most %(most)d bytes, and not empty ones") % {"most": MOST_PART_BYTES}
        raise Invalid({"Content-Length": said})
    if offset + length > upload.size:
        raise Invalid({"Content-Length": _("This part goes beyond the size given for the upload")})
    with tempfile.SpooledTemporaryFile(max_size=storage.CHUNK) as part:
        _read(stream, part, length)
        key = storage.put(f"{storage.PARTS}/{upload.uuid}-{offset}-{uuid.uuid4()}", part)
    try:
        with transaction.atomic():
            current = Upload.objects.select_for_update().get(pk=upload.pk)
            if offset != current.offset or current.is_finished:
                raise WrongOffset(current.offset)
            current.offset, current.parts, current.touched_at = offset + length, [*current.parts, key], clock.now()
            current.save(update_fields=["offset", "parts", "touched_at"])
    except BaseException:
        storage.remove(key)
        raise
    return current


def _read(stream: IO[bytes], part: Any, length: int) -> None:
    left = length
    try:
        while left and (chunk := stream.read(min(left, storage.CHUNK))):
            part.write(chunk)
            left -= len(chunk)
    except OSError as broken:
        raise BrokenOff from broken
    if left:
        raise BrokenOff


def assemble(upload: Upload) -> Received:
    """Put the parts together and check the whole: its hash if one was announced, its type, its size."""
    with tempfile.TemporaryFile() as whole:
        for key in upload.parts:
            for chunk in storage.chunks_of(key):
                whole.write(chunk)
        if upload.sha256 and _sha256(whole) != upload.sha256:
            raise Invalid({"sha256": _("The bytes that arrived are not the ones announced; send the file again")})
        try:
            return _receive(whole, upload.name, "", None)
        except sniffing.Refused as refused:
            raise Invalid({"file": refused.sentence}) from refused
