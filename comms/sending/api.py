"""The API of sending: accounts, deliveries, withdrawals, subscribers, and the newsroom to read."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from comms.sending.actions import accounts, by_hand, deliveries, subscribers
from comms.sending.models import (
    Account,
    AccountKind,
    Delivery,
    DeliveryAttempt,
    DeliveryState,
    NewsroomPost,
    Operation,
    Subscriber,
    SubscriberState,
    Withdrawal,
)
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, Router, verb

LANGUAGE = r"^[a-z]{2,3}$"


class WithdrawalOut(Output):
    """A version that was taken back."""

    version = serializers.UUIDField(source="version.uuid")
    language = serializers.CharField(source="version.language")
    by = serializers.UUIDField(source="by.uuid")

    class Meta:
        model = Withdrawal
        fields = ("uuid", "version", "language", "by", "at", "public_note")


# --- accounts ---------------------------------------------------------------------------------------------------------


class AccountOut(Output):
    """A channel account of a brand."""

    brand = serializers.UUIDField(source="brand.uuid")
    limit = serializers.SerializerMethodField(help_text="How long a text may be, where the network counts.")
    actions = True

    class Meta:
        model = Account
        fields = (
            "uuid", "brand", "code", "kind", "network", "name_cs", "name_en", "languages", "settings", "position",
            "active", "stopped_at", "limit", "created_at",
        )  # fmt: skip

    @extend_schema_field(
        {
            "type": ["object", "null"],
            "properties": {
                "most": {"type": "integer"},
                "unit": {"type": "string"},
                "source": {"type": "string", "format": "uri"},
                "checked": {"type": "string", "format": "date"},
            },
        }
    )
    def get_limit(self, account: Account) -> dict[str, Any] | None:
        """The limit with its source and the day it was compared with it."""
        limit = account.spoken_to.limit if account.spoken_to else None
        if limit is None:
            return None
        return {"most": limit.most, "unit": limit.unit, "source": limit.source, "checked": limit.checked}


class AccountViewSet(DeskViewSet):
    """Where a brand speaks."""

    model = Account
    serializer_class = AccountOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "kind": Filter("kind", serializers.ChoiceField(AccountKind.choices), many=True),
        "active": Filter("active", serializers.BooleanField()),
    }

    create = verb(accounts.open_account, parent="brand")
    partial_update = verb(accounts.change_account)
    resume = verb(accounts.resume_account)

    def get_queryset(self) -> QuerySet[Account]:
        """Accounts with their brand."""
        return super().get_queryset().select_related("brand")


# --- deliveries -------------------------------------------------------------------------------------------------------


class AttemptOut(serializers.ModelSerializer[DeliveryAttempt]):
    """One attempt and what the other side said."""

    class Meta:
        model = DeliveryAttempt
        fields = ("started_at", "ended_at", "outcome", "answer", "remote_id")
        read_only_fields = fields


class DeliveryOut(Output):
    """One text on its way to one account."""

    statement = serializers.UUIDField(source="version.statement.uuid")
    version = serializers.UUIDField(source="version.uuid")
    account = serializers.UUIDField(source="account.uuid")
    posted_by = serializers.UUIDField(source="posted_by.uuid", allow_null=True, default=None)
    waits_for_decision = serializers.BooleanField(help_text="Only a person can say what became of it.")

    class Meta:
        model = Delivery
        fields = (
            "uuid", "statement", "version", "account", "language", "part", "parts", "operation", "by_hand", "state",
            "payload_hash", "headline", "text", "due_at", "done_at", "remote_id", "remote_url", "posted_by", "differs",
            "waits_for_decision", "created_at",
        )  # fmt: skip


class DeliveryDetail(DeliveryOut):
    """A delivery with its attempts and the verbs that would go through now."""

    attempts = AttemptOut(source="attempts_made", many=True)
    actions = True

    class Meta(DeliveryOut.Meta):
        fields = (*DeliveryOut.Meta.fields, "attempts")  # type: ignore[assignment]


class DeliveryViewSet(DeskViewSet):
    """Deliveries, text by text and account by account."""

    model = Delivery
    serializer_class = DeliveryDetail
    list_serializer_class = DeliveryOut
    unversioned = ("lease_until", "fence", "attempts", "due_at", "last_error", "looked")
    filters: ClassVar[Any] = {
        "statement": Filter("version__statement__uuid", serializers.UUIDField()),
        "version": Filter("version__uuid", serializers.UUIDField()),
        "case": Filter("version__statement__case__reference", serializers.CharField(max_length=20)),
        "account": Filter("account__uuid", serializers.UUIDField()),
        "state": Filter("state", serializers.ChoiceField(DeliveryState.choices), many=True),
        "operation": Filter("operation", serializers.ChoiceField(Operation.choices)),
        "by_hand": Filter("by_hand", serializers.BooleanField()),
    }

    retry = verb(deliveries.retry_delivery)
    mark_sent = verb(deliveries.mark_delivery_sent)
    send_again = verb(deliveries.send_delivery_again)
    tick = verb(by_hand.tick_delivery)
    link = verb(by_hand.link_delivery)
    untick = verb(by_hand.untick_delivery)

    def get_queryset(self) -> QuerySet[Delivery]:
        """Deliveries with what a row shows."""
        rows = super().get_queryset().select_related("version__statement", "account", "posted_by")
        return rows if self.action == "list" else rows.prefetch_related("attempts_made")


# --- newsroom and subscribers -----------------------------------------------------------------------------------------


class PostOut(Output):
    """A text as it stands on the newsroom."""

    brand = serializers.UUIDField(source="brand.uuid")
    statement = serializers.UUIDField(source="statement.uuid")
    corrects = serializers.UUIDField(source="corrects.uuid", allow_null=True, default=None)

    class Meta:
        model = NewsroomPost
        fields = (
            "uuid", "brand", "statement", "language", "headline", "text", "payload_hash", "published_at",
            "next_update_at", "corrects", "withdrawn_at", "public_note",
        )  # fmt: skip


class NewsroomViewSet(DeskViewSet):
    """What stands on the newsrooms. The public reads the same without signing in, as pages, Atom and JSON Feed."""

    model = NewsroomPost
    serializer_class = PostOut
    ordering = "-published_at"
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "statement": Filter("statement__uuid", serializers.UUIDField()),
        "language": Filter("language", serializers.RegexField(LANGUAGE)),
        "withdrawn": Filter(
            lambda rows, withdrawn: rows.filter(withdrawn_at__isnull=not withdrawn), serializers.BooleanField()
        ),
    }

    def get_queryset(self) -> QuerySet[NewsroomPost]:
        """Posts with what they point to."""
        return super().get_queryset().select_related("brand", "statement", "corrects")


class SubscriberOut(Output):
    """Somebody on the list of an e-mail account."""

    account = serializers.UUIDField(source="account.uuid")
    actions = True

    class Meta:
        model = Subscriber
        fields = ("uuid", "account", "address", "language", "state", "asked_at", "confirmed_at", "left_at")


class SubscriberViewSet(DeskViewSet):
    """Who gets the texts by mail. Addresses are shown to administrators of the brand only."""

    model = Subscriber
    serializer_class = SubscriberOut
    unversioned = ("lease_until", "fence", "attempts", "due_at", "last_error", "done_at", "dead_at")
    filters: ClassVar[Any] = {
        "account": Filter("account__uuid", serializers.UUIDField()),
        "state": Filter("state", serializers.ChoiceField(SubscriberState.choices), many=True),
        "language": Filter("language", serializers.RegexField(LANGUAGE)),
    }

    create = verb(subscribers.subscribe, parent="account")
    unsubscribe = verb(subscribers.unsubscribe)

    def get_queryset(self) -> QuerySet[Subscriber]:
        """Subscribers with their account."""
        return super().get_queryset().select_related("account")


def register(router: Router) -> None:
    """Add the resources of this module; called by `comms.api.register`."""
    router.register("accounts", AccountViewSet, basename="account")
    router.register("deliveries", DeliveryViewSet, basename="delivery")
    router.register("newsroom-posts", NewsroomViewSet, basename="newsroompost")
    router.register("subscribers", SubscriberViewSet, basename="subscriber")
