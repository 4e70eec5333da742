"""How a public page answers: right behind a cache, the same for everybody, in the language of its address.

In a crisis everybody looks at once. A finished answer is therefore kept in the process for a moment, so that a rush of
readers costs one page every other second and not one each. When a post appears or is withdrawn the database tells every
web process, which drops what it keeps: the next reader sees the change. A process that cannot be told shows it two
seconds later.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

import psycopg
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, connections
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from crisisdesk.core.errors import Missing

# Seconds a copy may be shown elsewhere without asking: a withdrawn text must not live on in a cache.
FRESH_FOR = 10
# Seconds an answer is kept in this process, and how many of them.
KEPT_FOR = 2.0
MOST_KEPT = 500
# Where a trigger tells of posts, and after how many seconds a listener looks whether it is to stop.
CHANNEL = "comms_newsroom"
LOOK_UP = 1.0


@dataclass(frozen=True)
class Answer:
    """A finished page or feed. `changed_at` is when a reader could last see a difference."""

    body: bytes
    content_type: str
    language: str
    changed_at: datetime

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.body).hexdigest()[:32]}"'

    @cached_property
    def headers(self) -> dict[str, str]:
        return {
            "Content-Type": self.content_type,
            "Content-Language": self.language,
            "ETag": self.etag,
            "Last-Modified": http_date(int(self.changed_at.timestamp())),
            "Cache-Control": f"public, max-age={FRESH_FOR}",
        }


View = Callable[..., Answer]


class Kept:
    """The answers of this process. `told` counts how often they were dropped."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], tuple[float, Answer]] = {}
        self.told = 0
        self._changed = threading.Condition()

    def get(self, place: tuple[str, str]) -> Answer | None:
        """The answer, while it may still be shown."""
        until, kept = self.answers.get(place, (0.0, None))
        return kept if time.monotonic() < until else None

    def put(self, place: tuple[str, str], answer: Answer, told: int) -> None:
        """Keep an answer that was begun when `told` was this; if something has changed since, it may be of before."""
        with self._changed:
            if told != self.told:
                return
            if len(self.answers) >= MOST_KEPT:
                self.answers.clear()
            self.answers[place] = time.monotonic() + KEPT_FOR, answer

    def drop(self) -> None:
        """Keep nothing of what was made so far."""
        with self._changed:
            self.told += 1
            self.answers.clear()
            self._changed.notify_all()

    def wait(self, told: int, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, until the answers were dropped more often than `told`."""
        with self._changed:
            return self._changed.wait_for(lambda: self.told > told, timeout)


kept = Kept()


def listen(stop: threading.Event | None = None) -> None:
    """Drop the kept answers whenever a post appears or changes, whichever process wrote it; until `stop` is set.

    Over a connection of its own. While there is none answers grow old by themselves, as in a process that does not
    listen.
    """
    stop = stop or threading.Event()
    while not stop.is_set():
        own = connections.create_connection(DEFAULT_DB_ALIAS)
        try:
            with own.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            kept.drop()
            while not stop.is_set():
                for _ in own.connection.notifies(timeout=LOOK_UP, stop_after=1):
                    kept.drop()
        except (DatabaseError, psycopg.Error):
            stop.wait(KEPT_FOR)
        finally:
            own.close()


def public_page(view: View) -> Callable[..., HttpResponseBase]:
    """A page for anybody: only reads, and says in its own words when there is nothing here."""

    @require_safe
    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            answer = _answer(request.path, lambda: view(request, *args, **kwargs))
        except Missing:
            return missing(request)
        response = HttpResponse(answer.body, headers=answer.headers)
        # By ETag alone: a promised time that passes changes the page without anybody having written anything.
        return get_conditional_response(request, etag=answer.etag, response=response) or response

    return respond


def _answer(path: str, make: Callable[[], Answer]) -> Answer:
    """The kept answer, or a new one. Inside a transaction nothing is final yet, so nothing is kept or believed."""
    if connection.in_atomic_block:
        return make()
    place, told = (str(connection.settings_dict["NAME"]), path), kept.told
    known = kept.get(place)
    if known is not None:
        return known
    made = make()
    kept.put(place, made, told)
    return made


def missing(request: HttpRequest) -> HttpResponse:
    """There is no such newsroom, post or link: said in the visitor's language."""
    response = render(request, "newsroom/missing.html", {"language": get_language()}, status=404)
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response
