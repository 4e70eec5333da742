"""One HTTP GET of an address that somebody typed in, safely.

The name is resolved once, every address found is checked, and the connection goes to the very address that was
checked, so a name that changes its mind between check and connection gains nothing. Every redirect is a new request
with the same checks. No proxy settings of the environment are followed and no cookie or password is sent.

Limits (domain note on monitoring): 3 redirects, 5 s to connect, 15 s for everything, 2 MB, and an answer that unpacks
to more than ten times its size is refused.
"""

from __future__ import annotations

import http.client
import io
import queue
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from cases.monitoring.addresses import Network, permitted

MAX_REDIRECTS = 3
CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0
MAX_BYTES = 2 * 1024 * 1024
MAX_RATIO = 10
RATIO_FLOOR_BYTES = 64 * 1024  # an answer this small is harmless however well it is packed
MAX_URL_CHARS = 2000
CHUNK_BYTES = 64 * 1024
REDIRECTS = frozenset({301, 302, 303, 307, 308})
USER_AGENT = "CrisisDesk/1 (feed reader)"
ACCEPT = "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"


class FetchProblem(Exception):
    """A request that brought nothing. `code` is one of the codes of `problems.MESSAGES`, `detail` is for the log."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Validators:
    """What the server said the last time, sent back so that it may answer "nothing new"."""

    etag: str = ""
    last_modified: str = ""


NOTHING_KNOWN = Validators()


@dataclass(frozen=True)
class Answer:
    """A successful answer. `unchanged` stands for 304, the body is then empty."""

    url: str
    body: bytes
    content_type: str
    validators: Validators
    unchanged: bool = False


@dataclass(frozen=True)
class Target:
    """One address taken apart: `host` in ASCII, `path` with its query, both ready to be sent."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        default = 443 if self.scheme == "https" else 80
        return urlunsplit((self.scheme, host if self.port == default else f"{host}:{self.port}", self.path, "", ""))


@dataclass
class Deadline:
    """The wall time left for one fetch with all its redirects."""

    seconds: float = TOTAL_SECONDS
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        self.ends = time.monotonic() + self.seconds

    def left(self, at_most: float = TOTAL_SECONDS) -> float:
        """Seconds left, no more than `at_most`; a FetchProblem once there are none."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise FetchProblem("timeout", f"nothing complete after {self.seconds:g} s")
        return min(left, at_most)


def fetch(
    url: str,
    *,
    known: Validators = NOTHING_KNOWN,
    allowed: Sequence[Network] = (),
    seconds: float = TOTAL_SECONDS,
) -> Answer:
    """The body behind `url` or a FetchProblem. `allowed` are networks reachable besides the public internet."""
    deadline = Deadline(seconds)
    target = parse(url)
    for _hop in range(MAX_REDIRECTS + 1):
        with _problems_named(), _connection(target, allowed, deadline) as connection:
            connection.request("GET", target.path, headers=_headers(target, known))
            response = connection.getresponse()
            location = response.getheader("Location")
            if response.status in REDIRECTS and location:
                target = parse(urljoin(target.url, location))
                continue
            return _answer(target, response, known, deadline)
    raise FetchProblem("redirects", f"more than {MAX_REDIRECTS} redirects")


def parse(url: str) -> Target:
    """An http or https address taken apart, or a FetchProblem that says why it can not be fetched."""
    url = url.strip()
    if not url or len(url) > MAX_URL_CHARS or any(ord(char) <= 0x20 or char in "\x7f\\" for char in url):
        raise FetchProblem("address", "empty, too long or with spaces or control characters")
    try:
        parts = urlsplit(url)
        port = parts.port
        host = parts.hostname or ""
        host = host if ":" in host else host.encode("idna").decode("ascii")
    except ValueError as error:
        raise FetchProblem("address", str(error)) from None
    if parts.scheme not in ("http", "https"):
        raise FetchProblem("scheme", parts.scheme)
    if "@" in parts.netloc:
        raise FetchProblem("credentials")
    if not host or port == 0:
        raise FetchProblem("address", "no host")
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._") + (
        "?" + quote(parts.query, safe="/%:@!$&'()*+,;=~-._?[]") if parts.query else ""
    )
    return Target(parts.scheme, host, port or (443 if parts.scheme == "https" else 80), path)


def _headers(target: Target, known: Validators) -> dict[str, str]:
    headers = {"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip", "Connection": "close"}
    if known.etag:
        headers["If-None-Match"] = known.etag
    if known.last_modified:
        headers["If-Modified-Since"] = known.last_modified
    return headers


def _answer(target: Target, response: http.client.HTTPResponse, known: Validators, deadline: Deadline) -> Answer:
    if response.status == 304:
        return Answer(target.url, b"", "", known, unchanged=True)
    if response.status != 200:
        raise FetchProblem(_status_code(response.status), f"status {response.status}")
    validators = Validators(_header(response, "ETag"), _header(response, "Last-Modified"))
    body = _body(response, deadline)
    return Answer(target.url, body, _header(response, "Content-Type"), validators)


def _status_code(status: int) -> str:
    if status in (404, 410):
        return "gone"
    if status in (401, 403):
        return "not_allowed"
    if status == 429:
        return "too_often"
    return "server" if status >= 500 else "status"


def _header(response: http.client.HTTPResponse, name: str) -> str:
    """A header that can be stored and sent back: printable ASCII, at most 300 characters, otherwise empty."""
    value = response.getheader(name) or ""
    return value if len(value) <= 300 and value.isascii() and value.isprintable() else ""


def _body(response: http.client.HTTPResponse, deadline: Deadline) -> bytes:
    encoding = (response.getheader("Content-Encoding") or "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip"):
        raise FetchProblem("encoding", encoding)
    packed = _chunks(response, deadline)
    return b"".join(packed if encoding == "identity" else _unpacked(packed))


def _chunks(response: http.client.HTTPResponse, deadline: Deadline) -> Iterator[bytes]:
    received = 0
    while chunk := response.read1(CHUNK_BYTES):
        deadline.left()
        received += len(chunk)
        if received > MAX_BYTES:
            raise FetchProblem("too_large", f"more than {MAX_BYTES} bytes")
        yield chunk
    if response.length:
        raise FetchProblem("broken_off", f"{response.length} bytes missing")


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The unpacked bytes; never more than one chunk of them is produced beyond the limit."""
    gzip = zlib.decompressobj(wbits=31)
    received = produced = 0
    for chunk in chunks:
        received += len(chunk)
        packed = chunk
        while packed and not gzip.eof:
            plain = gzip.decompress(packed, CHUNK_BYTES)
            packed = gzip.unconsumed_tail
            produced += len(plain)
            if produced > MAX_BYTES:
                raise FetchProblem("too_large", f"more than {MAX_BYTES} bytes unpacked")
            yield plain
    yield gzip.flush()
    if received and not gzip.eof:
        raise FetchProblem("broken_off", "packed answer ends early")
    if produced > max(RATIO_FLOOR_BYTES, MAX_RATIO * received):
        raise FetchProblem("bomb", f"unpacks to more than {MAX_RATIO} times its size")


