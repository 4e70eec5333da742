"""Starting programs: in sessions of their own, without root's rights, and not outliving whoever started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNPRIVILEGED = "nobody"
LOG_BYTES = 5_000_000
LINUX = sys.platform.startswith("linux")
PR_SET_PDEATHSIG = 1  # prctl(2)


class CannotStart(Exception):
    """Something cannot run here; the message says why and what to do."""


def spawn(
    command: list[str], folder: Path, log: Path, *, stdin: bytes | None = None, die_with_parent: bool = False
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own with output to ``log``; as root it runs as an unprivileged user."""
    if log.exists() and log.stat().st_size > LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    user = unprivileged()
    variables = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    with log.open("ab") as output:
        arguments: dict[str, Any] = {
            "cwd": folder,
            "env": variables,
            "stdin": subprocess.PIPE if stdin is not None else subprocess.DEVNULL,
            "stdout": output,
            "stderr": subprocess.STDOUT,
            "start_new_session": True,
            "preexec_fn": end_with_parent(signal.SIGQUIT) if die_with_parent else None,
        }
        try:
            if user is None:
                process = subprocess.Popen(command, **arguments)
            elif _reachable(user, Path(command[0]), folder):
                rights: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
                process = subprocess.Popen(command, **arguments, **rights)
            else:
                process = subprocess.Popen(_through_closed_folders(user, command, folder, die_with_parent), **arguments)
        except OSError as error:
            raise CannotStart(f"{command[0]} cannot be run ({error.strerror}).") from error
    if stdin is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(stdin)
    return process


def unprivileged() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(UNPRIVILEGED)
    except KeyError as error:
        raise CannotStart(
            f"PostgreSQL does not run as root and there is no user {UNPRIVILEGED!r} here to run it as. "
            "Start CrisisDesk as a normal user."
        ) from error


def give_away(folder: Path) -> None:
    user = unprivileged()
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)


def _reachable(user: pwd.struct_passwd, *paths: Path) -> bool:
    """Whether ``user`` may pass through all folders above ``paths``; asked by a process that is that user."""
    probe = "import os, sys; sys.exit(any(os.stat(path) is None for path in sys.argv[1:]))"
    command = [sys.executable, "-I", "-S", "-c", probe, *map(str, paths)]
    rights: dict[str, Any] = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    try:
        return subprocess.run(command, cwd="/", capture_output=True, check=False, **rights).returncode == 0
    except OSError:
        return False


def _through_closed_folders(
    user: pwd.struct_passwd, command: list[str], folder: Path, die_with_parent: bool
) -> list[str]:
    """The command as ``user`` who keeps root's right to pass through folders (such as ``/root``), and only that."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise CannotStart(
            f"PostgreSQL does not run as root, and the user {user.pw_name!r} cannot reach {folder} or {command[0]}. "
            "Put the checkout into a folder others may enter (for example under /srv), or start CrisisDesk as a "
            "normal user."
        )
    right = "+dac_override"
    end = ["--pdeathsig=QUIT"] if die_with_parent else []
    return [
        setpriv, *end, "--securebits=+no_setuid_fixup", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}",
        "--clear-groups", f"--inh-caps={right}", f"--ambient-caps={right}", "--", *command,
    ]  # fmt: skip


def end_with_parent(number: int) -> Callable[[], None] | None:
    """For ``Popen(preexec_fn=…)``. Linux: the process gets this signal when its parent dies, however it dies."""
    if not LINUX:
        return None

    def ask_kernel() -> None:
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number)

    return ask_kernel


def program_of(pid: int) -> str:
    """Command line of a running process, empty when there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        if LINUX:
            return ""
    found = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
    return found.stdout
