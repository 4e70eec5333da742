"""Lists: keyset pages with a capped count, and filters by allow-list."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured, ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.plumbing import build_parameter_type
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidValue
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from crisisdesk.core.access.querysets import CappedCount
from crisisdesk.core.web.request_errors import BadRequest

DEFAULT_LIMIT = 50
LONGEST_PAGE = 200


@dataclass(frozen=True)
class Filter:
    """One parameter of a list.

    `lookup` is an ORM lookup or a function `(queryset, value)`. `field` says what values look like. With `many` the
    parameter takes several values separated by commas, any of which may fit.
    """

    lookup: str | Callable[[Any, Any], Any]
    field: serializers.Field
    many: bool = False

    def apply(self, rows: QuerySet[Any], given: str) -> QuerySet[Any]:
        """The rows that fit; raises REST framework's `ValidationError` for values that cannot be."""
        read = self.field.run_validation
        value = [read(one.strip()) for one in given.split(",")] if self.many else read(given)
        if callable(self.lookup):
            filtered: QuerySet[Any] = self.lookup(rows, value)
            return filtered
        return rows.filter(**{f"{self.lookup}__in" if self.many else self.lookup: value})


class StrictFilters(BaseFilterBackend):
    """Applies a view's `filters` and `search`, and refuses every parameter the view does not know."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that fit all parameters."""
        refuse_unknown(request, known_parameters(view))
        wrong: dict[str, Sequence[Any]] = {}
        for name, chosen in view.filters.items():
            if name not in request.query_params:
                continue
            try:
                queryset = chosen.apply(queryset, request.query_params[name])
            except InvalidValue as error:
                wrong[name] = [str(sentence) for sentence in serializers.as_serializer_error(error)["non_field_errors"]]
        if wrong:
            raise BadRequest(_("Some parameters are not right"), wrong)
        sought = request.query_params.get("search", "").strip() if view.search else ""
        if sought:
            queryset = view.searched(queryset, sought)
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters, for the schema."""
        described = [_described(name, chosen, view) for name, chosen in view.filters.items()]
        if view.search:
            told = f"Text to look for in {', '.join(view.search)}."
            described.append(build_parameter_type("search", {"type": "string"}, "query", description=told))
        return described


def _described(name: str, chosen: Filter, view: Any) -> dict[str, Any]:
    schema = view.schema._map_serializer_field(chosen.field, "request")
    told = str(chosen.field.help_text or "")
    if chosen.many:
        told = f"{told} Several values may be given, separated by commas.".strip()
        schema = {"type": "array", "items": schema}
        return build_parameter_type(name, schema, "query", description=told, explode=False, style="form")
    return build_parameter_type(name, schema, "query", description=told)


def known_parameters(view: Any) -> set[str]:
    """Every parameter the list of a view understands."""
    return {
        *view.filters,
        "cursor",
        "limit",
        *(["ordering"] if view.orderings else []),
        *(["search"] if view.search else []),
    }


def refuse_unknown(request: Request, known: set[str]) -> None:
    """Refuse parameters outside `known`, naming the ones there are, and values no text column can hold."""
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        named = ", ".join(sorted(known)) or _("none")
        raise BadRequest(
            _("Unknown parameters: {unknown}. Known ones: {known}").format(unknown=", ".join(unknown), known=named),
            {name: [_("This parameter is not known")] for name in unknown},
        )
    for name, values in request.query_params.lists():
        if len(values) > 1:
            raise BadRequest(None, {name: [_("Give this parameter once; separate several values by commas")]})
        if "\x00" in values[0]:
            raise BadRequest(None, {name: [_("Null characters are not allowed")]})


@dataclass(frozen=True)
class Order:
    """How a list is sorted: the parameter's text, the column, its direction. Between equals the primary key decides."""

    name: str
    path: str
    descending: bool

    @property
    def terms(self) -> tuple[str, str]:
        """For `order_by`."""
        sign = "-" if self.descending else ""
        return f"{sign}{self.path}", f"{sign}pk"

    def after(self, value: Any, pk: int) -> Q:
        """Rows that come after the given one."""
        beyond = "lt" if self.descending else "gt"
        return Q(**{f"{self.path}__{beyond}": value}) | Q(**{self.path: value, f"pk__{beyond}": pk})


