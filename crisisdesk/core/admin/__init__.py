"""Set-up of the organisation: brands, people, roles, tokens; and the log of it."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.accounts.token_forms import TokenForm
from crisisdesk.core.actions import people, tokens
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin
from crisisdesk.core.errors import Denied, DomainError, NotFresh
from crisisdesk.core.log import events
from crisisdesk.core.models import ApiToken, Brand, Event, Membership, Organisation, User
from crisisdesk.core.models.events import INSTALLATION_CHAIN_ID
from crisisdesk.core.web.input_forms import refuse_in

__all__ = ["AdminVerb", "DeskAdmin", "ReadOnlyInline", "WorkflowAdmin"]


@admin.register(Organisation)
class OrganisationAdmin(DeskAdmin):
    """The one organisation."""

    change_verb = people.change_organisation
    fields = ("name", "default_language", "time_zone", "public_url", "about")


@admin.register(Brand)
class BrandAdmin(DeskAdmin):
    """Brands."""

    create_verb = people.create_brand
    change_verb = people.change_brand
    list_display = ("name", "slug", "default_language", "active")
    list_filter = ("active",)
    search_fields = ("name", "slug")

    def get_fields(self, request: HttpRequest, obj: Brand | None = None) -> Any:
        """A short name stands in public addresses and is chosen once; a new brand is active."""
        first = ("name", "slug") if obj is None else ("name", "active")
        return (*first, "default_language", "languages", "time_zone", "website", "phone", "press_contact", "about")


class MembershipInline(ReadOnlyInline):
    """The roles of a person."""

    model = Membership
    fields = ("brand", "role", "is_deputy", "since", "until")


@admin.register(User)
class PersonAdmin(DeskAdmin):
    """Accounts of people and programs."""

    create_verb = people.create_person
    change_verb = people.change_person
    list_display = ("name", "email", "position", "kind", "is_active", "is_staff")
    list_filter = ("kind", "is_active", "is_staff")
    search_fields = ("name", "email")
    inlines = (MembershipInline,)
    verbs = (AdminVerb(people.deactivate_person), AdminVerb(tokens.remove_second_factors))

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """What kind of account it is, is decided once."""
        first = ("name", "email", "kind") if obj is None else ("name", "email")
        return (*first, "position", "phone", "language", "is_staff")


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    """Who holds which role on which brand."""

    create_verb = people.grant_membership
    list_display = ("user", "role", "is_deputy", "brand", "since", "until")
    list_filter = ("role", "brand", ("until", admin.EmptyFieldListFilter))
    search_fields = ("user__name", "user__email")
    list_select_related = ("user", "brand")
    fields = ("user", "brand", "role", "is_deputy")
    verbs = (AdminVerb(people.end_membership),)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand give roles on it."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> Membership:
        """The verb is the brand's."""
        return people.grant_membership(values.pop("brand"), principal, **values)


class ServiceTokenForm(TokenForm):
    """A token for a service account."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("service account"), required=True)

    field_order = ["user", "name", "scopes", "days"]


@admin.register(ApiToken)
class ApiTokenAdmin(DeskAdmin):
    """Tokens: whose they are, what they may do, when they were used."""

    list_display = ("name", "hint", "user", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_filter = (("revoked_at", admin.EmptyFieldListFilter),)
    search_fields = ("name", "hint", "user__name")
    list_select_related = ("user",)
    fields = (
        "name", "hint", "user", "scopes", "brands", "networks", "created_by", "created_at", "expires_at",
        "last_used_at", "revoked_at",
    )  # fmt: skip
    readonly_fields = fields
    verbs = (AdminVerb(tokens.revoke_token),)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of the installation make tokens for programs."""
        return principal.manages_installation()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """As `may_create`; the page is its own."""
        return self.may_create(request.principal)  # type: ignore[attr-defined]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Make a token for a service account and show its key, once."""
        return new_service_token(self, request)


def new_service_token(model_admin: ApiTokenAdmin, request: HttpRequest) -> HttpResponse:
    """The page of a new token for a program."""
    principal: Principal = request.principal  # type: ignore[attr-defined]
    if not model_admin.may_create(principal):
        raise Denied
    form = ServiceTokenForm(request.POST or None, principal=principal)
    form.fields["user"].queryset = User.objects.filter(kind="service", is_active=True)  # type: ignore[attr-defined]
    context = {
        **model_admin.admin_site.each_context(request),
        "title": tokens.create_token.title,
        "opts": model_admin.opts,
        "form": form,
    }
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            token = tokens.create_token(Organisation.objects.get(), principal, **form.cleaned_data)
        except NotFresh:
            raise
        except DomainError as refusal:
            refuse_in(form, refusal)
            status = refusal.status
        else:
            shown = render(request, "admin/token_created.html", {**context, "token": token, "secret": token.secret})
            shown["Cache-Control"] = "no-store"
            return shown
    return render(request, "admin/desk_verb_form.html", context, status=status)


@admin.register(Event)
class EventAdmin(WorkflowAdmin):
    """What happened to the installation: its own chain of the log."""

    list_display = ("occurred_at", "told", "via", "object_type")
    list_filter = ("via", "object_type")
    search_fields = ("kind", "actor")
    ordering = ("-pk",)
    fields = (
        "occurred_at",
        "recorded_at",
        "told",
        "kind",
        "actor",
        "via",
        "object_type",
        "object_id",
        "payload",
        "canonical",
    )
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Event]:
        """Administrators of the installation read its chain; cases tell their own story."""
        principal: Principal = request.principal  # type: ignore[attr-defined]
        if not principal.manages_installation():
            return Event.objects.none()
        key = Func(F("actor"), Value(":"), Value(2), function="split_part", output_field=CharField())
        acting = User.objects.annotate(key=Cast("pk", CharField())).filter(key=OuterRef("actor_key"))
        own = Event.objects.filter(chain_id=INSTALLATION_CHAIN_ID).order_by(*self.ordering)
        return own.annotate(actor_key=key, actor_name=Subquery(acting.values("name")[:1]))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Administrators of the installation."""
        principal: Principal = request.principal  # type: ignore[attr-defined]
        return principal.manages_installation() and (obj is None or obj.chain_id == INSTALLATION_CHAIN_ID)

    @admin.display(description=_("what happened"))
    def told(self, event: Any) -> str:
        """The event as a sentence."""
        return events.sentence(event, event.actor_name or event.actor, get_language() or "en")
