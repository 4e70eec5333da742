"""The API of what is prepared beforehand: templates, registered values, approval policies."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import CrisisKind
from comms.actions.policies import TAGS, change_policy, confirm_policy, decline_policy
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
from comms.placeholders import PlaceholderType
from comms.sending.api import PublishIn
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, Router, VisibleField, verb
from crisisdesk.core.models import Brand

ROLE = [(role.value, role.label) for role in CASE_ROLES]


class FieldOut(serializers.ModelSerializer[TemplatePlaceholder]):
    """A closed field."""

    class Meta:
        model = TemplatePlaceholder
        fields = ("name", "type", "label_cs", "label_en", "help_cs", "help_en", "choices")
        read_only_fields = fields


class ChoiceIn(Input):
    """One value of a list."""

    code = serializers.SlugField(max_length=40)
    text = serializers.CharField(max_length=200)


class FieldIn(Input):
    """A closed field."""

    name = serializers.RegexField(r"^[a-z][a-z0-9_]{0,29}$")
    type = serializers.ChoiceField([kind.value for kind in PlaceholderType])
    label_cs = serializers.CharField(max_length=80)
    label_en = serializers.CharField(max_length=80)
    help_cs = serializers.CharField(max_length=200, required=False, allow_blank=True)
    help_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    choices = ChoiceIn(many=True, required=False)


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


class TemplateIn(Input):
    """A new template; its texts follow."""

    brand = VisibleField(Brand)
    code = serializers.SlugField(max_length=60)
    name_cs = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    purpose = serializers.ChoiceField(Purpose.choices, default=Purpose.FIRST)
    kinds = VisibleField(CrisisKind, slug_field="code", many=True, required=False)
    cleared_by = serializers.ListField(child=serializers.ChoiceField(ROLE), required=False)
    position = serializers.IntegerField(min_value=0, max_value=32767, required=False)


class TemplateTextIn(Input):
    """A text with its closed fields."""

    title = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=20_000, required=False)
    closed_fields = FieldIn(many=True, required=False)


class TemplateDraftIn(TemplateTextIn):
    """A new version."""

    language = serializers.CharField(min_length=2, max_length=3)


class CommentIn(Input):
    """What has to change."""

    comment = serializers.CharField(max_length=5000)


class TemplateViewSet(DeskViewSet):
    """Prepared texts of brands."""

    model = StatementTemplate
    serializer_class = TemplateOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "purpose": Filter("purpose", serializers.ChoiceField(Purpose.choices), many=True),
    }

    create = verb(create_template, TemplateIn, parent="brand")
    draft = verb(draft_template, TemplateDraftIn, TemplateVersionOut)

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

    partial_update = verb(edit_template, TemplateTextIn)
    submit = verb(submit_template)
    approve = verb(approve_template, PublishIn)
    return_ = verb(return_template, CommentIn, path="return")
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


class RegisteredValueIn(Input):
    """A host name, product or branch of a brand."""

    brand = VisibleField(Brand)
    type = serializers.ChoiceField(RegisteredType.choices)
    value = serializers.CharField(max_length=120)


class RegisteredValueViewSet(DeskViewSet):
    """What may stand in the closed fields of a brand's templates."""

    model = RegisteredValue
    serializer_class = RegisteredValueOut
    filters: ClassVar[Any] = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "type": Filter("type", serializers.ChoiceField(RegisteredType.choices), many=True),
        "active": Filter("active", serializers.BooleanField()),
    }

    create = verb(register_value, RegisteredValueIn, parent="brand")
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


class StageIn(Input):
    """`required` people out of any of the roles; empty conditions mean always."""

    roles = serializers.ListField(child=serializers.ChoiceField(ROLE), required=False, max_length=len(ROLE))
    required = serializers.IntegerField(min_value=1, max_value=9, default=1)  # type: ignore[assignment]
    order = serializers.IntegerField(min_value=1, max_value=9, default=1)
    informed = serializers.BooleanField(default=False, help_text="The roles are told of the text and do not decide.")
    quoted = serializers.BooleanField(
        default=False, help_text="Instead of roles: each person whose words the statement quotes decides."
    )
    severities = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=4), required=False, max_length=4
    )
    kinds = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=50)
    except_kinds = serializers.ListField(child=serializers.SlugField(max_length=40), required=False, max_length=50)
    tag = serializers.ChoiceField(["", *TAGS], required=False)


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


class PolicyIn(Input):
    """The whole policy. A weaker one waits for a second person."""

    stages = StageIn(many=True)
    minutes = serializers.IntegerField(min_value=0, max_value=7 * 24 * 60, required=False)
    signed_by = serializers.ListField(child=serializers.ChoiceField(ROLE), required=False)


class ApprovalPolicyViewSet(DeskViewSet):
    """Approval policies. Making one stricter takes one person, making it weaker takes two."""

    model = ApprovalPolicy
    serializer_class = ApprovalPolicyOut
    ordering = "created_at"

    change = verb(change_policy, PolicyIn)

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
