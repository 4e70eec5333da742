"""Set-up of the organisation: brands, people, roles, tokens; and the log of it."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import CharField, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock, days
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.accounts.token_forms import TokenForm
from crisisdesk.core.actions import memberships, notifications, people, tokens
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin
from crisisdesk.core.admin.membership_form import MembershipForm
from crisisdesk.core.errors import Denied, DomainError, NotFresh
from crisisdesk.core.log import events
from crisisdesk.core.models import ApiToken, Brand, DeadNotice, Event, Membership, Organisation, StoredFile, User
from crisisdesk.core.models.events import INSTALLATION_CHAIN_ID
from crisisdesk.core.web.input_forms import refuse_in

__all__ = ["AdminVerb", "DeskAdmin", "ReadOnlyInline", "WorkflowAdmin"]


@admin.register(Organisation)
class OrganisationAdmin(DeskAdmin):
    """The one organisation."""

    change_verb = people.change_organisation
    fields = ("name", "about")


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
    fields = ("brand", "role", "is_deputy", "valid_from", "valid_until")


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


class HeldFilter(admin.SimpleListFilter):
    """Roles that hold now, will hold, or have ended."""

    title = _("in force")
    parameter_name = "held"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """The three."""
        return [("now", _("in force now")), ("later", _("in force later")), ("over", _("no longer in force"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The rows that fit."""
        now, rows = clock.now(), Membership.objects.order_by()
        later = rows.not_over(now).filter(valid_from__gt=now)
        chosen = {"now": rows.current(now), "later": later, "over": rows.over(now)}.get(self.value() or "")
        return queryset if chosen is None else queryset.filter(pk__in=chosen.values("pk"))


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    """Who holds which role on which brand, from when until when."""

    create_verb = memberships.grant_membership
    change_verb = memberships.change_membership_dates
    form = MembershipForm
    list_display = ("user", "role", "is_deputy", "brand", "held")
    list_filter = ("role", "brand", HeldFilter)
    search_fields = ("user__name", "user__email")
    list_select_related = ("user", "brand")
    verbs = (AdminVerb(memberships.end_membership),)

    def get_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        """A beginning can be chosen while it lies ahead."""
        ahead = obj is None or obj.valid_from > clock.now()
        return ("user", "brand", "role", "is_deputy", "valid_from" if ahead else "began", "valid_until")

    def get_readonly_fields(self, request: HttpRequest, obj: Membership | None = None) -> Any:
        """Another role is another row; of this one the dates can be changed."""
        return () if obj is None else ("user", "brand", "role", "is_deputy", "began")

    def may_change(self, principal: Principal, row: Any) -> bool:
        """What has ended stays as it was."""
        return super().may_change(principal, row) and not row.is_over(clock.now())

    def change(self, principal: Principal, row: Any, values: dict[str, Any]) -> None:
        """An end that was not touched stays as it is."""
        memberships.change_membership_dates(row, principal, **{"valid_until": row.valid_until, **values})

    @admin.display(description=_("first day"))
    def began(self, row: Membership) -> str:
        """The day on which it began."""
        return _day(days.first_day(row.valid_from, row.brand.zone))

    @admin.display(description=_("in force"), ordering="valid_from")
    def held(self, row: Membership) -> str:
        """Whether it holds now, from when or until when."""
        now, zone, ends = clock.now(), row.brand.zone, row.valid_until
        if ends is not None and ends <= row.valid_from:
            return gettext("withdrawn before it began")
        if row.is_over(now):
            return gettext("ended {day}").format(day=_day(days.last_day(ends or now, zone)))
        begins = "" if row.valid_from <= now else _day(days.first_day(row.valid_from, zone))
        until = "" if ends is None else _day(days.last_day(ends, zone))
        if begins and until:
            return gettext("from {begin} until {end}").format(begin=begins, end=until)
        if begins:
            return gettext("from {day}").format(day=begins)
        return gettext("until {day}").format(day=until) if until else gettext("in force now")

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand give roles on it."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> Membership:
        """The verb is the brand's."""
        return memberships.grant_membership(values.pop("brand"), principal, **values)


class ServiceTokenForm(TokenForm):
    """A token for a service account."""

    user = forms.ModelChoiceField(User.objects.none(), label=_("service account"), required=True)

    field_order = ("user", "name", "scopes", "days", "brands", "networks")


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
    form.fields["user"].queryset = User.objects.filter(kind="service", is_active=True)
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


@admin.register(StoredFile)
class StoredFileAdmin(WorkflowAdmin):
    """Files: what they are called, how large they are, their hash, and why they were removed."""

    list_display = ("name", "kind", "size", "sha256", "stored_by", "created_at", "removed_at")
    list_filter = ("kind", ("removed_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "sha256")
    list_select_related = ("stored_by",)
    fields = (
        "name", "kind", "media_type", "size", "sha256", "stored_by", "created_at", "key", "removed_at", "removal",
    )  # fmt: skip
    readonly_fields = fields


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


@admin.register(DeadNotice)
class DeadNoticeAdmin(WorkflowAdmin):
    """E-mails to colleagues that were given up: to whom and why. What they said is between the desk and the person."""

    list_display = ("recipient", "kind", "unsent", "given_up_at", "last_answer")
    list_filter = ("unsent", "kind")
    search_fields = ("user__name", "user__email", "last_error")
    list_select_related = ("user",)
    ordering = ("-dead_at",)
    fields = (
        "recipient", "kind", "way", "object_type", "object_id", "round", "unsent", "created_at", "given_up_at",
        "attempts", "last_answer",
    )  # fmt: skip
    readonly_fields = fields
    verbs = (AdminVerb(notifications.retry_notice),)

    @admin.display(description=_("recipient"), ordering="user__name_sort")
    def recipient(self, notice: DeadNotice) -> str:
        """Who was not told."""
        return f"{notice.user.name} <{notice.user.email}>"

    @admin.display(description=_("given up"), ordering="dead_at")
    def given_up_at(self, notice: DeadNotice) -> Any:
        """When nothing more was tried."""
        return notice.dead_at

    @admin.display(description=_("last answer"))
    def last_answer(self, notice: DeadNotice) -> str:
        """The mail server's words, or the error."""
        return notice.last_error


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")