class KeysetPagination(BasePagination):
    """Pages that continue after the last row seen, so that they stay fast and nothing is skipped or shown twice.

    A view names its `ordering` (`-created_at`) and may allow more in `orderings` (parameter → column that is never
    null).
    """

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """The rows of the page asked for."""
        self.request = request
        self.order = self._order(request, view)
        limit = self._limit(request)
        self.count = CappedCount(queryset)
        column = _column(queryset.model, self.order.path)
        rows = queryset.order_by(*self.order.terms)
        if "cursor" in request.query_params:
            rows = rows.filter(self.order.after(*self._decode(request.query_params["cursor"], column)))
        page = list(rows[: limit + 1])
        self.next_cursor = self._encode(page[limit - 1], column) if len(page) > limit else None
        return page[:limit]

    def get_paginated_response(self, data: Any) -> Response:
        """The page in its envelope."""
        following = None
        if self.next_cursor:
            following = replace_query_param(self.request.build_absolute_uri(), "cursor", self.next_cursor)
        return Response(
            {"count": int(self.count), "count_is_capped": self.count.capped, "next": following, "results": data}
        )

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        """The envelope, for the schema."""
        return {
            "type": "object",
            "required": ["count", "count_is_capped", "next", "results"],
            "properties": {
                "count": {"type": "integer", "description": f"How many there are, at most {CappedCount.LIMIT}."},
                "count_is_capped": {"type": "boolean", "description": "Whether there are more than `count`."},
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Address of the next page, null on the last one.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The parameters, for the schema."""
        described = [
            build_parameter_type("cursor", {"type": "string"}, "query", description="Taken from `next`; opaque."),
            build_parameter_type(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": LONGEST_PAGE, "default": DEFAULT_LIMIT},
                "query",
                description="Rows on a page.",
            ),
        ]
        if view.orderings:
            names = [f"{sign}{name}" for name in view.orderings for sign in ("", "-")]
            told = "What the rows are sorted by; a minus sign turns the order round."
            schema = {"type": "string", "enum": names, "default": view.ordering}
            described.append(build_parameter_type("ordering", schema, "query", description=told))
        return described

    @staticmethod
    def _order(request: Request, view: Any) -> Order:
        allowed = view.orderings or {}
        asked = request.query_params.get("ordering", view.ordering)
        name = asked.removeprefix("-")
        if asked != view.ordering and name not in allowed:
            known = ", ".join(sorted(allowed))
            raise BadRequest(None, {"ordering": [_("Sort by one of these: {known}").format(known=known)]})
        return Order(asked, allowed.get(name, name), asked.startswith("-"))

    @staticmethod
    def _limit(request: Request) -> int:
        given = request.query_params.get("limit", str(DEFAULT_LIMIT))
        if not (given.isascii() and given.isdigit() and len(given) <= 4 and 1 <= int(given) <= LONGEST_PAGE):
            said = _("Give a whole number from 1 to {most}").format(most=LONGEST_PAGE)
            raise BadRequest(None, {"limit": [said]})
        return int(given)

    def _encode(self, row: Model, column: "Field[Any, Any]") -> str:
        value: Any = row
        for step in self.order.path.split("__"):
            value = getattr(value, step)
        text = json.dumps([self.order.name, _as_text(value), row.pk])
        return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()

    def _decode(self, given: str, column: "Field[Any, Any]") -> tuple[Any, int]:
        try:
            padded = given.encode("ascii") + b"=" * (-len(given) % 4)
            name, text, pk = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
            if name != self.order.name or not isinstance(text, str) or "\x00" in text:
                raise ValueError(name)
            if isinstance(pk, bool) or not isinstance(pk, int) or not 0 <= pk < 2**63:
                raise ValueError(pk)
            return column.to_python(text), pk
        except (ValueError, TypeError, binascii.Error, ValidationError, RecursionError) as wrong:
            raise BadRequest(None, {"cursor": [_("This is not the cursor of this list")]}) from wrong


def _as_text(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _column(model: type[Model], path: str) -> "Field[Any, Any]":
    found: Any = None
    for step in path.split("__"):
        try:
            found = model._meta.get_field(step)
        except FieldDoesNotExist as unknown:
            raise ImproperlyConfigured(f"{model.__name__} cannot be sorted by {path}") from unknown
        if found.null:
            raise ImproperlyConfigured(f"{model.__name__}.{path} may be null and cannot carry a cursor")
        if found.is_relation:
            model = found.related_model
    column: Field[Any, Any] = found
    return column
