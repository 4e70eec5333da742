"""Set-up to read: kinds of crisis, severity policies, protocols."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from cases.actions import draft_protocol, publish_protocol
from cases.models import (
    CrisisKind,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    ProtocolVersion,
    SeverityPolicy,
)
from crisisdesk.core.api import DeskViewSet, Filter, Output, verb


class KindOut(Output):
    """A kind of crisis."""

    protocol = serializers.CharField(source="protocol.code", allow_null=True)
    policy = serializers.CharField(source="policy.code", allow_null=True)

    class Meta:
        model = CrisisKind
        fields = (
            "uuid", "code", "name_cs", "name_en", "description_cs", "description_en", "start_severity", "protocol",
            "policy", "active",
        )  # fmt: skip


class KindViewSet(DeskViewSet):
    """Kinds of crisis: what a case is about decides its protocol, its policy and the severity it starts from."""

    model = CrisisKind
    serializer_class = KindOut
    ordering = "code"
    filters = {
        "code": Filter("code", serializers.CharField()),
        "active": Filter("active", serializers.BooleanField()),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """With protocol and policy."""
        return super().get_queryset().select_related("protocol", "policy")


class LimitOut(serializers.ModelSerializer[PolicyLimit]):
    """One limit: `amount` counted in `unit`, then always at `times` (local); with `waking_hours` never at night."""

    class Meta:
        model = PolicyLimit
        fields = ("severity", "code", "amount", "unit", "times", "waking_hours")
        read_only_fields = fields


class LevelOut(serializers.ModelSerializer[PolicyLevel]):
    """What one severity asks for besides time."""

    class Meta:
        model = PolicyLevel
        fields = ("severity", "required_roles", "review_required", "suggest_hold")
        read_only_fields = fields


class PolicyOut(Output):
    """A severity policy with its limits and levels."""

    limits = LimitOut(many=True)
    levels = LevelOut(many=True)

    class Meta:
        model = SeverityPolicy
        fields = ("uuid", "code", "name_cs", "name_en", "standard", "version", "limits", "levels")


class PolicyViewSet(DeskViewSet):
    """Severity policies: how much time each severity allows, and whom it needs."""

    model = SeverityPolicy
    serializer_class = PolicyOut
    ordering = "code"

    def get_queryset(self) -> QuerySet[Any]:
        """With limits and levels."""
        return super().get_queryset().prefetch_related("limits", "levels")


class StepOut(serializers.ModelSerializer[ProtocolStep]):
    """One step of a protocol."""

    class Meta:
        model = ProtocolStep
        fields = (
            "order", "kind", "role", "offset_minutes", "due_minutes", "blocking", "title_cs", "title_en",
            "instruction_cs", "instruction_en", "template_code", "depends_on",
        )  # fmt: skip
        read_only_fields = fields


class ProtocolOut(Output):
    """A protocol."""

    actions = True

    class Meta:
        model = Protocol
        fields = ("uuid", "code", "name_cs", "name_en")


class ProtocolVersionOut(Output):
    """A version of a protocol with its steps; `published_at` is null while it is a draft."""

    protocol = serializers.CharField(source="protocol.code")
    steps = StepOut(many=True)
    actions = True

    class Meta:
        model = ProtocolVersion
        fields = ("uuid", "protocol", "number", "published_at", "change", "steps")


class ProtocolViewSet(DeskViewSet):
    """Protocols: one for each kind of crisis, in versions."""

    model = Protocol
    serializer_class = ProtocolOut
    ordering = "code"
    filters = {"code": Filter("code", serializers.CharField())}

    draft = verb(draft_protocol, response=ProtocolVersionOut)


class ProtocolVersionViewSet(DeskViewSet):
    """Versions of protocols. A published one never changes."""

    model = ProtocolVersion
    serializer_class = ProtocolVersionOut
    filters = {
        "protocol": Filter("protocol__code", serializers.CharField()),
        "published": Filter(lambda rows, yes: rows.filter(published_at__isnull=not yes), serializers.BooleanField()),
    }

    publish = verb(publish_protocol)

    def get_queryset(self) -> QuerySet[Any]:
        """With their steps."""
        return super().get_queryset().select_related("protocol").prefetch_related("steps")
