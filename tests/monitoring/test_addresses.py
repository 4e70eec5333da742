"""No address that a person types in leads into a private network, and none is connected to."""

import socket
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from cases.monitoring.addresses import permitted
from cases.monitoring.fetching import FetchProblem, fetch
from tests.monitoring.feed_server import Answer, Canary, FeedServer, Reply

FORBIDDEN_HOSTS = (
    # loopback, in every spelling the system's resolver takes
    "127.0.0.1", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001", "0x7f.1", "017700000001",
    "0177.0.0.1", "0177.1", "localhost", "LOCALHOST", "[::1]", "[0:0:0:0:0:0:0:1]",
    # this host
    "0.0.0.0", "0", "0.0.0.1", "[::]",  # noqa: S104 - an address to refuse
    # IPv4 inside IPv6
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
    # private
    "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254", "192.168.0.1", "3232235777", "0xc0a80001",
    "[fc00::1]", "[fd12:3456:789a::1]", "[fec0::1]",
    # link-local, cloud metadata
    "169.254.169.254", "169.254.0.1", "0xa9fea9fe", "[fe80::1]",
    # carrier-grade NAT
    "100.64.0.1", "100.127.255.254",
    # NAT64, 6to4, Teredo and the like
    "[64:ff9b::7f00:1]", "[64:ff9b::a00:1]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "192.88.99.1",
    "[2001::1]", "[2001:10::1]", "[2001:20::1]",
    # multicast, broadcast, reserved
    "224.0.0.1", "239.255.255.250", "255.255.255.255", "240.0.0.1", "[ff02::1]", "[ff0e::1]", "[100::1]",
    # documentation, benchmarking, protocol assignments
    "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "198.19.255.254", "192.0.0.1", "[2001:db8::1]",
    "[3fff::1]",
)  # fmt: skip

PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
          "192.169.0.1", "223.255.255.254", "2606:4700:4700::1111", "2a00:1450:4014::200e", "2001:4860::1")  # fmt: skip


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    listening = Canary()
    yield listening
    listening.close()


@pytest.fixture
def connects(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address any socket tries to connect to."""
    tried: list[Any] = []
    connect = socket.socket.connect

    def noted(opened: socket.socket, address: Any) -> None:
        tried.append(address)
        connect(opened, address)

    monkeypatch.setattr(socket.socket, "connect", noted)
    return tried


def test_the_table_is_long_enough() -> None:
    assert len(set(FORBIDDEN_HOSTS)) >= 40


@pytest.mark.parametrize("host", FORBIDDEN_HOSTS)
def test_forbidden_host_sees_no_connection(host: str, canary: Canary, connects: list[Any]) -> None:
    with pytest.raises(FetchProblem) as refused:
        fetch(f"http://{host}:{canary.port}/feed.xml", seconds=5)
    assert refused.value.code in {"forbidden", "unknown_host"}
    assert connects == []
    assert canary.connections == 0


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_permitted(address: str) -> None:
    assert permitted(ip_address(address))


def test_an_allowed_network_opens_nothing_else() -> None:
    allowed = [ip_network("10.20.0.0/16")]
    assert permitted(ip_address("10.20.3.4"), allowed)
    assert not permitted(ip_address("10.21.0.1"), allowed)
    assert not permitted(ip_address("::ffff:10.20.3.4"), allowed)


def test_a_name_that_changes_its_mind_gains_nothing(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first answer is public, every later one loopback: the connection goes to the address that was checked."""
    answers = iter(["198.41.0.4"])
    tried: list[Any] = []

    def resolve(host: str, port: int, **options: Any) -> list[Any]:
        address = next(answers, "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    def connect(opened: socket.socket, address: Any) -> None:
        tried.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(FetchProblem) as refused:
        fetch(f"http://rebinding.example:{canary.port}/")
    assert refused.value.code == "unreachable"
    assert tried == [("198.41.0.4", canary.port)]
    assert canary.connections == 0


def test_a_name_with_a_public_and_a_private_address_reaches_only_the_public_one(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[Any] = []

    def connect(opened: socket.socket, address: Any) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("127.0.0.1", "198.41.0.4")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **options: both)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(FetchProblem):
        fetch(f"http://both.example:{canary.port}/")
    assert tried == ["198.41.0.4"]


def always(reply: Reply) -> Answer:
    return lambda path, headers: reply


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_into_a_private_network_is_not_followed(status: int, canary: Canary) -> None:
    server = FeedServer()
    allowed = [ip_network("127.0.0.1/32")]
    try:
        for host in ("127.0.0.2", "[::1]", "0.0.0.1", "[::ffff:127.0.0.1]", "2130706434"):
            location = f"http://{host}:{canary.port}/secret"
            server.answer = always(Reply(status=status, headers={"Location": location}))
            with pytest.raises(FetchProblem) as refused:
                fetch(server.url(), allowed=allowed)
            assert refused.value.code == "forbidden"
    finally:
        server.close()
    assert canary.connections == 0


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "address"),
        ("feed.example/atom", "scheme"),
        ("ftp://feed.example/atom", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://feed.example/", "scheme"),
        ("data:text/xml,<rss/>", "scheme"),
        ("javascript:alert(1)", "scheme"),
        ("http://", "address"),
        ("http:///path", "address"),
        ("http://user:password@feed.example/", "credentials"),
        ("http://127.0.0.1\\@feed.example/", "address"),
        ("http://feed.example\r\nHost: other/", "address"),
        ("http://feed.example/a b", "address"),
        ("http://feed.example:99999/", "address"),
        ("http://feed.example:0/", "address"),
        ("http://[::1/", "address"),
        ("http://a..b.example/", "address"),
        ("http://feed.example/" + "x" * 3000, "address"),
        ("http://no-such-host.invalid/", "unknown_host"),
    ],
)
def test_what_is_no_address_is_said(url: str, code: str, connects: list[Any]) -> None:
    with pytest.raises(FetchProblem) as refused:
        fetch(url, seconds=5)
    assert refused.value.code == code
    assert connects == []
