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
from cases.api.shapes import LONG, ROLES
from cases.models import (
    ClockCode,
    CrisisKind,
    DoneBy,
    LimitUnit,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    ProtocolVersion,
    Severity,
    SeverityPolicy,
    StepKind,
)
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, VisibleField, verb


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


class KindChange(Input):
    """What can change about a kind of crisis."""

    name_cs = serializers.CharField(max_length=120, required=False)
    name_en = serializers.CharField(max_length=120, required=False)
    description_cs = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    description_en = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    start_severity = serializers.ChoiceField(Severity.choices, required=False)
    protocol = VisibleField(Protocol, slug_field="code", required=False, allow_null=True)
    policy = VisibleField(SeverityPolicy, slug_field="code", required=False, allow_null=True)
    position = serializers.IntegerField(min_value=0, max_value=1000, required=False)
    active = serializers.BooleanField(required=False)


class KindIn(KindChange):
    """A new kind of crisis."""

    code = serializers.SlugField(max_length=40)
    name_cs = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class KindViewSet(DeskViewSet):
    """Kinds of crisis: what a case is about decides its protocol, its policy and the severity it starts from."""

    model = CrisisKind
    serializer_class = KindOut
    ordering = "code"
    filters = {
        "code": Filter("code", serializers.CharField()),
        "active": Filter("active", serializers.BooleanField()),
    }

    create = verb(create_kind, KindIn)
    partial_update = verb(change_kind, KindChange)

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


class SeverityPolicyChange(Input):
    """What can change about a severity policy."""

    name_cs = serializers.CharField(max_length=120, required=False)
    name_en = serializers.CharField(max_length=120, required=False)
    standard = serializers.BooleanField(required=False)


class SeverityPolicyIn(SeverityPolicyChange):
    """A new severity policy."""

    code = serializers.SlugField(max_length=40)
    name_cs = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class LimitIn(Input):
    """One limit; without an amount and times there is none at this severity."""

    severity = serializers.ChoiceField(Severity.choices)
    code = serializers.ChoiceField(ClockCode.choices)
    amount = serializers.IntegerField(min_value=1, max_value=1_000_000, required=False, allow_null=True)
    unit = serializers.ChoiceField(LimitUnit.choices, required=False)
    times = serializers.ListField(child=serializers.TimeField(), required=False, max_length=24)
    waking_hours = serializers.BooleanField(required=False)


class LevelIn(Input):
    """What one severity needs besides time."""

    severity = serializers.ChoiceField(Severity.choices)
    required_roles = serializers.ListField(child=serializers.ChoiceField(ROLES), required=False, max_length=20)
    review_required = serializers.BooleanField(required=False)
    suggest_hold = serializers.BooleanField(required=False)


class PolicyViewSet(DeskViewSet):
    """Severity policies: how much time each severity allows, and whom it needs."""

    model = SeverityPolicy
    serializer_class = SeverityPolicyOut
    ordering = "code"

    create = verb(create_policy, SeverityPolicyIn)
    partial_update = verb(change_policy, SeverityPolicyChange)
    set_limit = verb(set_limit, LimitIn)
    set_level = verb(set_level, LevelIn)

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


class ProtocolChange(Input):
    """The names of a protocol."""

    name_cs = serializers.CharField(max_length=120, required=False)
    name_en = serializers.CharField(max_length=120, required=False)


class ProtocolIn(Input):
    """A new protocol."""

    code = serializers.SlugField(max_length=40)
    name_cs = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class StepChange(Input):
    """What a step says."""

    order = serializers.IntegerField(min_value=1, max_value=1000, required=False)
    kind = serializers.ChoiceField(StepKind.choices, required=False)
    role = serializers.ChoiceField(ROLES, required=False)
    offset_minutes = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    due_minutes = serializers.IntegerField(min_value=0, max_value=1_000_000, required=False)
    blocking = serializers.BooleanField(required=False)
    title_cs = serializers.CharField(max_length=200, required=False)
    title_en = serializers.CharField(max_length=200, required=False)
    instruction_cs = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    instruction_en = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    template_code = serializers.SlugField(max_length=60, required=False, allow_blank=True)
    done_by = serializers.ChoiceField(DoneBy.choices, required=False, allow_blank=True)
    depends_on = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=1000), required=False, max_length=50
    )


class StepIn(StepChange):
    """A new step of a draft."""

    version = VisibleField(ProtocolVersion)
    order = serializers.IntegerField(min_value=1, max_value=1000)
    role = serializers.ChoiceField(ROLES)
    offset_minutes = serializers.IntegerField(min_value=0, max_value=1_000_000)
    title_cs = serializers.CharField(max_length=200)
    title_en = serializers.CharField(max_length=200)


class ProtocolViewSet(DeskViewSet):
    """Protocols: one for each kind of crisis, in versions."""

    model = Protocol
    serializer_class = ProtocolOut
    ordering = "code"
    filters = {"code": Filter("code", serializers.CharField())}

    create = verb(create_protocol, ProtocolIn)
    partial_update = verb(change_protocol, ProtocolChange)
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

    create = verb(add_step, StepIn, parent="version")
    partial_update = verb(change_step, StepChange)
    remove = verb(remove_step)

    def get_queryset(self) -> QuerySet[Any]:
        """With their version."""
        return super().get_queryset().select_related("version__protocol")
