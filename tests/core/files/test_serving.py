"""Originals leave as downloads under their own name; nothing of them is shown or run by a browser."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from crisisdesk.core.errors import Missing
from crisisdesk.core.files import serving
from crisisdesk.core.files.receiving import receive
from crisisdesk.core.models import StoredFile
from tests.core.files import samples
from tests.core.files.test_receiving import row


def kept(name: str, content: bytes) -> StoredFile:
    received = receive(samples.sent(name, content))
    return row(received, preview_key=received.preview_key, width=received.width, height=received.height)


def sent_bytes(response: Any) -> bytes:
    content = b"".join(response.streaming_content)
    response.close()
    return content


def disposition(response: Any) -> str:
    return str(response["Content-Disposition"])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("photo.png", "photo.png"),
        ("Plíseň v kaši č. 1.png", "Plíseň v kaši č. 1.png"),
        ('quo"te; filename=x.png', 'quo"te; filename=x.png'),
        ("a\r\nSet-Cookie: x=1.png", "a Set-Cookie: x=1.png"),
        ("👩‍🍳.png", "👩🍳.png"),
    ],
)
def test_a_download_is_called_as_it_was_uploaded(db: None, file_folder: Path, given: str, told: str) -> None:
    response = serving.original(kept(given, samples.picture()))
    response.close()
    header = disposition(response)
    assert header.startswith("attachment;")
    assert "\r" not in header
    assert "\n" not in header
    extended = re.search(r"filename\*=utf-8''(\S+)$", header)
    plain = re.search(r'filename="((?:[^"\\]|\\.)*)"$', header)
    name = unquote(extended[1]) if extended else re.sub(r"\\(.)", r"\1", plain[1]) if plain else ""
    assert name == told


def test_originals_leave_byte_for_byte_and_nothing_of_them_runs(db: None, file_folder: Path) -> None:
    content = samples.photo()
    response = serving.original(kept("a.jpg", content))
    assert sent_bytes(response) == content
    assert response["Content-Length"] == str(len(content))
    assert response["Content-Type"] == "image/jpeg"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_previews_are_made_anew_and_downloads_too(db: None, file_folder: Path) -> None:
    response = serving.preview(kept("a.jpg", samples.photo()))
    content = sent_bytes(response)
    assert content[8:12] == b"WEBP"
    assert samples.GPS.encode() not in content
    assert response["Content-Type"] == "image/webp"
    assert disposition(response).startswith("attachment;")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_what_has_no_preview_or_no_bytes_is_missing(db: None, file_folder: Path) -> None:
    file = kept("a.pdf", samples.PDF)
    with pytest.raises(Missing):
        serving.preview(file)
    (file_folder / file.key).unlink()
    with pytest.raises(Missing):
        serving.original(file)
