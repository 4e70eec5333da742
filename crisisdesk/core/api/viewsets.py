"""What every resource of the API shares: visible rows, strict filters, keyset pages, and verbs that call actions.

A resource of an app::

    class SignalViewSet(DeskViewSet):
        \"""What may become a crisis.\"""

        model = Signal
        serializer_class = SignalOut
        filters = {"state": Filter("state", serializers.ChoiceField(SignalState.choices), many=True)}
        orderings = {"created_at": "created_at"}

        take_over = verb(take_over_signal)
        dismiss = verb(dismiss_signal, DismissIn)
        create = verb(report_signal, ReportIn, parent="brand")

    def register(router: Router) -> None:
        router.register("signals", SignalViewSet, basename="signal")
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from rest_framework import viewsets
from rest_framework.decorators import action as extra_action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import Action, registered
from crisisdesk.core.api.auth import http_request, principal_of
from crisisdesk.core.api.endpoints import DETAIL_VERBS, STANDARD, SerializerClass, Verb
from crisisdesk.core.api.idempotency import etag_of, in_one_transaction, once, require_version
from crisisdesk.core.api.input_serializers import serializer_for
from crisisdesk.core.api.paging import Filter, KeysetPagination, StrictFilters, refuse_unknown
from crisisdesk.core.api.parsing import StrictJSONParser
from crisisdesk.core.api.serializers import Input, Output, VisibleField
from crisisdesk.core.errors import Missing
from crisisdesk.core.files.receiving import kept_or_gone
from crisisdesk.core.models import Organisation
from crisisdesk.core.search import Searched

__all__ = ["Answers", "DeskViewSet", "Filter", "Input", "Output", "Router", "Verb", "VisibleField", "verb"]


def verb(
    action: Action[Any, Any, Any],
    serializer: SerializerClass | None = None,
    response: SerializerClass | None = None,
    *,
    detail: bool = True,
    parent: str | Callable[["DeskViewSet", dict[str, Any]], Any] | None = None,
    path: str = "",
    by: str = "uuid",
    many: bool = False,
    never_kept: Sequence[str] = (),
    takes_files: bool = False,
) -> Any:
    """An endpoint that calls `action` with the values it asks for and answers with `response`.

    - As an attribute called `take_over` of a `DeskViewSet` it is `POST …/{uuid}/take-over`; called `create`,
      `partial_update` or `destroy` it is what these names say.
    - Without `response` the answer is the object itself as it stands afterwards (204 when it can no longer be seen).
    - What is sent has the shape of the action's inputs; `serializer` is for requests that need another one.
    - Verbs of the collection (`create`, or `detail=False`) act on `parent`: the name of a value beside the inputs,
      which is a row that its column `by` names; or a function `(view, values)`; without a parent, on the organisation.
    - `many` says that the action returns several objects.
    - `takes_files`: a form with a file (`multipart/form-data`) is read besides JSON; for verbs with a `path` only.
    - `never_kept` names values of the answer that are shown once: they are blanked in the copy kept for repetitions.
    """
    if action.by_system:
        raise TypeError(f"{action.name} is the desk's own and has no endpoint")
    if serializer is None:
        serializer = serializer_for(action, parent=parent if isinstance(parent, str) else "", by=by)
    made = Verb(action, serializer, response, detail, parent, many, never_kept, path, takes_files)

    def endpoint(self: "DeskViewSet", request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.carry_out(made)

    endpoint.__doc__ = action.__doc__
    endpoint.verb = made  # type: ignore[attr-defined]
    return endpoint


class Answers(APIView):
    """What every answer of the API carries."""

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Add what is left of the token's allowance, and keep answers out of shared caches."""
        finished = super().finalize_response(request, response, *args, **kwargs)
        for name, value in getattr(http_request(request), "rate_headers", {}).items():
            finished[name] = value
        finished.headers.setdefault("Cache-Control", "private, no-cache")
        return finished


