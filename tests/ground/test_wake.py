"""A wake-up is worth little: a broker that is away costs one short wait and then nothing for a while."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from kombu.exceptions import OperationalError

from crisisdesk.celery import app
from crisisdesk.core.jobs import wake


@contextmanager
def mute_server() -> Iterator[int]:
    """Takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(20)
        yield server.getsockname()[1]


@pytest.fixture
def _awake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "_silent_until", 0.0)


def seconds(task: str = "core.nothing") -> tuple[bool, float]:
    started = time.perf_counter()
    taken = wake.wake(task)
    return taken, time.perf_counter() - started


@pytest.mark.usefixtures("_awake")
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_dead_broker_costs_little_once_and_then_nothing(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", f"{scheme}://nobody:x@127.0.0.1:1//")
    taken, cost = seconds()
    assert not taken
    assert cost < 0.5
    taken, cost = seconds()
    assert not taken
    assert cost < 0.005


@pytest.mark.usefixtures("_awake")
@pytest.mark.parametrize("scheme", ["redis", "amqp"])
def test_a_broker_that_hangs_costs_no_more(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with mute_server() as port:
        monkeypatch.setenv("CELERY_BROKER_URL", f"{scheme}://nobody:x@127.0.0.1:{port}//")
        taken, cost = seconds()
    assert not taken
    assert cost < 0.5


@pytest.mark.usefixtures("_awake")
def test_the_password_of_the_broker_is_not_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://:geheim@127.0.0.1:1/0")
    seconds()
    assert "broker away" in caplog.text
    assert "geheim" not in caplog.text


@pytest.mark.usefixtures("_awake")
def test_wakes_again_after_the_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://nobody:x@127.0.0.1:1/0")
    assert seconds()[0] is False
    monkeypatch.setenv("CELERY_BROKER_URL", "memory://")
    assert seconds()[0] is False
    monkeypatch.setattr(wake, "_silent_until", time.monotonic() - 0.1)
    assert seconds()[0] is True


def test_workers_look_for_a_lost_broker_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)
    pauses: list[float] = []
    connection = app.connection_for_read("redis://127.0.0.1:1/0")
    with pytest.raises(OperationalError):
        connection.ensure_connection(lambda error, pause: pauses.append(pause), 8)
    assert len(pauses) == 8
    assert max(pauses) <= 5
