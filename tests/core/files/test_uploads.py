"""Files in parts: they arrive in order, go on after a broken line, are checked when whole, and belong to one person."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest

from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow
from crisisdesk.core.files import receiving, uploads
from crisisdesk.core.files.receiving import BrokenOff, Received, WrongOffset, append, keep
from crisisdesk.core.files.uploads import cancel_upload, finish_upload, start_upload
from crisisdesk.core.models import Event, Upload
from tests.api.conftest import Program
from tests.conftest import World
from tests.core.files import samples
from tests.core.files.test_receiving import stored

CONTENT = samples.picture("PNG", (300, 200))
HALF = len(CONTENT) // 2


def started(world: World, content: bytes = CONTENT, name: str = "a.png", **values: Any) -> Upload:
    return start_upload(world.organisation, world.principal("legal"), name=name, size=len(content), **values)


def send(world: World, upload: Upload, content: bytes, offset: int | None = None) -> Upload:
    at = upload.offset if offset is None else offset
    stream = io.BytesIO(content)
    return append(upload, world.principal("legal"), offset=at, stream=stream, length=len(content))


def whole(world: World, content: bytes = CONTENT, **values: Any) -> Upload:
    upload = send(world, started(world, content, **values), content[: len(content) // 2])
    return send(world, upload, content[len(content) // 2 :])


def test_parts_become_the_file_that_was_sent(world: World, file_folder: Path) -> None:
    upload = finish_upload(whole(world), world.principal("legal"))
    received = Received.of(upload)
    assert (file_folder / received.key).read_bytes() == CONTENT
    assert received.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (received.name, received.media_type, received.width) == ("a.png", "image/png", 300)
    assert received.upload == upload.pk


def test_finished_parts_are_gone(world: World, file_folder: Path, django_capture_on_commit_callbacks: Any) -> None:
    upload = whole(world)
    assert len(stored(file_folder)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        upload = finish_upload(upload, world.principal("legal"))
    assert stored(file_folder) == sorted(upload.keys)


def test_beginning_and_finishing_are_noted(world: World, file_folder: Path) -> None:
    upload = finish_upload(whole(world), world.principal("legal"))
    kinds = Event.objects.filter(object_id=upload.uuid).order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["upload.started", "upload.finished"]
    assert finish_upload(upload, world.principal("legal")) == upload
    assert Event.objects.filter(object_id=upload.uuid).count() == 2


@pytest.mark.parametrize("offset", [0, 1, HALF + 1])
def test_a_part_that_does_not_follow_is_told_where_to_go_on(world: World, file_folder: Path, offset: int) -> None:
    upload = send(world, started(world), CONTENT[:HALF])
    with pytest.raises(WrongOffset) as refused:
        send(world, upload, b"x", offset)
    assert refused.value.details["offset"] == HALF
    assert len(stored(file_folder)) == 1


def test_a_part_that_arrives_twice_at_once_counts_once(world: World, file_folder: Path) -> None:
    """The second one read the row before the first one wrote it."""
    upload = started(world)
    before = Upload.objects.get(pk=upload.pk)
    send(world, upload, CONTENT[:HALF])
    with pytest.raises(WrongOffset) as refused:
        send(world, before, CONTENT[:HALF])
    assert refused.value.details["offset"] == HALF
    assert len(stored(file_folder)) == 1


class BrokenLine(io.BytesIO):
    """A body whose sender goes away after some bytes, as the web server tells it."""

    def __init__(self, content: bytes, error: bool) -> None:
        super().__init__(content)
        self.error = error

    def read(self, size: int | None = -1, /) -> bytes:
        got = super().read(size)
        if not got and self.error:
            raise OSError("request data read error")
        return got


@pytest.mark.parametrize("error", [True, False], ids=["error", "end"])
def test_a_part_that_breaks_off_leaves_nothing_and_is_sent_again(world: World, file_folder: Path, error: bool) -> None:
    upload = started(world)
    broken = BrokenLine(CONTENT[:100], error)
    with pytest.raises(BrokenOff, match="broke off"):
        append(upload, world.principal("legal"), offset=0, stream=broken, length=HALF)
    assert stored(file_folder) == []
    upload = send(world, Upload.objects.get(pk=upload.pk), CONTENT[:HALF])
    assert upload.offset == HALF


def test_parts_are_of_a_bounded_size(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = started(world)
    monkeypatch.setattr(receiving, "MOST_PART_BYTES", 50)
    for content in (b"", CONTENT[:51]):
        with pytest.raises(Invalid):
            send(world, upload, content)


def test_nothing_goes_beyond_what_was_announced(world: World, file_folder: Path) -> None:
    with pytest.raises(Invalid, match="beyond the size"):
        send(world, started(world), CONTENT + b"x")
    assert stored(file_folder) == []


def test_an_unfinished_upload_cannot_be_finished_or_used(world: World, file_folder: Path) -> None:
    upload = send(world, started(world), CONTENT[:HALF])
    with pytest.raises(NotNow) as refused:
        finish_upload(upload, world.principal("legal"))
    assert refused.value.unmet[0].details == {"offset": HALF}
    with pytest.raises(Invalid, match="not finished"):
        Received.of(upload)


def test_the_announced_hash_is_checked(world: World, file_folder: Path) -> None:
    right = hashlib.sha256(CONTENT).hexdigest()
    assert finish_upload(whole(world, sha256=right.upper()), world.principal("legal")).is_finished
    with pytest.raises(Invalid) as refused:
        finish_upload(whole(world, sha256="0" * 64), world.principal("legal"))
    assert list(refused.value.errors) == ["sha256"]
    with pytest.raises(Invalid):
        started(world, sha256="g" * 64)


def test_a_type_that_lies_is_found_out_in_the_end(world: World, file_folder: Path) -> None:
    with pytest.raises(Invalid, match="web page"):
        finish_upload(whole(world, samples.HTML, name="clip.mp4"), world.principal("legal"))


@pytest.mark.parametrize(
    ("name", "size", "refused"),
    [("a.mp4", 200_000_000, False), ("a.mp4", 200_000_001, True), ("a.jpg", 10_000_000, False),
     ("a.jpg", 10_000_001, True), ("a", 0, True)],
)  # fmt: skip
def test_what_is_too_large_is_refused_before_it_is_sent(world: World, name: str, size: int, refused: bool) -> None:
    values: dict[str, Any] = {"name": name, "size": size}
    if refused:
        with pytest.raises(Invalid):
            start_upload(world.organisation, world.principal("legal"), **values)
    else:
        assert start_upload(world.organisation, world.principal("legal"), **values).offset == 0


def test_nobody_leaves_uploads_lying_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_WAITING", 2)
    first = started(world)
    started(world)
    with pytest.raises(NotNow, match="2 of your uploads are waiting"):
        started(world)
    start_upload(world.organisation, world.principal("duty"), name="a.png", size=1)
    cancel_upload(first, world.principal("legal"))
    assert started(world).offset == 0


def test_giving_up_removes_the_bytes(world: World, file_folder: Path, django_capture_on_commit_callbacks: Any) -> None:
    upload = send(world, started(world), CONTENT[:HALF])
    with django_capture_on_commit_callbacks(execute=True):
        cancel_upload(upload, world.principal("legal"))
    assert stored(file_folder) == []
    assert not Upload.objects.exists()


def test_an_upload_is_used_once(world: World, file_folder: Path) -> None:
    from crisisdesk.core.actions.act import Act

    received = Received.of(finish_upload(whole(world), world.principal("legal")))
    act = Act("test", world.principal("legal"))
    assert keep(act, received).stored_by == world.user("legal")
    assert not Upload.objects.exists()
    with pytest.raises(Invalid, match="used before"):
        keep(act, received)


# --- whose it is ------------------------------------------------------------------------------------------------------


def test_an_upload_belongs_to_who_began_it(world: World, file_folder: Path) -> None:
    upload = whole(world)
    for code in ("duty", "superuser", "manager", "anonymous"):
        assert not Upload.objects.visible_to(world.principal(code)).exists()
        for verb in (finish_upload, cancel_upload):
            with pytest.raises(Missing):
                verb(upload, world.principal(code))
    assert Upload.objects.visible_to(world.principal("legal")).get() == upload


def test_strangers_upload_nothing(world: World) -> None:
    with pytest.raises(Missing):
        start_upload(world.organisation, world.principal("anonymous"), name="a.png", size=1)


def test_a_token_needs_the_scope_for_every_part(world: World, file_folder: Path) -> None:
    upload = started(world)
    reader = world.principal("legal", scopes=["read", "core.finish_upload"])
    with pytest.raises(Denied, match=r"core\.start_upload"):
        append(upload, reader, offset=0, stream=io.BytesIO(CONTENT), length=len(CONTENT))
    assert stored(file_folder) == []


# --- over the API -----------------------------------------------------------------------------------------------------

Make = Callable[..., Program]


def part(client: Program, uuid: str, content: bytes, offset: int | str) -> Any:
    address = f"uploads/{uuid}/parts"
    return client("POST", address, raw=content, Content_Type="application/octet-stream", Upload_Offset=str(offset))


def test_the_whole_way_over_the_api(program: Make, file_folder: Path) -> None:
    client = program("legal")
    begun = client("POST", "uploads", {"name": "a.png", "size": len(CONTENT)})
    assert (begun.status_code, begun["Upload-Offset"], begun.json()["part_bytes"]) == (201, "0", 4_000_000)
    uuid = begun.json()["uuid"]
    first = part(client, uuid, CONTENT[:HALF], 0)
    assert (first.status_code, first["Upload-Offset"]) == (200, str(HALF))
    lost = part(client, uuid, CONTENT[:HALF], 0)
    assert (lost.status_code, lost.json()["code"], lost.json()["offset"]) == (409, "wrong_offset", HALF)
    assert lost["Upload-Offset"] == str(HALF)
    asked = client("GET", f"uploads/{uuid}")
    assert (asked["Upload-Offset"], asked.json()["offset"], asked.json()["finished"]) == (str(HALF), HALF, False)
    assert client("POST", f"uploads/{uuid}/finish").status_code == 409
    assert part(client, uuid, CONTENT[HALF:], HALF).json()["offset"] == len(CONTENT)
    done = client("POST", f"uploads/{uuid}/finish")
    assert (done.status_code, done.json()["finished"]) == (200, True)
    assert client("DELETE", f"uploads/{uuid}").status_code in (200, 204)
    assert client("GET", f"uploads/{uuid}").status_code == 404


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "١"])
def test_an_offset_is_a_number(program: Make, offset: str) -> None:
    client = program("legal")
    uuid = client("POST", "uploads", {"name": "a.png", "size": 10}).json()["uuid"]
    answer = part(client, uuid, b"x", offset.encode().decode("latin-1"))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "Upload-Offset")


def test_an_empty_part_and_a_wrong_type_are_refused(program: Make) -> None:
    client = program("legal")
    uuid = client("POST", "uploads", {"name": "a.png", "size": 10}).json()["uuid"]
    assert part(client, uuid, b"", 0).status_code == 422
    answer = client("POST", f"uploads/{uuid}/parts", {"a": 1}, Upload_Offset="0")
    assert answer.status_code == 415


def test_foreign_uploads_are_not_there(program: Make) -> None:
    uuid = program("legal")("POST", "uploads", {"name": "a.png", "size": 10}).json()["uuid"]
    client = program("duty")
    assert client("GET", f"uploads/{uuid}").status_code == 404
    assert part(client, uuid, b"x", 0).status_code == 404
    assert client("POST", f"uploads/{uuid}/finish").status_code == 404
    assert client("GET", "uploads").json()["results"] == []


# --- large requests ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "problem"), [("/api/v1/uploads", True), ("/signals/new/", False)])
def test_a_large_request_is_stopped_before_it_is_read(
    world: World, monkeypatch: pytest.MonkeyPatch, address: str, problem: bool
) -> None:
    def fail(request: Any, *args: Any) -> None:
        raise AssertionError("the body was read")

    monkeypatch.setattr(WSGIRequest, "read", fail)
    client = world.client("legal")
    answer = client.generic("POST", address, b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="11000001")
    assert answer.status_code == 413
    assert (answer["Content-Type"] == "application/problem+json") is problem
    assert b"10 MB" in answer.content
