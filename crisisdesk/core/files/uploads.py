"""Verbs of uploads: beginning one, finishing it when all its parts have arrived, giving it up."""

from dataclasses import asdict

from django.db import transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Text, Whole
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.files import storage
from crisisdesk.core.files.names import cleaned, suffix_of
from crisisdesk.core.files.receiving import assemble
from crisisdesk.core.files.types import LARGEST, MEGABYTE, likely_limit
from crisisdesk.core.log.events import declare
from crisisdesk.core.models import Organisation, Upload

declare("upload.started", _("Upload of a file started: {actor}"))
declare("upload.finished", _("Upload of a file finished: {actor}"))
declare("upload.cancelled", _("Upload of a file given up: {actor}"))

# Uploads of one person that wait at the same time, so that nobody fills the disk by accident.
MOST_WAITING = 20


class UploadInputs(Inputs):
    """A file that will arrive in parts."""

    name = Text(longest=1_000, strip=False, help=_("As it is called; shown and sent back so."))
    size = Whole(least=1, most=LARGEST, help=_("In bytes."))
    sha256 = Text(
        longest=64,
        pattern="[0-9a-fA-F]{64}",
        required=False,
        blank=False,
        wrong=_("This is not the sha256 of a file: 64 digits and letters from a to f"),
        help=_("Of the whole file; checked when it is finished."),
    )


@action("core.start_upload", needs=None, title=_("Start an upload"), creates=True, inputs=UploadInputs)
def start_upload(organisation: Organisation, act: Act, *, name: str, size: int, sha256: str = "") -> Upload:
    """Announce a file that will arrive in parts. `sha256` is checked in the end, where it is given.

    What is left for 24 hours is removed.
    """
    name = cleaned(name)
    most = likely_limit(suffix_of(name))
    if size > most:
        said = _("This is too large: such a file may have {most} MB, and a video {video} MB.")
        raise Invalid({"size": format_lazy(said, most=most // MEGABYTE, video=LARGEST // MEGABYTE)})
    upload = act.save(Upload(uploader=act.user, name=name, size=size, sha256=sha256.lower(), touched_at=act.now))
    act.record("upload.started", on=upload, size=size)
    return upload


@start_upload.guard
def not_too_many_wait(organisation: Organisation, act: Act, **given: object) -> Unmet | None:
    """Somebody who leaves uploads lying finishes or gives them up first."""
    if act.actor.user is None or Upload.objects.filter(uploader=act.actor.user).count() < MOST_WAITING:
        return None
    said = _("%(most)d of your uploads are waiting; finish them, give them up, or wait a day") % {"most": MOST_WAITING}
    return Unmet("too_many_uploads", said)


def _finished_before(upload: Upload, act: Act) -> Upload | None:
    return upload if upload.is_finished else None


@action("core.finish_upload", needs=None, title=_("Finish the upload"), repeat=_finished_before)
def finish_upload(upload: Upload, act: Act) -> Upload:
    """Put the parts together and check hash, type and size. The file then waits for the verb it was sent for."""
    received = assemble(upload)
    parts = upload.parts
    upload.result = {name: value for name, value in asdict(received).items() if name != "upload"}
    upload.parts, upload.touched_at = [], act.now
    act.save(upload)
    act.record("upload.finished", on=upload, sha256=received.sha256, size=received.size)
    transaction.on_commit(lambda: storage.remove(*parts), robust=True)
    return upload


@finish_upload.guard
def every_byte_arrived(upload: Upload, act: Act, **given: object) -> Unmet | None:
    """Only a whole file is checked."""
    if upload.offset == upload.size:
        return None
    said = _("%(offset)d of %(size)d bytes have arrived; send the rest") % {
        "offset": upload.offset,
        "size": upload.size,
    }
    return Unmet("incomplete", said, {"offset": upload.offset})


@action("core.cancel_upload", needs=None, title=_("Give the upload up"))
def cancel_upload(upload: Upload, act: Act) -> None:
    """Forget an upload and its bytes."""
    keys = upload.keys
    act.record("upload.cancelled", on=upload)
    Upload.objects.filter(pk=upload.pk).delete()
    transaction.on_commit(lambda: storage.remove(*keys), robust=True)
