"""Set-up to read: kinds of crisis, severity policies, protocols."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from cases.actions import (
    add_step,
    change_kind,
    change_policy,
    change_protocol,
    change_step,
    create_kind,
    create_policy,
    create_protocol,
    draft_protocol,
    publish_protocol,
    remove_step,
    set_level,
    set_limit,
)
from cases.api.shapes import ROLES
from cases.models import (
    CrisisKind,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    ProtocolVersion,
    SeverityPolicy,
)
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, verb


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

    create = verb(create_kind)
    partial_update = verb(change_kind)

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


class SeverityPolicyOut(Output):
    """A severity policy with its limits and levels."""

    limits = LimitOut(many=True)
    levels = LevelOut(many=True)

    class Meta:
        model = SeverityPolicy
        fields = ("uuid", "code", "name_cs", "name_en", "standard", "version", "limits", "levels")


class PolicyViewSet(DeskViewSet):
    """Severity policies: how much time each severity allows, and whom it needs."""

    model = SeverityPolicy
    serializer_class = SeverityPolicyOut
    ordering = "code"

    create = verb(create_policy)
    partial_update = verb(change_policy)
    set_limit = verb(set_limit)
    set_level = verb(set_level)

    def get_queryset(self) -> QuerySet[Any]:
        """With limits and levels."""
        return super().get_queryset().prefetch_related("limits", "levels")


class StepOut(serializers.ModelSerializer[ProtocolStep]):
    """One step of a protocol."""

    class Meta:
        model = ProtocolStep
        fields = (
            "uuid", "order", "kind", "role", "offset_minutes", "due_minutes", "blocking", "title_cs", "title_en",
            "instruction_cs", "instruction_en", "template_code", "done_by", "depends_on",
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

    create = verb(create_protocol)
    partial_update = verb(change_protocol)
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


class StepViewSet(DeskViewSet):
    """Steps of protocols; those of a published version are final."""

    model = ProtocolStep
    serializer_class = StepOut
    filters = {
        "version": Filter("version__uuid", serializers.UUIDField()),
        "role": Filter("role", serializers.ChoiceField(ROLES), many=True),
    }

    create = verb(add_step, parent="version")
    partial_update = verb(change_step)
    remove = verb(remove_step)

    def get_queryset(self) -> QuerySet[Any]:
        """With their version."""
        return super().get_queryset().select_related("version__protocol")
