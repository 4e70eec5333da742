"""How a public page answers: right behind a cache, the same for everybody, in the language of its address."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from crisisdesk.core.errors import Missing

# Seconds a copy may be shown without asking: a withdrawn text must not live on in a cache.
FRESH_FOR = 10

View = Callable[..., HttpResponseBase]


def public_page(view: View) -> View:
    """A page for anybody: only reads, and says in its own words when there is nothing here."""

    @require_safe
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Missing:
            return missing(request)

    return answer


def missing(request: HttpRequest) -> HttpResponse:
    """There is no such newsroom, post or link."""
    response = render(request, "newsroom/missing.html", status=404)
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    return response


def cacheable(
    request: HttpRequest, body: bytes | str, *, content_type: str, language: str, changed_at: datetime
) -> HttpResponseBase:
    """The answer with ETag, Last-Modified and Cache-Control, or `304` where the reader has it already."""
    response = HttpResponse(body, content_type=content_type)
    etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
    response["ETag"] = etag
    response["Last-Modified"] = http_date(int(changed_at.timestamp()))
    response["Cache-Control"] = f"public, max-age={FRESH_FOR}"
    response["Content-Language"] = language
    # By ETag alone: a promised time that passes changes the page without anybody having written anything.
    return get_conditional_response(request, etag=etag, response=response) or response