class DeskViewSet(Answers, viewsets.GenericViewSet[Any]):
    """Reads of one model, and the verbs that change it."""

    model: ClassVar[Any]
    list_serializer_class: ClassVar[SerializerClass | None] = None
    filters: ClassVar[Mapping[str, Filter]] = {}
    search: ClassVar[Sequence[str]] = ()
    ordering: ClassVar[str] = "-created_at"
    orderings: ClassVar[Mapping[str, str]] = {}
    # Columns that change without anybody editing the row; they are left out of its ETag.
    unversioned: ClassVar[Sequence[str]] = ()
    verbs: ClassVar[Mapping[str, Verb]] = {}
    # Actions on the model that no program calls; every other one has an endpoint, by a line here or by its name.
    without: ClassVar[Sequence[Action[Any, Any, Any]]] = ()

    lookup_field = "uuid"
    lookup_value_converter = "uuid"
    filter_backends = (StrictFilters,)
    pagination_class = KeysetPagination

    def __init_subclass__(cls, **options: Any) -> None:
        """Name the verbs after their attributes and give them their addresses."""
        super().__init_subclass__(**options)
        for name, endpoint in [(name, each) for name, each in vars(cls).items() if hasattr(each, "verb")]:
            cls.offer(name, endpoint)

    @classmethod
    def offer(cls, name: str, endpoint: Any) -> None:
        """Give a verb its name and its address."""
        made: Verb = endpoint.verb
        made.name = endpoint.__name__ = name
        if name in STANDARD:
            made.detail = name != "create"
        else:
            made.path = made.path or name.replace("_", "-")
            parsers: dict[str, Any] = (
                {"parser_classes": [StrictJSONParser, MultiPartParser]} if made.takes_files else {}
            )
            routed = extra_action(detail=made.detail, methods=["post"], url_path=made.path, **parsers)
            setattr(cls, name, routed(endpoint))
        cls.verbs = {**cls.verbs, name: made}
        if hasattr(cls, "model") and made.detail:
            DETAIL_VERBS.setdefault(cls.model, []).append(made)

    @property
    def principal(self) -> Principal:
        """Who asks."""
        return principal_of(self.request)

    def parts(self, row: Any) -> Any:
        """What a change of the row may change in other tables, as plain values: it counts for the ETag."""
        return None

    def searched(self, rows: QuerySet[Any], text: str) -> QuerySet[Any]:
        """The rows that fit `?search=`: by index where the model is a searched one, else parts of the named columns."""
        if isinstance(rows, Searched):
            return rows.searched(text)
        return rows.filter(Q.create([(f"{path}__icontains", text) for path in self.search], Q.OR))

    def headers_of(self, row: Any) -> Mapping[str, str]:
        """Further headers of an answer that shows one row."""
        return {}

    def get_queryset(self) -> QuerySet[Any]:
        """The visible rows. Subclasses add `select_related` and the like to it."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        rows: QuerySet[Any] = self.model.objects.visible_to(self.principal)
        return rows

    def get_object(self) -> Any:
        """The visible row named by the address, or `Missing`."""
        try:
            return self.get_queryset().get(**{self.lookup_field: self.kwargs[self.lookup_field]})
        except (self.model.DoesNotExist, ValidationError, ValueError) as missing:
            raise Missing from missing

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """The visible ones, page by page."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        shape = self.list_serializer_class or self.get_serializer_class()
        return self.get_paginated_response(shape(page, many=True, context=self.get_serializer_context()).data)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One of them, with what may be done to it now and the ETag by which it can be changed."""
        refuse_unknown(request, set())
        return self.show(self.get_object())

    def show(self, row: Any, *, status: int = 200) -> Response:
        """The row in full; it was read as visible, which need not be asked again."""
        shape, context = self.get_serializer_class(), {**self.get_serializer_context(), "seen": row}
        response = Response(shape(row, context=context).data, status=status)
        if isinstance(row, Model):
            response["ETag"] = etag_of(row, self.unversioned, self.parts(row))
        for name, value in self.headers_of(row).items():
            response[name] = value
        return response

    def carry_out(self, made: Verb) -> HttpResponse:
        """Call the verb's action with what the client sent."""
        refuse_unknown(self.request, set())
        if made.method == "POST":
            return once(self.request, lambda: self._perform(made), never_kept=made.never_kept)
        return in_one_transaction(lambda: self._perform(made))

    def _perform(self, made: Verb) -> Response:
        row = self.get_object() if made.detail else None
        if made.conditional:
            require_version(self.request, row, self.unversioned, self.parts)
        values = self._values(made)
        with kept_or_gone(values):
            result = made.action(self.target(made, row, values), self.principal, **values)
        return self._answer(made, result)

    def _values(self, made: Verb) -> dict[str, Any]:
        shape = made.request or NoInput
        given = shape(data=self.request.data, partial=made.method == "PATCH", context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def target(self, made: Verb, row: Any, values: dict[str, Any]) -> Any:
        """What the action is called on: the row of the address, or the parent of what is made."""
        if made.detail:
            return row
        if made.parent is None:
            return Organisation.objects.get()
        return values.pop(made.parent) if isinstance(made.parent, str) else made.parent(self, values)

    def _answer(self, made: Verb, result: Any) -> Response:
        if made.response is not None:
            shown = made.response(result, many=made.many, context=self.get_serializer_context())
            return Response(shown.data, status=made.status)
        try:
            row = self.get_object() if made.detail else self.get_queryset().get(pk=result.pk)
        except (Missing, self.model.DoesNotExist):
            return Response(None, status=204)
        return self.show(row, status=made.status)


class NoInput(Input):
    """A verb without values."""


class Router(SimpleRouter):
    """Addresses without a slash at the end and with typed identifiers."""

    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)

    def complete(self) -> None:
        """Give each action that no resource mentions its endpoint: `assign_task` is `POST /tasks/{uuid}/assign`."""
        views = [view for _prefix, view, _basename in self.registry if issubclass(view, DeskViewSet)]
        known = {made.action.name for view in views for made in view.verbs.values()}
        known |= {each.name for view in views for each in view.without}
        for view in views:
            for each in registered():
                if each.target is view.model and each.name not in known and not each.by_system:
                    view.offer(each.__name__.removesuffix(f"_{view.model._meta.model_name}"), verb(each))
