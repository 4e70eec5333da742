"""Set-up of monitoring: sources and report addresses; mentions to be read."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.monitoring import actions
from cases.monitoring.actions.polling import find_feed
from cases.monitoring.models import Mention, ReportAddress, SignalEvidence, Source, SourceKind
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin


@admin.register(Source)
class SourceAdmin(DeskAdmin):
    """Where mentions come from. A new feed is looked at before it is saved."""

    create_verb = actions.create_source
    change_verb = actions.edit_source
    list_display = ("name", "brand", "kind", "active", "last_success", "last_item", "problem")
    list_filter = ("kind", "active", "brand")
    search_fields = ("name", "url")
    list_select_related = ("brand", "health")
    verbs = (
        AdminVerb(actions.poll_now),
        AdminVerb(actions.pause_source),
        AdminVerb(actions.resume_source),
    )

    def get_fields(self, request: HttpRequest, obj: Source | None = None) -> Any:
        """Brand and kind are chosen once; only feeds have an address and are looked at."""
        own = ("name", "url", "poll_minutes") if obj is None or obj.kind == SourceKind.FEED else ("name",)
        shared = ("expected_minutes", "default_language", "trigger_terms", "raises_every_item", "severity")
        return (*(("brand", "kind") if obj is None else ()), *own, *shared)

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        """The source of reports comes about by the first report."""
        if db_field.name == "kind":
            options["choices"] = [choice for choice in SourceKind.choices if choice[0] != SourceKind.REPORT]
        return super().formfield_for_choice_field(db_field, request, **options)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand add sources to it."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> Source:
        """The verb is the brand's, and wants to know what the feed brought."""
        brand = values.pop("brand")
        if values["kind"] == SourceKind.FEED and actions.create_source.offered(principal, brand):
            values["url"], values["look"] = find_feed(values["url"], zone=brand.time_zone)
        return actions.create_source(brand, principal, **values)

    @admin.display(description=_("last success"))
    def last_success(self, source: Source) -> Any:
        """When it was last read without a problem."""
        return source.health.last_success_at

    @admin.display(description=_("last new item"))
    def last_item(self, source: Source) -> Any:
        """When something new last came."""
        return source.health.last_item_at

    @admin.display(description=_("what is wrong"))
    def problem(self, source: Source) -> Any:
        """What is wrong and what to do about it."""
        return source.health.problem_sentence


class EvidenceInline(ReadOnlyInline):
    """The signals that rest on a mention."""

    model = SignalEvidence
    fields = ("signal", "reason", "term", "added_by", "created_at")
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of signals that the person sees."""
        return SignalEvidence.objects.visible_to(request.principal).select_related("signal", "added_by")  # type: ignore[attr-defined]


@admin.register(Mention)
class MentionAdmin(WorkflowAdmin):
    """What was said, as it was when it was first seen."""

    list_display = ("headline", "source", "author", "language", "published_at", "fetched_at")
    list_filter = ("brand", "source", "language")
    search_fields = ("title", "author", "external_id")
    list_select_related = ("source",)
    exclude = ("search", "changed_sha256")
    inlines = (EvidenceInline,)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the column of the search."""
        return super().get_queryset(request).defer("search")


@admin.register(ReportAddress)
class ReportAddressAdmin(DeskAdmin):
    """Secret addresses for reports. New ones are given out on their own page, which shows them once."""

    list_display = ("name", "hint", "brand", "kind", "created_at", "rotated_at", "revoked_at")
    list_filter = ("brand", ("revoked_at", admin.EmptyFieldListFilter))
    search_fields = ("name", "hint")
    list_select_related = ("brand", "kind")
    fields = ("name", "brand", "kind", "hint", "created_at", "rotated_at", "revoked_at")
    readonly_fields = fields
    verbs: ClassVar[Any] = (AdminVerb(actions.revoke_report_address),)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Administrators of any brand."""
        principal: Principal = request.principal  # type: ignore[attr-defined]
        return bool(principal.brands_with(Capability.MANAGE))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Where the secret is shown once."""
        return HttpResponseRedirect(reverse("monitoring:report_addresses"))
