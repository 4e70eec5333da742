"""The API of what is prepared beforehand: templates, registered values, approval policies."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from comms.actions.policies import change_policy, confirm_policy, decline_policy
from comms.actions.templates import (
    approve_template,
    close_value,
    create_template,
    draft_template,
    edit_template,
    register_value,
    retire_template,
    return_template,
    submit_template,
)
from comms.models import (
    ApprovalPolicy,
    PolicyProposal,
    PolicyStage,
    Purpose,
    RegisteredType,
    RegisteredValue,
    StatementTemplate,
    TemplateApproval,
    TemplatePlaceholder,
    TemplateState,
    TemplateVersion,
)
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, Router, verb


class FieldOut(serializers.ModelSerializer[TemplatePlaceholder]):
    """A closed field."""

    class Meta:
        model = TemplatePlaceholder
        fields = ("name", "type", "label_cs", "label_en", "help_cs", "help_en", "choices")
        read_only_fields = fields


class TemplateApprovalOut(serializers.ModelSerializer[TemplateApproval]):
    """Who approved the template."""

    user = serializers.CharField(source="user.name")

    class Meta:
        model = TemplateApproval
        fields = ("user", "roles", "payload_hash", "created_at")
        read_only_fields = fields


class TemplateVersionOut(Output):
    """One version of a template in one language."""

    template = serializers.UUIDField(source="template.uuid")
    code = serializers.CharField(source="template.code")
    author = serializers.CharField(source="author.name")
    closed_fields = FieldOut(source="placeholders", many=True)
    approvals = TemplateApprovalOut(many=True)
    contributors = serializers.SerializerMethodField(help_text="Whoever has words in it does not approve it.")
    actions = True

    class Meta:
        model = TemplateVersion
        fields = (
            "uuid", "template", "code", "language", "number", "title", "text", "state", "payload_hash", "author",
            "approved_at", "review_by", "created_at", "closed_fields", "approvals", "contributors",
        )  # fmt: skip

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_contributors(self, version: TemplateVersion) -> list[str]:
        """Their uuids."""
        return [str(row.user.uuid) for row in version.contributors.all()]


class TemplateOut(Output):
    """A prepared text of a brand."""

    brand = serializers.UUIDField(source="brand.uuid")
    kinds = serializers.SlugRelatedField("code", many=True, read_only=True)  # type: ignore[var-annotated]
    versions = serializers.SlugRelatedField("uuid", many=True, read_only=True)  # type: ignore[var-annotated]
    actions = True

    class Meta:
        model = StatementTemplate
        fields = (
            "uuid", "brand", "code", "name_cs", "name_en", "purpose", "kinds", "cleared_by", "position", "created_at",
            "versions",
        )  # fmt: skip


class TemplateViewSet(DeskViewSet):
    """Prepared texts of brands."""

    model = StatementTemplate
    serializer_class = TemplateOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "purpose": Filter("purpose", serializers.ChoiceField(Purpose.choices), many=True),
    }

    create = verb(create_template, parent="brand")
    draft = verb(draft_template, response=TemplateVersionOut)

    def get_queryset(self) -> QuerySet[StatementTemplate]:
        """With kinds and versions."""
        rows: QuerySet[StatementTemplate] = super().get_queryset()
        return rows.select_related("brand").prefetch_related("kinds", "versions")


class TemplateVersionViewSet(DeskViewSet):
    """Versions of templates. Two people who did not write one approve it; approved, it never changes."""

    model = TemplateVersion
    serializer_class = TemplateVersionOut
    filters: ClassVar[Any] = {
        "template": Filter("template__uuid", serializers.UUIDField()),
        "language": Filter("language", serializers.CharField(max_length=3)),
        "state": Filter("state", serializers.ChoiceField(TemplateState.choices), many=True),
    }

    def parts(self, row: TemplateVersion) -> Any:
        """Its closed fields."""
        names = ("name", "type", "label_cs", "label_en", "help_cs", "help_en", "choices")
        return [[getattr(field, name) for name in names] for field in row.placeholders.all()]

    partial_update = verb(edit_template)
    submit = verb(submit_template)
    approve = verb(approve_template)
    return_ = verb(return_template, path="return")
    retire = verb(retire_template)

    def get_queryset(self) -> QuerySet[TemplateVersion]:
        """With fields and approvals."""
        rows: QuerySet[TemplateVersion] = super().get_queryset()
        return rows.select_related("template__brand", "author").prefetch_related(
            "placeholders", "approvals__user", "contributors__user"
        )


class RegisteredValueOut(Output):
    """A value that may stand in closed fields."""

    brand = serializers.UUIDField(source="brand.uuid")
    actions = True

    class Meta:
        model = RegisteredValue
        fields = ("uuid", "brand", "type", "value", "active", "created_at")


class RegisteredValueViewSet(DeskViewSet):
    """What may stand in the closed fields of a brand's templates."""

    model = RegisteredValue
    serializer_class = RegisteredValueOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "type": Filter("type", serializers.ChoiceField(RegisteredType.choices), many=True),
        "active": Filter("active", serializers.BooleanField()),
    }

    create = verb(register_value, parent="brand")
    close = verb(close_value)

    def get_queryset(self) -> QuerySet[RegisteredValue]:
        """With the brand."""
        rows: QuerySet[RegisteredValue] = super().get_queryset()
        return rows.select_related("brand")


