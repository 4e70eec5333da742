"""Set-up and oversight of sending: accounts and subscribers to set up, deliveries to look at."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comms.sending.actions import accounts, by_hand, deliveries, subscribers
from comms.sending.models import Account, Delivery, DeliveryAttempt, NewsroomPost, Subscriber, Withdrawal
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin


@admin.register(Account)
class AccountAdmin(DeskAdmin):
    """Where a brand speaks."""

    create_verb = accounts.open_account
    change_verb = accounts.change_account
    list_display = ("name_cs", "name_en", "brand", "kind", "network", "active", "stopped_at")
    list_filter = ("brand", "kind", "active")
    search_fields = ("code", "name_cs", "name_en")
    list_select_related = ("brand",)
    verbs = (AdminVerb(accounts.resume_account),)

    def get_fields(self, request: HttpRequest, obj: Account | None = None) -> Any:
        """Brand, code and kind are chosen once."""
        first = ("brand", "code", "kind", "network") if obj is None else ()
        last = () if obj is None else ("active",)
        return (*first, "name_cs", "name_en", "languages", "settings", "position", *last)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand add accounts to it."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> Account:
        """The verb is the brand's."""
        return accounts.open_account(values.pop("brand"), principal, **values)


class SubscriberForm(forms.ModelForm):
    """An address to be asked."""

    class Meta:
        model = Subscriber
        fields = ("account", "address", "language")


@admin.register(Subscriber)
class SubscriberAdmin(DeskAdmin):
    """Who gets texts by mail; administrators of the brand see the addresses."""

    create_verb = subscribers.subscribe
    form = SubscriberForm
    list_display = ("address", "account", "language", "state", "confirmed_at", "left_at")
    list_filter = ("state", "language", "account__brand")
    search_fields = ("address",)
    list_select_related = ("account__brand",)
    fields = ("account", "address", "language")
    verbs = (AdminVerb(subscribers.unsubscribe),)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand may have somebody asked."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> Subscriber:
        """The verb is the account's."""
        return subscribers.subscribe(values.pop("account"), principal, **values)


class AttemptInline(ReadOnlyInline):
    """What came of each attempt."""

    model = DeliveryAttempt
    fields = ("started_at", "ended_at", "outcome", "answer", "remote_id")


@admin.register(Delivery)
class DeliveryAdmin(WorkflowAdmin):
    """Deliveries."""

    list_display = ("version", "account", "language", "part", "operation", "state", "due_at", "done_at")
    list_filter = ("state", "operation", "by_hand", "account__kind")
    search_fields = ("version__statement__case__reference", "remote_id", "remote_url")
    list_select_related = ("account", "version__statement")
    inlines = (AttemptInline,)
    fields = (
        "version", "account", "language", "part", "parts", "operation", "state", "headline", "text", "payload_hash",
        "due_at", "done_at", "dead_at", "last_answer", "remote_id", "remote_url", "posted_by", "differs",
    )  # fmt: skip
    readonly_fields = fields
    verbs = (
        AdminVerb(deliveries.retry_delivery),
        AdminVerb(deliveries.mark_delivery_sent),
        AdminVerb(deliveries.send_delivery_again),
        AdminVerb(by_hand.untick_delivery),
    )

    @admin.display(description=_("last answer"))
    def last_answer(self, delivery: Delivery) -> str:
        """Why the desk stopped it, or the other side's words."""
        return delivery.stopped or delivery.last_error


@admin.register(NewsroomPost)
class NewsroomPostAdmin(WorkflowAdmin):
    """What stands on the newsrooms."""

    list_display = ("__str__", "brand", "language", "published_at", "withdrawn_at")
    list_filter = ("brand", "language", ("withdrawn_at", admin.EmptyFieldListFilter))
    search_fields = ("headline", "text")
    list_select_related = ("brand",)
    fields = (
        "brand", "statement", "language", "headline", "text", "payload_hash", "published_at", "next_update_at",
        "corrects", "withdrawn_at", "public_note",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(Withdrawal)
class WithdrawalAdmin(WorkflowAdmin):
    """What was taken back, by whom and why."""

    list_display = ("version", "by", "at")
    list_select_related = ("version__statement", "by")
    fields = ("version", "by", "at", "why", "public_note")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Withdrawals with their reason."""
        return super().get_queryset(request).select_related("reason", "version__statement", "by")

    @admin.display(description=_("reason"))
    def why(self, withdrawal: Withdrawal) -> str:
        """The reason as it was given."""
        return withdrawal.reason.text
