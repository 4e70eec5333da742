"""The embedded servers: shared, adopted after a kill, cleared up after a crash, clear when they cannot run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from crisisdesk import embedded, processes
from crisisdesk.embedded import Addresses, Servers
from crisisdesk.processes import CannotStart

CHECKOUT = Path(__file__).resolve().parent.parent.parent
BOTH = {"postgresql", "broker"}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the servers' own user may go; pytest's folders are closed to others."""
    path = Path(tempfile.mkdtemp(prefix="crisisdesk-embedded-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


def role(folder: Path, name: str = embedded.APPLICATION) -> str:
    with psycopg.connect(Addresses(folder).postgresql(name), connect_timeout=2) as connection:
        row = connection.execute("SELECT current_user").fetchone()
    assert row is not None
    return str(row[0])


def postmaster(folder: Path) -> int:
    return int((folder / "postgresql" / "postmaster.pid").read_text().split()[0])


def test_what_has_no_address_is_embedded() -> None:
    assert embedded.missing({}) == BOTH
    assert embedded.missing({"DATABASE_URL": "x"}) == {"broker"}
    assert embedded.missing({"DATABASE_URL_FILE": "x", "CELERY_BROKER_URL_FILE": "y"}) == set()


def test_addresses_are_remembered_and_private(tmp_path: Path) -> None:
    first = Addresses(tmp_path)
    assert Addresses(tmp_path).values == first.values
    assert (tmp_path / "embedded.json").stat().st_mode & 0o777 == 0o600
    assert len({first.values[name] for name in Addresses.PASSWORDS}) == len(Addresses.PASSWORDS)


def test_damaged_addresses_say_so(tmp_path: Path) -> None:
    (tmp_path / "embedded.json").write_text("{")
    with pytest.raises(CannotStart, match=r"embedded\.json is damaged"):
        Addresses(tmp_path)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(CannotStart, match=r"file/data cannot be written .* DATA_DIR"):
        embedded.make_folder(tmp_path / "file" / "data")


def test_a_platform_without_a_build_is_told_what_to_do(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "_package", lambda name: None)
    with pytest.raises(CannotStart, match=r"no build for .* set DATABASE_URL, DATABASE_OWNER_URL"):
        Servers(folder, want={"postgresql"}, temporary=True).start()
    with pytest.raises(CannotStart, match=r"Valkey has no build for"):
        Servers(folder, want={"broker"}, temporary=True).start()


@pytest.mark.servers
def test_two_users_share_the_servers_and_the_last_one_stops_them(folder: Path) -> None:
    first, second = (Servers(folder, want=BOTH, temporary=True) for _ in range(2))
    first.start()
    second.start()
    first.stop()
    assert role(folder) == embedded.APPLICATION
    assert role(folder, embedded.OWNER) == embedded.OWNER
    assert redis.Redis.from_url(Addresses(folder).broker()).ping()
    second.stop()
    with pytest.raises(psycopg.OperationalError):
        role(folder)


@pytest.mark.servers
def test_only_loopback_and_only_with_the_password(folder: Path) -> None:
    servers = Servers(folder, want=BOTH, temporary=True)
    servers.start()
    try:
        values = Addresses(folder).values
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(f"postgresql://postgres:wrong@127.0.0.1:{values['postgresql_port']}/postgres")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(port=values["broker_port"]).ping()
        listening = subprocess.run(["cat", "/proc/net/tcp"], capture_output=True, text=True, check=True).stdout
        for key in ("postgresql_port", "broker_port"):
            assert f"0100007F:{values[key]:04X} 00000000:0000 0A" in listening
            assert f"00000000:{values[key]:04X} " not in listening
        assert (
            values["broker_password"]
            not in subprocess.run(["ps", "axww", "-o", "args"], capture_output=True, text=True, check=True).stdout
        )
    finally:
        servers.stop()


@pytest.mark.servers
def test_servers_of_a_killed_user_are_adopted_and_stopped(folder: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from crisisdesk.embedded import Servers\n"
        "Servers(Path(sys.argv[1]), want={'postgresql'}).start(); print('up', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, cwd=CHECKOUT, env=dict(os.environ), text=True
    )
    assert holder.stdout is not None
    with holder.stdout:
        assert holder.stdout.readline() == "up\n"
        holder.kill()
        holder.wait()
    left = postmaster(folder)
    servers = Servers(folder, want={"postgresql"})
    servers.start()
    assert postmaster(folder) == left
    assert role(folder) == embedded.APPLICATION
    servers.stop()
    assert not (folder / "postgresql" / "postmaster.pid").exists()


@pytest.mark.servers
def test_a_killed_server_is_started_again_with_its_data(folder: Path) -> None:
    servers = Servers(folder, want=BOTH)
    servers.start()
    try:
        with psycopg.connect(Addresses(folder).postgresql(embedded.OWNER)) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        os.kill(postmaster(folder), signal.SIGKILL)
        redis.Redis.from_url(Addresses(folder).broker()).shutdown(nosave=True)
        revived: list[str] = []
        deadline = time.monotonic() + 20
        while sorted(revived) != ["postgresql", "valkey"]:
            assert time.monotonic() < deadline
            revived += servers.revive()
            time.sleep(0.05)
        with psycopg.connect(Addresses(folder).postgresql(embedded.OWNER)) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        servers.stop()


@pytest.mark.servers
def test_a_stale_pid_that_belongs_to_another_program_does_not_stop_the_start(folder: Path) -> None:
    servers = Servers(folder, want={"postgresql"}, temporary=True)
    servers.start()
    values = Addresses(folder).values
    servers.stop()
    stale = folder / "postgresql" / "postmaster.pid"
    lines = [
        str(os.getpid()),
        str(folder / "postgresql"),
        "1",
        str(values["postgresql_port"]),
        "",
        "127.0.0.1",
        "",
        "ready",
    ]
    stale.write_text("\n".join(lines) + "\n")
    again = Servers(folder, want={"postgresql"}, temporary=True)
    again.start()
    assert role(folder) == embedded.APPLICATION
    again.stop()


@pytest.mark.servers
def test_a_port_somebody_took_in_the_meantime_is_given_up(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        addresses = Addresses(folder)
        addresses.values["broker_port"] = port
        addresses.save()
        servers = Servers(folder, want={"broker"}, temporary=True)
        servers.start()
        try:
            assert json.loads((folder / "embedded.json").read_text())["broker_port"] != port
            assert redis.Redis.from_url(Addresses(folder).broker()).ping()
        finally:
            servers.stop()


def test_closed_folders_are_passed_with_one_right_only(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    user = processes.pwd.getpwnam(processes.UNPRIVILEGED)
    monkeypatch.setattr(processes.shutil, "which", lambda name: f"/usr/bin/{name}")
    command = processes._through_closed_folders(user, ["postgres"], folder, True)
    assert [part for part in command if "caps" in part] == ["--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    assert f"--reuid={user.pw_uid}" in command
    monkeypatch.setattr(processes.shutil, "which", lambda name: None)
    with pytest.raises(CannotStart, match=r"cannot reach .* start CrisisDesk as a normal user"):
        processes._through_closed_folders(user, ["postgres"], folder, True)
