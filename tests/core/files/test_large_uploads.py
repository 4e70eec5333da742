"""Two hundred megabytes with a cut in the middle: nothing is lost, nothing is sent twice but one part, memory stays."""

import hashlib
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from crisisdesk.core.files.receiving import MOST_PART_BYTES, BrokenOff, Received, append
from crisisdesk.core.files.uploads import finish_upload, start_upload
from crisisdesk.core.models import Upload
from tests.conftest import World
from tests.core.files import samples
from tests.core.files.test_uploads import BrokenLine

SIZE = 200_000_000
HEAD = samples.iso_media(b"isom", b"mp42")


def part_at(offset: int) -> bytes:
    """Bytes of a video: its beginning, then the number of each block of sixteen."""
    length = min(MOST_PART_BYTES, SIZE - offset)
    if offset == 0:
        return HEAD + b"\0" * (length - len(HEAD))
    return offset.to_bytes(16, "big") * (length // 16) + b"\0" * (length % 16)


@pytest.mark.slow
def test_a_long_video_arrives_over_a_line_that_breaks(
    world: World, file_folder: Path, django_capture_on_commit_callbacks: Any
) -> None:
    actor, digest, sent = world.principal("legal"), hashlib.sha256(), 0
    upload = start_upload(world.organisation, actor, name="video.mp4", size=SIZE)
    tracemalloc.start()
    try:
        while upload.offset < SIZE:
            part = part_at(upload.offset)
            if not sent and upload.offset >= SIZE // 2:
                sent = upload.offset
                broken = BrokenLine(part[: len(part) // 2], error=True)
                with pytest.raises(BrokenOff):
                    append(upload, actor, offset=upload.offset, stream=broken, length=len(part))
                upload = Upload.objects.get(pk=upload.pk)  # the client asks where to go on
                assert upload.offset == sent
            digest.update(part)
            upload = append(upload, actor, offset=upload.offset, stream=io.BytesIO(part), length=len(part))
            del part
        with django_capture_on_commit_callbacks(execute=True):
            upload = finish_upload(upload, actor)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    received = Received.of(upload)
    assert (received.size, received.sha256, received.kind) == (SIZE, digest.hexdigest(), "video")
    assert (file_folder / received.key).stat().st_size == SIZE
    assert most < 3 * MOST_PART_BYTES  # the test itself holds two parts at a time
