"""What a serving process does beside its requests."""

import gc
import threading

import pytest

from comms.sending.newsroom import answers
from crisisdesk.core.web import warming


def test_everything_is_prepared_before_the_collector_leaves_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    lasting = threading.Event()
    monkeypatch.setattr(warming, "_prepared", [lambda: done.append("first"), lambda: done.append("second")])
    monkeypatch.setattr(warming, "_kept_up", [lasting.set])
    monkeypatch.setattr(gc, "freeze", lambda: done.append("frozen"))
    warming.begin().join(60)
    assert done == ["first", "second", "frozen"]
    assert lasting.wait(60)


def test_serving_processes_listen_for_posts() -> None:
    assert answers.listen in warming._kept_up
