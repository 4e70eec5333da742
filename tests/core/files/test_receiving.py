"""Bytes come in checked, hashed and stored; the row follows with the verb, and nothing is left where it does not."""

import contextlib
import hashlib
import threading
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from crisisdesk.core.errors import Invalid
from crisisdesk.core.files import pictures, receiving, storage, types
from crisisdesk.core.files.receiving import Received, kept_or_gone, receive
from crisisdesk.core.files.types import FileKind
from crisisdesk.core.models import Entry, StoredFile
from tests.conftest import World
from tests.core.files import samples


def stored(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def row(received: Received, **values: Any) -> StoredFile:
    known = {name: getattr(received, name) for name in ("key", "name", "size", "sha256", "media_type", "kind")}
    return StoredFile.objects.create(**known, **values)


def refusal(name: str, content: bytes, **options: Any) -> str:
    with override("en"), pytest.raises(Invalid) as refused:
        receive(samples.sent(name, content), **options)
    return str(refused.value)


def test_a_file_keeps_its_bytes_its_name_and_its_hash(file_folder: Path) -> None:
    content = samples.photo()
    received = receive(samples.sent("IMG 0001.JPG", content, "image/jpeg"))
    assert (file_folder / received.key).read_bytes() == content
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert (received.name, received.size, received.media_type) == ("IMG 0001.JPG", len(content), "image/jpeg")
    assert (received.width, received.height) == (48, 64)
    assert stored(file_folder) == [received.key, received.preview_key]


def test_only_the_desk_reads_the_folder(file_folder: Path) -> None:
    received = receive(samples.sent("a.png", samples.picture()))
    path = file_folder / received.key
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", samples.PDF), ("a.eml", samples.MAIL), ("a.mp4", samples.iso_media(b"isom"))]
)
def test_formats_without_a_preview_are_kept_all_the_same(file_folder: Path, name: str, content: bytes) -> None:
    received = receive(samples.sent(name, content))
    assert (received.preview_key, received.width) == ("", None)
    assert stored(file_folder) == [received.key]


def test_a_picture_that_breaks_off_is_kept_without_a_preview(file_folder: Path) -> None:
    received = receive(samples.sent("a.png", samples.picture("PNG", (300, 300))[:400]))
    assert received.preview_key == ""


def test_two_files_of_one_name_stay_two(file_folder: Path) -> None:
    first, second = (receive(samples.sent("a.png", samples.picture())) for _each in range(2))
    assert first.key != second.key
    assert len(stored(file_folder)) == 4


