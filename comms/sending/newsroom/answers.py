"""How a public page answers: right behind a cache, the same for everybody, in the language of its address.

In a crisis everybody looks at once. A finished answer is therefore kept in the process for a moment, so that a rush of
readers costs one page every other second and not one each; what is withdrawn is gone just as soon.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.db import connection
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

_kept: dict[tuple[str, str], tuple[float, Answer]] = {}


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
    place, now = (str(connection.settings_dict["NAME"]), path), time.monotonic()
    until, kept = _kept.get(place, (0.0, None))
    if kept is not None and now < until:
        return kept
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    made = make()
    _kept[place] = (now + KEPT_FOR, made)
    return made


def missing(request: HttpRequest) -> HttpResponse:
    """There is no such newsroom, post or link: said in the visitor's language."""
    response = render(request, "newsroom/missing.html", {"language": get_language()}, status=404)
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response
