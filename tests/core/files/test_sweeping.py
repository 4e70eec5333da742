"""What nothing refers to goes after a day; `files verify` tells what is missing, altered or orphaned."""

import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crisisdesk.core import clock
from crisisdesk.core.files.receiving import receive
from crisisdesk.core.models import StoredFile, Upload
from crisisdesk.core.tasks import sweep_files
from tests.conftest import World
from tests.core.files import samples
from tests.core.files.test_receiving import stored
from tests.core.files.test_serving import kept
from tests.core.files.test_uploads import CONTENT, HALF, send, started


def age(folder: Path, hours: float) -> None:
    """Let everything in the folder have been stored so long ago."""
    then = (clock.now() - timedelta(hours=hours)).timestamp()
    for path in folder.rglob("*"):
        os.utime(path, (then, then))


def test_orphans_go_after_a_day(db: None, file_folder: Path) -> None:
    receive(samples.sent("a.png", samples.picture()))
    age(file_folder, 23)
    assert sweep_files() == 0
    age(file_folder, 25)
    assert sweep_files() == 2
    assert stored(file_folder) == []
    assert sweep_files() == 0


def test_kept_files_stay(db: None, file_folder: Path) -> None:
    kept("a.png", samples.picture())
    age(file_folder, 1000)
    assert sweep_files() == 0
    assert len(stored(file_folder)) == 2


def test_left_uploads_go_and_live_ones_stay(world: World, file_folder: Path) -> None:
    left, live = (send(world, started(world), CONTENT[:HALF]) for _each in range(2))
    age(file_folder, 30)
    Upload.objects.filter(pk=left.pk).update(touched_at=clock.now() - timedelta(hours=25))
    assert sweep_files() == 1
    assert list(Upload.objects.all()) == [live]
    assert stored(file_folder) == live.parts


def test_bytes_of_removed_files_that_stayed_behind_go(world: World, file_folder: Path) -> None:
    from crisisdesk.core.models import Entry

    file = kept("a.png", samples.picture())
    now = clock.now()
    reason = Entry.objects.create(
        chain_id=1, kind="reason", text="x", sha256="0" * 64, occurred_at=now, recorded_at=now
    )
    StoredFile.objects.filter(pk=file.pk).update(removed_at=now, removal=reason)
    age(file_folder, 25)
    assert sweep_files() == 2


def verify() -> str:
    told = StringIO()
    call_command("files", "verify", stdout=told)
    return told.getvalue()


def test_verifying_finds_nothing_where_all_is_well(db: None, file_folder: Path) -> None:
    kept("a.png", samples.picture())
    receive(samples.sent("on its way.png", samples.picture()))
    assert verify() == "1 files verified, nothing amiss\n"


@pytest.mark.parametrize("code", ["missing", "altered", "preview", "orphaned"])
def test_verifying_tells_what_does_not_fit(db: None, file_folder: Path, code: str) -> None:
    file = kept("a.png", samples.picture())
    path = file_folder / file.key
    if code == "missing":
        path.unlink()
    elif code == "altered":
        path.write_bytes(path.read_bytes()[:-1] + b"x")
    elif code == "preview":
        (file_folder / file.preview_key).unlink()
    else:
        (file_folder / "stray").write_bytes(b"x")
        age(file_folder, 25)
    told = StringIO()
    with pytest.raises(CommandError) as left:
        call_command("files", "verify", stdout=told)
    assert left.value.returncode == 1
    assert [line.partition(":")[0] for line in told.getvalue().splitlines()] == [code]
