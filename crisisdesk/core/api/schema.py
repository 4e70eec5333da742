"""How the API describes itself: OpenAPI 3.1, one operation for every read and every verb."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework.relations import SlugRelatedField

from crisisdesk.core.access.tokens import PREFIX
from crisisdesk.core.web.problems import MEDIA_TYPE

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

    view: Any

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

    def get_description(self) -> str:  # type: ignore[override]
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

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        """Other objects are named by a text: their uuid, reference or code."""
        if isinstance(field, SlugRelatedField):
            named = {"type": "string"} | ({"format": "uuid"} if field.slug_field == "uuid" else {})
            return append_meta(named, self._get_serializer_field_meta(field, direction))
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def get_request_serializer(self) -> Any:
        """The values of the verb."""
        return self.verb.request if self.verb else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """What a success answers."""
        if self.verb is not None:
            shape = self.verb.response or self.view.get_serializer_class()
            return {self.verb.status: shape(many=True) if self.verb.many else shape}
        if getattr(self.view, "action", None) == "list":
            return (self.view.list_serializer_class or self.view.get_serializer_class())(many=True)
        return super().get_response_serializers()

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        """The success and every refusal there can be."""
        bodies = super()._get_response_bodies(direction)
        for code in self._refusals():
            told = OpenApiResponse(response=PROBLEM_REFERENCE, description=REFUSALS[code])
            bodies.setdefault(str(code), self._get_response_for_code(told, str(code), [MEDIA_TYPE], direction))
        return bodies

    def _refusals(self) -> list[int]:
        codes = {400, 401, 403, 429}
        if "{" in self.path:
            codes.add(404)
        if self.method != "GET":
            codes.add(422)
        if self.verb is not None:
            codes |= {409, 412}
        if self.method in ("PUT", "PATCH"):
            codes |= {412, 428}
        return sorted(codes)

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


class TokenScheme(OpenApiAuthenticationExtension):
    """How a token is sent."""

    target_class = "crisisdesk.core.api.auth.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """An HTTP bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": f"{PREFIX}…"}
