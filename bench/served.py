"""The real web server with one process, and somebody who asks it one thing after another over one connection."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

from crisisdesk.embedded import free_port

# Seconds after which the server may have closed a connection nobody used.
KEPT_OPEN = 5.0
# Tries of a tenth of a second until the server has to answer; a loaded machine takes its time.
READY_TRIES = 3000


@dataclass
class Answered:
    """One answer; `queries` is None where they were not counted."""

    status: int
    headers: "Mapping[str, str] | Message"
    body: bytes

    @property
    def queries(self) -> int | None:
        """How many queries it took."""
        given = self.headers.get("X-Bench-Queries")
        return None if given is None else int(given)


@dataclass
class Asker:
    """A client with one open connection; `headers` go with every request."""

    port: int
    headers: dict[str, str] = field(default_factory=dict)
    connection: http.client.HTTPConnection | None = None
    asked_at: float = 0.0

    def __call__(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answered:
        """One request; names of headers are written with `_` for `-`."""
        if self.connection is None or time.monotonic() - self.asked_at > KEPT_OPEN:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.asked_at = time.monotonic()
        sent = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request(method, path, body=body, headers=sent)
        response = self.connection.getresponse()
        return Answered(response.status, response.headers, response.read())

    def cpu_seconds(self) -> float:
        """CPU time the web process has used since it started."""
        return float(self("GET", "/bench/cpu").body)


@contextmanager
def web_server() -> Iterator[int]:
    """Serve `bench.wsgi` as the product is served, with one process and one thread; yields the port."""
    port = free_port()
    command = [
        sys.executable, "-W", "ignore", "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1",
        "--port", str(port), "--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "error",
        "bench.wsgi:application",
    ]  # fmt: skip
    process = subprocess.Popen(command, env={**os.environ, "LOG_LEVEL": "ERROR"})
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: "subprocess.Popen[Any]") -> None:
    for _ in range(READY_TRIES):
        if process.poll() is not None:
            raise RuntimeError("the web server did not start")
        try:
            Asker(port).cpu_seconds()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server does not answer")