def test_what_is_refused_leaves_nothing_behind(file_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "empty" in refusal("a.png", b"")
    assert "web page" in refusal("a.png", samples.HTML)
    assert "This is no picture but PDF" in refusal("a.pdf", samples.PDF, only=FileKind.IMAGE)
    assert "damaged" in refusal("a.png", b"\x89PNG\r\n\x1a\n")
    monkeypatch.setitem(types.MOST_BYTES, FileKind.IMAGE, 100)
    assert "too large: a picture may have 0 MB" in refusal("a.png", samples.picture())
    assert stored(file_folder) == []


def test_refusals_stand_beside_their_field(file_folder: Path) -> None:
    with pytest.raises(Invalid) as refused:
        receive(samples.sent("a.png", samples.HTML), field="screenshot")
    assert list(refused.value.errors) == ["screenshot"]


def test_a_video_may_be_larger_than_the_rest() -> None:
    assert types.MOST_BYTES[FileKind.VIDEO] == 200_000_000
    assert {types.MOST_BYTES[kind] for kind in FileKind if kind != FileKind.VIDEO} == {10_000_000}
    assert types.likely_limit("mp4") == types.likely_limit("") == types.LARGEST
    assert types.likely_limit("jpg") == 10_000_000


@pytest.mark.slow
def test_sixty_megapixels_are_refused_before_they_are_decoded(file_folder: Path) -> None:
    large = samples.picture("PNG", (10_000, 6_000))
    tracemalloc.start()
    try:
        told = refusal("large.png", large)
        _now, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert "60 megapixels; at most 40" in told
    assert most < 2_000_000


def test_one_picture_at_a_time_is_decoded(file_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, most, real = 0, 0, pictures._standard_colours
    entered = threading.Barrier(2, timeout=0.2)

    def counted(picture: Any) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        with contextlib.suppress(threading.BrokenBarrierError):
            entered.wait()  # a second one inside would let both through
        inside -= 1
        return real(picture)

    monkeypatch.setattr(pictures, "_standard_colours", counted)
    threads = [threading.Thread(target=receive, args=[samples.sent("a.png", samples.picture())]) for _each in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


# --- the row ----------------------------------------------------------------------------------------------------------


def test_bytes_a_verb_did_not_keep_are_deleted(db: None, file_folder: Path) -> None:
    received = receive(samples.sent("a.png", samples.picture()))
    with pytest.raises(Invalid), kept_or_gone({"file": received}):
        raise Invalid({"caption": "too long"})
    assert stored(file_folder) == []


def test_bytes_a_verb_kept_stay(db: None, file_folder: Path) -> None:
    received = receive(samples.sent("a.png", samples.picture()))
    with kept_or_gone({"file": received, "caption": "x"}):
        row(received)
    assert len(stored(file_folder)) == 2


def test_bytes_of_an_upload_wait_for_another_try(db: None, file_folder: Path) -> None:
    received = receive(samples.sent("a.png", samples.picture()))
    waiting = Received(**{**vars(received), "upload": 1})
    with pytest.raises(Invalid), kept_or_gone({"file": waiting}):
        raise Invalid({})
    assert len(stored(file_folder)) == 2


@pytest.mark.parametrize(
    "values", [{"sha256": "A" * 64}, {"sha256": "a" * 63}, {"size": 0}, {"kind": "virus"}], ids=str
)
def test_the_database_knows_what_a_file_is(db: None, file_folder: Path, values: dict[str, Any]) -> None:
    received = receive(samples.sent("a.png", samples.picture()))
    with pytest.raises(IntegrityError), transaction.atomic():
        row(Received(**{**vars(received), **values}))


@pytest.mark.parametrize("column", ["sha256", "size", "name", "media_type", "kind", "key", "uuid"])
def test_what_is_known_of_a_file_never_changes(db: None, file_folder: Path, column: str) -> None:
    file = row(receive(samples.sent("a.png", samples.picture())))
    other = {"sha256": "0" * 64, "size": 7, "uuid": "00000000-0000-4000-8000-000000000000", "kind": "mail"}
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(**{column: other.get(column, "other")})


def test_a_file_is_not_deleted(db: None, file_folder: Path) -> None:
    file = row(receive(samples.sent("a.png", samples.picture())))
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_storedfile WHERE id = %s", [file.pk])


def test_removing_needs_a_reason_and_stays(world: World, file_folder: Path) -> None:
    file = row(receive(samples.sent("a.png", samples.picture())))
    with pytest.raises(IntegrityError, match="removed_with_reason"), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(removed_at=file.created_at)
    reason = Entry.objects.create(
        chain_id=1, kind="reason", text="x", sha256="0" * 64, occurred_at=file.created_at, recorded_at=file.created_at
    )
    StoredFile.objects.filter(pk=file.pk).update(removed_at=file.created_at, removal=reason)
    with pytest.raises(IntegrityError, match="stay as they are"), transaction.atomic():
        StoredFile.objects.filter(pk=file.pk).update(removed_at=None, removal=None)


def test_keys_cannot_be_guessed_and_say_nothing(file_folder: Path) -> None:
    received = receive(samples.sent("secret name.png", samples.picture()))
    assert "secret" not in received.key
    assert len(received.key.rpartition("/")[2]) == 36
    assert b"".join(storage.chunks_of(received.key)) == samples.picture()
    assert receiving.PART_BYTES < receiving.MOST_PART_BYTES
