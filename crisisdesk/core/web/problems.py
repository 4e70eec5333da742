"""Problem documents (RFC 9457): how an error reads to a program, on every address under `/api/`."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from rest_framework.renderers import JSONRenderer

from crisisdesk.core.errors import DomainError, Invalid, NotNow
from crisisdesk.core.web import request_id
from crisisdesk.core.web.request_errors import BadRequest

MEDIA_TYPE = "application/problem+json"
TYPE = "urn:crisisdesk:problem:{code}"


def problem(error: DomainError, *, instance: str = "") -> dict[str, Any]:
    """The problem document of an error.

    `type`, `title`, `status`, `detail`, `instance`, `code` and `request_id` always; `errors` (field, code, message)
    where values are wrong, `unmet` (code, message, details) where conditions stand in the way, and whatever the error
    carries besides, for example the present hash of a stale text.
    """
    document: dict[str, Any] = {
        "type": TYPE.format(code=error.code),
        "title": str(error.title),
        "status": error.status,
        "detail": str(error),
        "instance": instance,
        "code": error.code,
        "request_id": request_id.current.get(),
    }
    if isinstance(error, Invalid | BadRequest):
        document["errors"] = [
            {"field": field, "code": getattr(sentence, "code", "invalid"), "message": str(sentence)}
            for field, sentences in error.errors.items()
            for sentence in sentences
        ]
    if isinstance(error, NotNow):
        document["unmet"] = [
            {"code": unmet.code, "message": str(unmet.message), "details": dict(unmet.details)} for unmet in error.unmet
        ]
    return {**error.details, **document}


def problem_response(document: Mapping[str, Any]) -> HttpResponse:
    """A problem document outside of REST framework's own views."""
    return HttpResponse(JSONRenderer().render(document), status=document["status"], content_type=MEDIA_TYPE)
