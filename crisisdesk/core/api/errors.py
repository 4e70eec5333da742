"""Errors as `application/problem+json` (RFC 9457), in the client's language. No input leads to a 500."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from django.core import exceptions as django_errors
from django.db import DataError, IntegrityError
from django.http import Http404
from django.utils.encoding import force_str
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import set_rollback

from crisisdesk.core import errors
from crisisdesk.core.errors import Denied, DomainError, Invalid, Missing
from crisisdesk.core.web.problems import MEDIA_TYPE, problem
from crisisdesk.core.web.request_errors import (
    AWAY,
    RETRY_AFTER,
    Away,
    BadRequest,
    Broken,
    NotAcceptable,
    NotSignedIn,
    TooLarge,
    TooMany,
    WrongContentType,
    WrongMethod,
)

log = logging.getLogger(__name__)


def handle(raised: Exception, context: Mapping[str, Any]) -> Response:
    """REST framework's exception handler."""
    request = context.get("request")
    error = as_domain_error(raised)
    if isinstance(error, Broken):
        log.error("unexpected %s", type(raised).__name__, exc_info=raised)
    elif isinstance(error, Away):
        log.warning("a server does not answer", exc_info=raised)
    set_rollback()
    response = Response(
        problem(error, instance=request.path if request is not None else ""),
        status=error.status,
        content_type=MEDIA_TYPE,
        headers=_headers(raised, error),
    )
    response.exception = True
    return response


def _headers(raised: Exception, error: DomainError) -> dict[str, str]:
    headers = dict(getattr(raised, "headers", {}))
    if isinstance(error, NotSignedIn):
        headers["WWW-Authenticate"] = 'Bearer realm="CrisisDesk"'
    if isinstance(error, Away):
        headers["Retry-After"] = str(RETRY_AFTER)
    return headers


def as_domain_error(raised: Exception) -> DomainError:
    """The kernel's error for whatever was raised; `Broken` for mistakes of ours."""
    match raised:
        case DomainError():
            return raised
        case Http404():
            return Missing()
        case django_errors.PermissionDenied():
            return Denied(str(raised) or None)
        case django_errors.RequestDataTooBig():
            return TooLarge()
        case django_errors.SuspiciousOperation() | django_errors.BadRequest():
            return BadRequest()
        case django_errors.ValidationError():
            return _of_django(raised)
        case exceptions.APIException():
            return _of_rest_framework(raised)
        case IntegrityError():
            return errors.of_constraint(_constraint(raised)) or Broken()
        case DataError():
            return BadRequest()
        case _ if isinstance(raised, AWAY):
            return Away()
    return Broken()


def _constraint(raised: IntegrityError) -> str | None:
    return getattr(getattr(raised.__cause__, "diag", None), "constraint_name", None)


def _of_django(raised: django_errors.ValidationError) -> Invalid:
    if hasattr(raised, "error_dict"):
        return Invalid(raised.message_dict)
    return Invalid({"": raised.messages})


def _of_rest_framework(raised: exceptions.APIException) -> DomainError:
    match raised:
        case exceptions.ValidationError():
            found: dict[str, list[errors.Text]] = {}
            for field, sentence in flatten(raised.detail):
                found.setdefault(field, []).append(sentence)
            return Invalid(found)
        case exceptions.ParseError():
            return BadRequest(str(raised.detail))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotSignedIn(str(raised.detail) if isinstance(raised, exceptions.AuthenticationFailed) else None)
        case exceptions.PermissionDenied():
            return Denied(str(raised.detail))
        case exceptions.NotFound():
            return Missing()
        case exceptions.MethodNotAllowed():
            return WrongMethod()
        case exceptions.NotAcceptable():
            return NotAcceptable()
        case exceptions.UnsupportedMediaType():
            return WrongContentType()
        case exceptions.Throttled():
            return TooMany()
    return Broken()


def flatten(detail: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """REST framework's nested errors as pairs of a dotted path (`texts.0.body`; empty for the whole) and a sentence."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            yield from flatten(inner, here)
    elif isinstance(detail, list | tuple):
        nested = any(isinstance(inner, Mapping | list | tuple) for inner in detail)
        for place, inner in enumerate(detail):
            yield from flatten(inner, f"{path}.{place}" if nested and path else path)
    else:
        yield path, detail if isinstance(detail, exceptions.ErrorDetail) else force_str(detail)
