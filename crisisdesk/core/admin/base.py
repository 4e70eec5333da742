"""Admin pages that show what the person may see and change things through actions only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.paginator import Paginator
from django.db.models import ForeignKey, ManyToManyField, Model, QuerySet, URLField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.querysets import CappedCount
from crisisdesk.core.actions import Action
from crisisdesk.core.errors import Denied, DomainError, Missing, NotFresh
from crisisdesk.core.models import Organisation
from crisisdesk.core.web.input_forms import form_for, refuse_in


@dataclass(frozen=True)
class AdminVerb:
    """An action as a button on an object's page.

    Its form asks for what the action asks for; `form` takes its place where another is needed. The button is drawn
    where the action could be carried out now.
    """

    action: Action[Any, Any, Any]
    form: type[forms.Form] | None = None
    initial: Callable[[Any], dict[str, Any]] | None = None

    def __post_init__(self) -> None:
        """What only the desk does has no button."""
        if self.action.by_system:
            raise TypeError(f"{self.action.name} is the desk's own and has no button")

    @property
    def slug(self) -> str:
        """Its part of the address."""
        return self.action.name.partition(".")[2].replace("_", "-")

    def form_for(self, principal: Principal, row: Any, data: Any) -> forms.Form:
        """The form, empty or filled with what was sent."""
        initial = self.initial(row) if self.initial else None
        if self.form is not None:
            return self.form(data, initial=initial)
        return form_for(self.action)(data, principal=principal, target=row, initial=initial)

    def carry_out(self, principal: Principal, row: Any, values: dict[str, Any]) -> Any:
        """Call the action."""
        return self.action(row, principal, **values)


class CappedPaginator(Paginator):
    """Pages without counting a million rows; beyond the cap one searches."""

    @cached_property
    def count(self) -> int:
        """The number of rows, as far as it is counted."""
        return int(CappedCount(self.object_list))  # type: ignore[arg-type]


def visible_rows(model: type[Model], principal: Principal) -> QuerySet[Any]:
    """What a principal sees of a model; nothing of models that do not say who sees them."""
    manager: Any = model._default_manager
    rows: QuerySet[Any] = manager.visible_to(principal) if hasattr(manager, "visible_to") else manager.none()
    return rows


class VisibleFilter(admin.RelatedFieldListFilter):
    """A filter by a related row that names only rows one may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The visible rows, in the order of their own list."""
        rows = visible_rows(field.remote_field.model, _principal(request))
        ordering = self.field_admin_ordering(field, request, model_admin)
        choices: list[tuple[str, Any]] = field.get_choices(
            include_blank=False, ordering=ordering, limit_choices_to={"pk__in": rows.order_by().values("pk")}
        )
        return choices


class DeskAdmin(SimpleHistoryAdmin):
    """Rows one may see, changed by actions.

    `create_verb` and `change_verb` take the form's values; without them the pages are read-only. `verbs` are buttons.
    Nothing is ever deleted here.
    """

    create_verb: ClassVar[Action[Any, Any, Any] | None] = None
    change_verb: ClassVar[Action[Any, Any, Any] | None] = None
    verbs: ClassVar[Sequence[AdminVerb]] = ()

    actions = None
    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    paginator = CappedPaginator
    change_form_template = "admin/desk_change_form.html"
    object_history_list_template = "admin/desk_history_list.html"
    formfield_overrides: ClassVar[Any] = {URLField: {"assume_scheme": "https"}}

    # --- who sees what -------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The visible rows."""
        rows = visible_rows(self.model, _principal(request))
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Filters by brands, sources and other rows name only those one may see."""
        return [self._visible(each) for each in super().get_list_filter(request)]

    def _visible(self, given: Any) -> Any:
        related = isinstance(given, str) and get_fields_from_path(self.model, given)[-1].is_relation
        return (given, VisibleFilter) if related else given

    def formfield_for_foreignkey(self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **options: Any) -> Any:
        """Offer only rows one may see."""
        options.setdefault("queryset", visible_rows(db_field.related_model, _principal(request)))
        return super().formfield_for_foreignkey(db_field, request, **options)

    def formfield_for_manytomany(
        self, db_field: "ManyToManyField[Any, Any]", request: HttpRequest, **options: Any
    ) -> Any:
        """Offer only rows one may see."""
        options.setdefault("queryset", visible_rows(db_field.related_model, _principal(request)))
        return super().formfield_for_manytomany(db_field, request, **options)

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff see the sections; the rows in them decide for themselves."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff, and of the rows only visible ones."""
        principal = _principal(request)
        if principal.is_anonymous:
            return False
        return obj is None or visible_rows(self.model, principal).filter(pk=obj.pk).exists()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether there is a verb for it and the person could carry it out somewhere."""
        return self.create_verb is not None and self.may_create(_principal(request))

    def may_create(self, principal: Principal) -> bool:
        """Whether the person may add rows at all; the verb judges the single case."""
        return self.create_verb is not None and self.create_verb.offered(principal, Organisation.objects.get())

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether there is a verb for it and the person holds its capability on the row."""
        if self.change_verb is None:
            return False
        return obj is None or self.may_change(_principal(request), obj)

    def may_change(self, principal: Principal, row: Any) -> bool:
        """Whether the person may change this row."""
        return self.change_verb is not None and self.change_verb.offered(principal, row)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is deleted."""
        return False

    # --- changing ------------------------------------------------------------------------------------------------

    def create(self, principal: Principal, values: dict[str, Any]) -> Any:
        """Make a row of the form's values."""
        verb: Any = self.create_verb
        return verb(Organisation.objects.get(), principal, **values)

    def change(self, principal: Principal, row: Any, values: dict[str, Any]) -> None:
        """Change what was changed in the form."""
        verb: Any = self.change_verb
        verb(row, principal, **values)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Let the verb do it; the form's own instance is never saved."""
        values = {name: form.cleaned_data[name] for name in form.changed_data if name in form.cleaned_data}
        if not change:
            made = self.create(_principal(request), dict(form.cleaned_data))
            obj.__dict__.update(made.__dict__)
        elif values:
            self.change(_principal(request), self.model._default_manager.get(pk=obj.pk), values)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Nothing is written beside the verb: it was given the related rows too."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> list[Any]:
        """Django asks the rows beside for what it saved of them; they are only read here, and the log tells it."""
        return []

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The event log tells it."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The event log tells it."""

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        """A form that also says why the verb refused."""
        form = super().get_form(request, obj, change=change, **options)
        refusal: DomainError | None = getattr(request, "refusal", None)
        return form if refusal is None else type(form)(form.__name__, (form,), {"clean": _refusing(form, refusal)})

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form again with the reasons when the verb refuses; nothing typed is lost."""
        context = {**(extra_context or {}), **self._buttons(request, object_id)}
        try:
            response: HttpResponse = super().changeform_view(request, object_id, form_url, context)
        except NotFresh:
            raise
        except DomainError as refusal:
            request.refusal = refusal  # type: ignore[attr-defined]
            response = super().changeform_view(request, object_id, form_url, context)
            response.status_code = refusal.status
        return response

    # --- verbs ---------------------------------------------------------------------------------------------------

    def _buttons(self, request: HttpRequest, object_id: str | None) -> dict[str, Any]:
        row = self.get_object(request, unquote(object_id)) if object_id and self.verbs else None
        if row is None:
            return {}
        offered = [each for each in self.verbs if each.action.can(_principal(request), row)]
        return {"verbs": [(each.action.title, self._address("verb", row.pk, each.slug)) for each in offered]}

    def _address(self, name: str, *parts: Any) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=parts)

    def get_urls(self) -> list[URLPattern]:
        """The verbs beside Django's own pages."""
        name = f"{self.opts.app_label}_{self.opts.model_name}_verb"
        view = self.admin_site.admin_view(self.verb_view)
        urls: list[URLPattern] = super().get_urls()
        return [path("<path:object_id>/verb/<slug:slug>/", view, name=name), *urls]

    def verb_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponse:
        """The page of one verb: GET asks for its values, POST carries it out."""
        row = self.get_object(request, unquote(object_id))
        found = next((each for each in self.verbs if each.slug == slug), None)
        if row is None or found is None:
            raise Missing
        status = 200
        form = found.form_for(_principal(request), row, request.POST if request.method == "POST" else None)
        if request.method == "POST" and (form.is_valid() or not form.fields):
            try:
                found.carry_out(_principal(request), row, dict(getattr(form, "cleaned_data", {})))
            except (NotFresh, Missing):
                raise
            except DomainError as refusal:
                refuse_in(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Done: {title}").format(title=found.action.title))
                return HttpResponseRedirect(self._after(request, row))
        context = {
            **self.admin_site.each_context(request),
            "title": found.action.title,
            "opts": self.opts,
            "original": row,
            "form": form,
            "change_url": self._address("change", row.pk),
        }
        return render(request, "admin/desk_verb_form.html", context, status=status)

    def _after(self, request: HttpRequest, row: Any) -> str:
        still_there = self.get_object(request, str(row.pk)) is not None
        return self._address("change", row.pk) if still_there else self._address("changelist")

    # --- history -------------------------------------------------------------------------------------------------

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """Who changed what, for rows one may see; removed rows keep their secrets."""
        if self.get_object(request, unquote(object_id)) is None or not hasattr(self.model, "history"):
            raise Missing
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def history_form_view(
        self, request: HttpRequest, object_id: str, version_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """An old version to read. It is never written back: that would go around every action."""
        if request.method not in ("GET", "HEAD"):
            raise Denied(_("Old versions are to be read; change the present one instead"))
        if self.get_object(request, unquote(object_id)) is None:
            raise Missing
        response: HttpResponse = super().history_form_view(request, object_id, version_id, extra_context)
        return response

    def has_view_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the row sees its history."""
        return self.has_view_permission(request, obj)

    def has_change_history_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """History is not changed."""
        return False


class WorkflowAdmin(DeskAdmin):
    """What people work with elsewhere: to be read, searched and filtered here, changed by its verbs only."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come about by work, not here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The buttons change, the form does not."""
        return False


class ReadOnlyInline(admin.TabularInline[Any, Any]):
    """Rows that belong to the one shown, to be read."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Of parts that say who sees them, those one may see; a person has roles on brands of others too."""
        rows: QuerySet[Any] = super().get_queryset(request)
        if not hasattr(self.model._default_manager, "visible_to"):
            return rows
        return rows.filter(pk__in=visible_rows(self.model, _principal(request)).order_by().values("pk"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them, those among them that no form could take."""
        return self.fields or ()

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Who sees the row sees its parts."""
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any) -> bool:  # type: ignore[override]
        """Nothing is added here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing is changed here."""
        return False


def _principal(request: HttpRequest) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal


def _refusing(form: type[forms.BaseModelForm[Any]], refusal: DomainError) -> Callable[[Any], Mapping[str, Any]]:
    def clean(self: Any) -> Mapping[str, Any]:
        cleaned: Mapping[str, Any] = form.clean(self)  # type: ignore[assignment]
        refuse_in(self, refusal)
        return cleaned

    return clean