# The connection


@contextmanager
def _problems_named() -> Iterator[None]:
    """What the socket, TLS and HTTP layers raise, as a FetchProblem."""
    try:
        yield
    except FetchProblem:
        raise
    except TimeoutError as error:
        raise FetchProblem("timeout", str(error)) from None
    except ssl.SSLError as error:
        raise FetchProblem("tls", str(error)) from None
    except http.client.IncompleteRead as error:
        raise FetchProblem("broken_off", str(error)) from None
    except (http.client.HTTPException, zlib.error, ValueError) as error:
        raise FetchProblem("no_http", repr(error)) from None
    except OSError as error:
        raise FetchProblem("unreachable", str(error)) from None


@contextmanager
def _connection(target: Target, allowed: Sequence[Network], deadline: Deadline) -> Iterator[http.client.HTTPConnection]:
    """An open connection to a checked address of the target, already through TLS where that is asked for."""
    connection = http.client.HTTPConnection(target.host, target.port)
    connection.default_port = 443 if target.scheme == "https" else 80
    opened = _secured(_open_socket(target, allowed, deadline), target, deadline)
    try:
        connection.sock = _TimedSocket(opened, deadline)
        yield connection
    finally:
        opened.close()


def _open_socket(target: Target, allowed: Sequence[Network], deadline: Deadline) -> socket.socket:
    found = _resolve(target, deadline)
    reachable = [entry for entry in found if permitted(ip_address(entry[1][0]), allowed)]
    if not reachable:
        raise FetchProblem("forbidden", ", ".join(str(entry[1][0]) for entry in found))
    connect = Deadline(deadline.left(at_most=CONNECT_SECONDS))
    refusal: OSError | None = None
    for family, address in reachable:
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.settimeout(connect.left())
            opened.connect(address)
            return opened
        except OSError as error:
            opened.close()
            refusal = error
    raise refusal or OSError("no address")


def _resolve(target: Target, deadline: Deadline) -> list[tuple[int, tuple]]:
    """Family and socket address of every address of the host. The look-up runs in a thread of its own, because the
    system's resolver knows no time limit."""
    answers: queue.SimpleQueue[list | OSError | UnicodeError] = queue.SimpleQueue()
    threading.Thread(target=_look_up, args=(target, answers.put), daemon=True).start()
    try:
        answer = answers.get(timeout=deadline.left(at_most=CONNECT_SECONDS))
    except queue.Empty:
        raise FetchProblem("timeout", "the name service does not answer") from None
    if isinstance(answer, Exception):
        raise FetchProblem("unknown_host", str(answer))
    return [(family, address) for family, _type, _protocol, _name, address in answer]


def _look_up(target: Target, answer: Callable[[list | OSError | UnicodeError], None]) -> None:
    try:
        answer(socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answer(error)


def _secured(plain: socket.socket, target: Target, deadline: Deadline) -> socket.socket:
    if target.scheme == "http":
        return plain
    try:
        plain.settimeout(deadline.left(at_most=CONNECT_SECONDS))
        return ssl.create_default_context().wrap_socket(plain, server_hostname=target.host)
    except BaseException:
        plain.close()
        raise


class _TimedSocket:
    """What http.client needs of a socket; every send and receive may take only what is left of the deadline, so a
    server that answers one byte a second does not hold a worker."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline

    def sendall(self, data: bytes) -> None:
        self.sock.settimeout(self.deadline.left())
        self.sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self.sock, self.deadline))

    def close(self) -> None:
        """Nothing yet: http.client closes as soon as it has read the headers, `_connection` after the body."""


class _TimedReader(io.RawIOBase):
    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self.sock = sock
        self.deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        self.sock.settimeout(self.deadline.left())
        return self.sock.recv_into(buffer)
