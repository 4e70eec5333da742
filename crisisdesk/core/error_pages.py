"""Answers to requests that fail, as pages for people and as problem documents under `/api/`."""

import logging
import sys
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template import TemplateDoesNotExist
from django.template.loader import select_template
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import requires_csrf_token
from django_htmx.http import HttpResponseClientRefresh
from kombu.exceptions import OperationalError as BrokerError

from crisisdesk.core import request_id
from crisisdesk.core.api_errors import problem, problem_response
from crisisdesk.core.errors import Denied, DomainError, Missing, Text

log = logging.getLogger(__name__)

# The database or the broker does not answer, or gave up on this request.
AWAY = (OperationalError, InterfaceError, BrokerError)
RETRY_SECONDS = 5


class Away(DomainError):
    """A server behind the desk does not answer."""

    status = 503
    code = "away"
    title = _("CrisisDesk is not reachable for a moment. Nothing you saved is lost; try again shortly.")


class BadRequest(DomainError):
    """The request itself is malformed."""

    code = "bad_request"
    title = _("This request could not be understood")


class FormExpired(Denied):
    """The form does not belong to this session."""

    code = "form_expired"
    title = _("The page was open for too long. Go back, reload it and send it again; what you typed is still there.")


class Broken(DomainError):
    """A mistake of ours."""

    status = 500
    code = "internal"
    title = _("Something broke on our side. It was noted; please say what you were doing and the number below.")


class TooLarge(DomainError):
    """More was sent than the desk accepts."""

    status = 413
    code = "too_large"
    title = _("This is too large to be sent")


class TooMany(DomainError):
    """Too many requests in a short time."""

    status = 429
    code = "too_many"
    title = _("Too many requests in a short time. Wait a moment and try again.")


def wants_problem(request: HttpRequest) -> bool:
    """Whether the client is a program."""
    return request.path_info.startswith("/api/")


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


def away(request: HttpRequest) -> HttpResponse:
    """503: a server does not answer. Drawn without touching the database."""
    log.warning("a server does not answer: %s", request.path, exc_info=True)
    if wants_problem(request):
        response: HttpResponse = problem_response(problem(Away(), instance=request.path))
    else:
        response = page(None, 503, Away.title)
    response["Retry-After"] = str(RETRY_SECONDS)
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
    if isinstance(sys.exc_info()[1], AWAY):
        return away(request)
    if wants_problem(request):
        return problem_response(problem(Broken(), instance=request.path))
    try:
        return page(None, 500, Broken.title)
    except Exception:
        log.exception("the error page itself failed")
        return HttpResponseServerError(str(Broken.title), content_type="text/plain; charset=utf-8")
