"""A real HTTP server on loopback that answers as a test tells it to."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ATOM = "application/atom+xml; charset=utf-8"


@dataclass
class Reply:
    """What the server says: status, headers and body; `drip` seconds are waited before each byte of the body."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drip: float = 0.0
    length: int | None = None


Answer = Callable[[str, dict[str, str]], Reply]


class FeedServer:
    """`answer(path, headers)` decides each reply; `asked` lists the requests: (path, headers)."""

    def __init__(self) -> None:
        self.answer: Answer = lambda path, headers: Reply(b"nothing", 404)
        self.asked: list[tuple[str, dict[str, str]]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def url(self, path: str = "/feed.xml") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def serve(self, body: bytes | str, content_type: str = ATOM, **headers: str) -> None:
        """Answer every request with this body."""
        data = body.encode() if isinstance(body, str) else body
        named = {"Content-Type": content_type} | {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = lambda path, asked: Reply(data, headers=named)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.asked.append((self.path, headers))
                reply = outer.answer(self.path, headers)
                with contextlib.suppress(OSError):
                    self._send(reply)

            def _send(self, reply: Reply) -> None:
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                if reply.status != 304:
                    self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
                self.end_headers()
                if not reply.drip:
                    self.wfile.write(reply.body)
                    return
                for position in range(len(reply.body)):
                    time.sleep(reply.drip)
                    self.wfile.write(reply.body[position : position + 1])
                    self.wfile.flush()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
                """Say nothing."""

        return Handler


@contextlib.contextmanager
def silent_listener() -> Iterator[int]:
    """A port that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


class Canary:
    """Listens on loopback, IPv4 and IPv6, on one port and counts who comes."""

    def __init__(self) -> None:
        self.connections = 0
        first = socket.create_server(("127.0.0.1", 0))
        self.port: int = first.getsockname()[1]
        self._listeners = [first]
        with contextlib.suppress(OSError):
            self._listeners.append(socket.create_server(("::1", self.port), family=socket.AF_INET6))
        self._open = True
        self._threads = [threading.Thread(target=self._count, args=(each,), daemon=True) for each in self._listeners]
        for thread in self._threads:
            thread.start()

    def _count(self, listener: socket.socket) -> None:
        listener.settimeout(0.05)
        while self._open:
            with contextlib.suppress(TimeoutError):
                connection, _address = listener.accept()
                self.connections += 1
                connection.close()

    def close(self) -> None:
        self._open = False
        for thread, listener in zip(self._threads, self._listeners, strict=True):
            thread.join()
            listener.close()


def atom(*entries: str, title: str = "Zprávy") -> str:
    """An Atom document around entries."""
    return (
        '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<title>{title}</title><id>urn:test</id><updated>2026-06-01T10:00:00Z</updated>{''.join(entries)}</feed>"
    )


def entry(number: int | str, title: str = "", text: str = "", when: str = "2026-06-01T10:00:00Z") -> str:
    """One Atom entry."""
    return (
        f"<entry><id>urn:item:{number}</id><title>{title or f'Zpráva {number}'}</title><updated>{when}</updated>"
        f'<published>{when}</published><link href="https://news.example/{number}"/><summary>{text}</summary></entry>'
    )
