"""How the API describes itself: OpenAPI 3.1, one operation for every read and every verb."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from crisisdesk.core.api_errors import MEDIA_TYPE
from crisisdesk.core.tokens import PREFIX

PROBLEM = {
    "type": "object",
    "description": "RFC 9457, in the client's language.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "code": {"type": "string", "description": "Stable, for programs."},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "description": "Values that are not right.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {
                    "field": {"type": "string", "description": "Dotted path; empty for the whole."},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
        "unmet": {
            "type": "array",
            "description": "Conditions that stand in the way.",
            "items": {
                "type": "object",
                "required": ["code", "message", "details"],
                "properties": {
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                    "details": {"type": "object", "additionalProperties": True},
                },
            },
        },
    },
    "additionalProperties": True,
}

REFUSALS = {
    400: "The request is malformed or names an unknown parameter.",
    401: "No token, or one that is not valid.",
    403: "Seen, but not allowed; the token lacks a scope; or the identity has to be confirmed first.",
    404: "There is nothing here, or this client must not know that there is.",
    409: "The state or other conditions do not allow it now; `unmet` lists all of them.",
    412: "The object or the text has changed since it was read.",
    422: "Some values are not right; `errors` lists them.",
    428: "`If-Match` is missing.",
    429: "The token's allowance is used up; see `Retry-After`.",
}


IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description="The ETag of what was read."
)


class DeskSchema(AutoSchema):
    """Names, texts, headers and refusals of an operation, taken from the action behind it."""

    @property
    def verb(self) -> Any:
        """The verb behind the operation, or None for reads."""
        return getattr(self.view, "verbs", {}).get(getattr(self.view, "action", None))

    def get_operation_id(self) -> str:
        """`signal_take_over`, `signal_list`."""
        basename = getattr(self.view, "basename", None)
        if basename is None:
            return str(getattr(self.view, "operation_id", None) or super().get_operation_id())
        return f"{basename}_{self.view.action}".replace("-", "_")

    def get_tags(self) -> list[str]:
        """The resource."""
        return [getattr(self.view, "basename", None) or "account"]

    def get_summary(self) -> str | None:
        """The verb's title."""
        return str(self.verb.action.title) if self.verb else None

    def get_description(self) -> str:
        """What the verb does, its scope, and what it asks for."""
        if self.verb is None:
            return super().get_description()
        action = self.verb.action
        asked = [f"Token scope: `{action.name}`."]
        if action.needs_fresh:
            asked.append(
                "The identity must have been confirmed within the last minutes (`POST /api/v1/reauthenticate`)."
            )
        return f"{(action.__doc__ or '').strip()}\n\n{' '.join(asked)}"

    def get_request_serializer(self) -> Any:
        """The values of the verb."""
        return self.verb.request if self.verb else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """The answer and the refusals."""
        if self.verb is not None:
            shape = self.verb.response or self.view.get_serializer_class()
            shown = shape(many=True) if self.verb.many else shape
            return {self.verb.status: shown, **self._refusals()}
        shape = super().get_response_serializers()
        if getattr(self.view, "action", None) == "list":
            shape = (self.view.list_serializer_class or self.view.get_serializer_class())(many=True)
        return {200: shape, **self._refusals()} if not isinstance(shape, dict) else {**shape, **self._refusals()}

    def _refusals(self) -> dict[Any, Any]:
        codes = {400, 401, 403, 429}
        if "{" in self.path:
            codes.add(404)
        if self.verb is not None:
            codes |= {409, 412, 422}
            if self.verb.conditional:
                codes.add(428)
        elif self.method != "GET":
            codes.add(422)
        return {
            (code, MEDIA_TYPE): OpenApiResponse(response=PROBLEM_REFERENCE, description=REFUSALS[code])
            for code in sorted(codes)
        }

    def get_override_parameters(self) -> list[Any]:
        """Headers: idempotency, versions, and what is left of the allowance."""
        headers = []
        if self.verb is not None and self.verb.method == "POST":
            told = "A key of your own; within 24 hours the same request is answered again instead of repeated."
            headers.append(OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, description=told))
        if self.verb is not None and self.verb.conditional:
            headers.append(IF_MATCH)
        if getattr(self.view, "action", None) == "retrieve":
            told = "For `If-Match`."
            headers.append(OpenApiParameter("ETag", str, OpenApiParameter.HEADER, description=told, response=[200]))
        return headers


PROBLEM_REFERENCE = {"$ref": "#/components/schemas/Problem"}


def add_problem(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Postprocessing hook: the schema all refusals refer to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a token is sent."""

    target_class = "crisisdesk.core.api_auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An HTTP bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": f"{PREFIX}…"}