class StageShape(serializers.ModelSerializer[PolicyStage]):
    """`required` people out of any of the roles; empty conditions mean always."""

    class Meta:
        model = PolicyStage
        fields = ("order", "roles", "required", "informed", "quoted", "severities", "kinds", "except_kinds", "tag")
        read_only_fields = fields


class ApprovalPolicyOut(Output):
    """Who has to approve one kind of text."""

    stages = StageShape(many=True)
    waiting = serializers.SerializerMethodField(help_text="A weaker policy that waits for a second person.")
    actions = True

    class Meta:
        model = ApprovalPolicy
        fields = ("uuid", "text", "name_cs", "name_en", "minutes", "signed_by", "version", "stages", "waiting")

    def get_waiting(self, policy: ApprovalPolicy) -> str | None:
        """The uuid of the proposal."""
        found = next((row for row in policy.proposals.all() if row.decided_at is None), None)
        return str(found.uuid) if found else None


class ApprovalPolicyViewSet(DeskViewSet):
    """Approval policies. Making one stricter takes one person, making it weaker takes two."""

    model = ApprovalPolicy
    serializer_class = ApprovalPolicyOut
    ordering = "created_at"

    change = verb(change_policy)

    def get_queryset(self) -> QuerySet[ApprovalPolicy]:
        """With stages and proposals."""
        rows: QuerySet[ApprovalPolicy] = super().get_queryset()
        return rows.prefetch_related("stages", "proposals")


class ProposalOut(Output):
    """A weaker policy that waits for a second person."""

    policy = serializers.UUIDField(source="policy.uuid")
    proposed_by = serializers.CharField(source="proposed_by.name")
    actions = True

    class Meta:
        model = PolicyProposal
        fields = ("uuid", "policy", "content", "on_version", "proposed_by", "created_at", "decided_at", "accepted")


class ProposalViewSet(DeskViewSet):
    """Changes that weaken a policy."""

    model = PolicyProposal
    serializer_class = ProposalOut

    confirm = verb(confirm_policy, response=ApprovalPolicyOut)
    decline = verb(decline_policy)

    def get_queryset(self) -> QuerySet[PolicyProposal]:
        """With the policy and who proposed."""
        rows: QuerySet[PolicyProposal] = super().get_queryset()
        return rows.select_related("policy", "proposed_by")


def register(router: Router) -> None:
    """Add the resources of this module; called by `comms.api.register`."""
    router.register("statement-templates", TemplateViewSet, basename="statement-template")
    router.register("template-versions", TemplateVersionViewSet, basename="template-version")
    router.register("registered-values", RegisteredValueViewSet, basename="registered-value")
    router.register("approval-policies", ApprovalPolicyViewSet, basename="approval-policy")
    router.register("policy-proposals", ProposalViewSet, basename="policy-proposal")
