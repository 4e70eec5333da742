"""Handing bytes out: originals always as a download, previews only made anew, nothing that a browser would run."""

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from crisisdesk.core.errors import Missing
from crisisdesk.core.files import storage
from crisisdesk.core.files.pictures import PREVIEW_TYPE
from crisisdesk.core.models import StoredFile

# Whatever the bytes are: no script, no frame, no request follows from them.
POLICY = "default-src 'none'; sandbox"
# Seconds a browser may show a preview again without asking; a removed one is gone after that.
PREVIEW_SECONDS = 300


def original(file: StoredFile) -> StreamingHttpResponse:
    """The bytes as they were handed in, as a download under their own name (RFC 6266)."""
    response = _sent(file, file.key, file.media_type, file.name)
    response["Content-Length"] = str(file.size)
    response["Cache-Control"] = "private, no-store"
    return response


def preview(file: StoredFile) -> StreamingHttpResponse:
    """The preview; `Missing` where there is none."""
    response = _sent(file, file.preview_key, PREVIEW_TYPE, f"{file.uuid}.webp")
    response["Cache-Control"] = f"private, max-age={PREVIEW_SECONDS}"
    return response


def _sent(file: StoredFile, key: str, media_type: str, name: str) -> StreamingHttpResponse:
    if file.removed_at is not None or not key or not storage.bytes_storage().exists(key):
        raise Missing
    response = StreamingHttpResponse(storage.chunks_of(key), content_type=media_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    return response
