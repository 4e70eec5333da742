"""Answers to requests that fail, as pages for people and as problem documents under `/api/`."""

import logging
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import TemplateDoesNotExist
from django.template.loader import select_template
from django.utils.translation import get_language_from_request, override
from django.views.decorators.csrf import requires_csrf_token
from django_htmx.http import HttpResponseClientRefresh

from crisisdesk.core.errors import Denied, DomainError, Missing, Text
from crisisdesk.core.web import request_id
from crisisdesk.core.web.problems import problem, problem_response
from crisisdesk.core.web.request_errors import AWAY, RETRY_AFTER, Away, BadRequest, Broken, FormExpired, TooMany

log = logging.getLogger(__name__)


# Pages under `/api/` that people open in a browser.
API_PAGES = ("/api/v1/docs",)


def wants_problem(request: HttpRequest) -> bool:
    """Whether the client is a program."""
    return request.path_info.startswith("/api/") and request.path_info not in API_PAGES


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page or the problem document of a domain error."""
    if wants_problem(request):
        return problem_response(problem(error, instance=request.path))
    if getattr(request, "htmx", False) and request.method == "POST" and error.status in (409, 412, 422):
        from django.contrib import messages

        messages.error(request, str(error))
        return HttpResponseClientRefresh()
    return page(request, error.status, error.message, error=error)


def page(request: HttpRequest | None, status: int, message: Text, **context: Any) -> HttpResponse:
    """An error page. Without a request it is drawn with no session, so it works while the database is away."""
    shown = {"status": status, "message": message, "request_id": request_id.current.get()} | context
    try:
        text = select_template([f"{status}.html", "error.html"]).render(shown, request)
    except TemplateDoesNotExist:
        return HttpResponse(str(message), status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(text, status=status)


def language_of(request: HttpRequest) -> str:
    """The language the page was to be in, else the browser's; found without touching the database."""
    return getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request)


def away(request: HttpRequest, error: BaseException | None) -> HttpResponse:
    """503: a server does not answer. Drawn without touching the database."""
    log.warning("a server does not answer: %s", request.path, exc_info=error)
    with override(language_of(request)):
        if wants_problem(request):
            response: HttpResponse = problem_response(problem(Away(), instance=request.path))
        else:
            response = page(None, 503, Away.title)
    response["Retry-After"] = str(RETRY_AFTER)
    response["Cache-Control"] = "no-store"
    return response


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler400`."""
    return refused(request, BadRequest())


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler403`."""
    return refused(request, Denied())


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """`handler404`."""
    return refused(request, Missing())


@requires_csrf_token
def too_many(request: HttpRequest) -> HttpResponse:
    """`handler429`, which allauth asks for."""
    response = refused(request, TooMany())
    response["Retry-After"] = "60"
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """`CSRF_FAILURE_VIEW`."""
    return refused(request, FormExpired())


def server_error(request: HttpRequest) -> HttpResponse:
    """`handler500`: a bug, or a server that went away where no view could notice."""
    error = sys.exc_info()[1]
    if isinstance(error, AWAY):
        return away(request, error)
    try:
        with override(language_of(request)):
            if wants_problem(request):
                return problem_response(problem(Broken(), instance=request.path))
            return page(None, 500, Broken.title)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponseServerError(str(Broken.title), content_type="text/plain; charset=utf-8")
