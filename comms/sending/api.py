"""The API of what leaves the house: accounts, deliveries, withdrawals, subscribers, and the newsroom to read."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from comms.sending.actions import accounts as channels
from comms.sending.actions import by_hand, deliveries, subscribers
from comms.sending.actions.withdrawal import LONGEST_NOTE
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
from comms.sending.networks import NETWORKS
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, ReasonIn, Router, VisibleField, verb
from crisisdesk.core.models import Brand

LANGUAGE = r"^[a-z]{2,3}$"


# --- values of the verbs on statements and versions, which live in `comms.api` --------------------------------------


class PublishIn(Input):
    """Which text was read."""

    payload_hash = serializers.RegexField(r"^[0-9a-f]{64}$")


class ScheduleIn(PublishIn):
    """When it is to leave."""

    at = serializers.DateTimeField()


class WithdrawIn(Input):
    """Why, in which languages, and what the public reads instead."""

    reason = serializers.CharField(max_length=2000)
    languages = serializers.ListField(
        child=serializers.RegexField(LANGUAGE), required=False, help_text="Empty: all that are out."
    )
    notes = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_NOTE, allow_blank=True),
        required=False,
        help_text="By language: what stands in the text's place.",
    )


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


class AccountChange(Input):
    """What can be set on an account."""

    name_cs = serializers.CharField(max_length=80, required=False)
    name_en = serializers.CharField(max_length=80, required=False)
    languages = serializers.ListField(child=serializers.RegexField(LANGUAGE), required=False)
    settings = serializers.DictField(child=serializers.CharField(max_length=300, allow_blank=True), required=False)
    position = serializers.IntegerField(min_value=0, max_value=32_767, required=False)
    active = serializers.BooleanField(required=False)


class AccountIn(Input):
    """A new account."""

    brand = VisibleField(Brand)
    code = serializers.SlugField(max_length=40)
    kind = serializers.ChoiceField(AccountKind.choices)
    network = serializers.ChoiceField(list(NETWORKS), required=False, allow_blank=True)
    name_cs = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=80)
    languages = serializers.ListField(child=serializers.RegexField(LANGUAGE), required=False)
    settings = serializers.DictField(child=serializers.CharField(max_length=300, allow_blank=True), required=False)
    position = serializers.IntegerField(min_value=0, max_value=32_767, required=False)


class AccountViewSet(DeskViewSet):
    """Where a brand speaks."""

    model = Account
    serializer_class = AccountOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "kind": Filter("kind", serializers.ChoiceField(AccountKind.choices), many=True),
        "active": Filter("active", serializers.BooleanField()),
    }

    create = verb(channels.open_account, AccountIn, parent="brand")
    partial_update = verb(channels.change_account, AccountChange)
    resume = verb(channels.resume_account)

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


class TickIn(Input):
    """A text was posted by hand, or deleted there."""

    url = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    posted = serializers.CharField(
        max_length=100_000,
        required=False,
        allow_blank=True,
        trim_whitespace=False,
        help_text="The text as it is there.",
    )
    differs = serializers.BooleanField(required=False, help_text="It differs and cannot be put right there.")
    reason = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class UrlIn(Input):
    """Where it can be seen."""

    url = serializers.CharField(max_length=1000)


class SentIn(Input):
    """Somebody found it on the other side."""

    url = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class DeliveryViewSet(DeskViewSet):
    """What leaves the house, text by text and account by account."""

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
    mark_sent = verb(deliveries.mark_delivery_sent, SentIn)
    send_again = verb(deliveries.send_delivery_again)
    tick = verb(by_hand.tick_delivery, TickIn)
    link = verb(by_hand.link_delivery, UrlIn)
    untick = verb(by_hand.untick_delivery, ReasonIn)

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


class SubscriberIn(Input):
    """An address to be asked whether it wants the texts."""

    account = VisibleField(Account)
    address = serializers.EmailField(max_length=254)
    language = serializers.RegexField(LANGUAGE)


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

    create = verb(subscribers.subscribe, SubscriberIn, parent="account")
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
