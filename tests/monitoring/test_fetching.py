"""One GET: limits of time and size, redirects, packed answers, conditional requests."""

import gzip
import time
from collections.abc import Iterator
from ipaddress import ip_network

import pytest

from cases.monitoring import fetching
from cases.monitoring.fetching import FetchProblem, Validators, fetch, parse
from tests.monitoring.feed_server import FeedServer, Reply, silent_listener

HERE = [ip_network("127.0.0.1/32")]


@pytest.fixture
def server() -> Iterator[FeedServer]:
    running = FeedServer()
    yield running
    running.close()


def problem_of(url: str, seconds: float = 5) -> str:
    with pytest.raises(FetchProblem) as refused:
        fetch(url, allowed=HERE, seconds=seconds)
    return refused.value.code


def test_body_type_and_validators_come_back(server: FeedServer) -> None:
    server.serve("žluťoučký", "text/plain; charset=utf-8", ETag='"v1"', Last_Modified="Mon, 01 Jun 2026 10:00:00 GMT")
    answer = fetch(server.url("/a?b=č"), allowed=HERE)
    assert answer.body.decode() == "žluťoučký"
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.validators == Validators('"v1"', "Mon, 01 Jun 2026 10:00:00 GMT")
    assert server.asked[0][0] == "/a?b=%C4%8D"
    assert server.asked[0][1]["host"] == f"127.0.0.1:{server.port}"
    assert "cookie" not in server.asked[0][1]


def test_not_modified_is_no_failure(server: FeedServer) -> None:
    server.answer = lambda path, headers: Reply(status=304 if headers.get("if-none-match") == '"v1"' else 500)
    answer = fetch(server.url(), known=Validators('"v1"', ""), allowed=HERE)
    assert answer.unchanged
    assert answer.validators == Validators('"v1"', "")


def test_three_redirects_are_followed_and_no_more(server: FeedServer) -> None:
    def answer(path: str, headers: dict[str, str]) -> Reply:
        left = int(path.strip("/"))
        return Reply(b"there") if left == 0 else Reply(status=302, headers={"Location": f"/{left - 1}"})

    server.answer = answer
    assert fetch(server.url("/3"), allowed=HERE).body == b"there"
    assert problem_of(server.url("/4")) == "redirects"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "gone"), (410, "gone"), (401, "not_allowed"), (403, "not_allowed"), (429, "too_often"), (500, "server"),
     (503, "server"), (204, "status"), (302, "status"), (418, "status")],
)  # fmt: skip
def test_other_answers_have_their_code(server: FeedServer, status: int, code: str) -> None:
    server.answer = lambda path, headers: Reply(status=status)
    assert problem_of(server.url()) == code


def test_a_server_that_says_nothing(server: FeedServer) -> None:
    with silent_listener() as port:
        began = time.monotonic()
        assert problem_of(f"http://127.0.0.1:{port}/", seconds=0.4) == "timeout"
        assert time.monotonic() - began < 2


def test_a_server_that_drips(server: FeedServer) -> None:
    """Every byte arrives in time, the whole never does."""
    server.answer = lambda path, headers: Reply(b"x" * 1000, drip=0.05)
    began = time.monotonic()
    assert problem_of(server.url(), seconds=0.5) == "timeout"
    assert time.monotonic() - began < 2


def test_redirects_do_not_start_the_clock_anew(server: FeedServer) -> None:
    def answer(path: str, headers: dict[str, str]) -> Reply:
        time.sleep(0.3)
        return Reply(status=302, headers={"Location": "/again"})

    server.answer = answer
    assert problem_of(server.url(), seconds=0.5) == "timeout"


def test_nobody_listens() -> None:
    assert problem_of("http://127.0.0.1:9/") == "unreachable"


def test_no_http_at_the_other_end(server: FeedServer) -> None:
    assert problem_of(f"https://127.0.0.1:{server.port}/") == "tls"


def test_more_than_two_megabytes(server: FeedServer) -> None:
    server.serve(b"x" * (fetching.MAX_BYTES + 1))
    assert problem_of(server.url()) == "too_large"
    server.serve(b"x" * fetching.MAX_BYTES)
    assert len(fetch(server.url(), allowed=HERE).body) == fetching.MAX_BYTES


def test_an_answer_cut_short(server: FeedServer) -> None:
    server.answer = lambda path, headers: Reply(b"half", length=100)
    assert problem_of(server.url()) == "broken_off"


def test_a_packed_answer(server: FeedServer) -> None:
    body = bytes(range(256)) * 40
    server.serve(gzip.compress(body), Content_Encoding="gzip")
    assert fetch(server.url(), allowed=HERE).body == body
    assert server.asked[0][1]["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("packed", "code"),
    [
        (gzip.compress(b"\0" * 1_900_000), "bomb"),
        (gzip.compress(b"\0" * 100_000_000), "too_large"),
        (gzip.compress(b"a" * 10_000)[:-12], "broken_off"),
        (b"this is not gzip", "no_http"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_packed_answers_that_are_refused(server: FeedServer, packed: bytes, code: str) -> None:
    server.serve(packed, Content_Encoding="gzip")
    assert problem_of(server.url()) == code


def test_a_packing_nobody_asked_for(server: FeedServer) -> None:
    server.serve(b"x", Content_Encoding="br")
    assert problem_of(server.url()) == "encoding"


def test_validators_that_can_not_be_sent_back_are_forgotten(server: FeedServer) -> None:
    server.serve(b"x", ETag="x" * 500)
    assert fetch(server.url(), allowed=HERE).validators == Validators()


def test_international_names_become_ascii() -> None:
    target = parse("https://zprávy.example/čtení?q=ž")
    assert target.host == "xn--zprvy-zqa.example"
    assert target.path == "/%C4%8Dten%C3%AD?q=%C5%BE"
    assert target.url == "https://xn--zprvy-zqa.example/%C4%8Dten%C3%AD?q=%C5%BE"
