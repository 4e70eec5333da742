"""Set-up of texts: templates, registered values, approval policies; and what is said, to be read."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from comms.actions.policies import change_policy, confirm_policy, decline_policy
from comms.actions.templates import (
    approve_template,
    close_value,
    create_template,
    draft_template,
    register_value,
    retire_template,
    submit_template,
)
from comms.models import (
    Approval,
    ApprovalPolicy,
    ApprovalRequest,
    FactCitation,
    PolicyProposal,
    PolicyStage,
    RegisteredValue,
    ReleaseReview,
    RequestStage,
    Statement,
    StatementTemplate,
    StatementVersion,
    TemplateApproval,
    TemplatePlaceholder,
    TemplateRelease,
    TemplateVersion,
    VersionText,
)
from comms.sending import admin as admin_sending
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin

__all__ = ["admin_sending"]

ROLES = [(role.value, role.label) for role in CASE_ROLES]


class StageForm(forms.Form):
    """One more stage for every severity and kind: roles of which so many people are needed, or the people quoted."""

    roles = forms.MultipleChoiceField(
        label=_("Any of the roles"), choices=ROLES, widget=forms.CheckboxSelectMultiple, required=False
    )
    quoted = forms.BooleanField(
        label=_("The people quoted decide"), required=False, help_text=_("Choose this or roles, not both")
    )
    required = forms.IntegerField(label=_("How many people"), min_value=1, max_value=9, initial=1)


def _stages(policy: ApprovalPolicy) -> list[dict[str, Any]]:
    names = ("roles", "required", "order", "informed", "quoted", "severities", "kinds", "except_kinds", "tag")
    return [{name: getattr(row, name) for name in names} for row in policy.stages.all()]


class AddStage(AdminVerb):
    """A policy is changed as a whole; the form asks for the stage to add to it."""

    def carry_out(self, principal: Principal, row: ApprovalPolicy, values: dict[str, Any]) -> Any:
        """Send the stages there are, and the new one."""
        return super().carry_out(principal, row, {"stages": [*_stages(row), values]})


class VersionInline(ReadOnlyInline):
    """The versions of a template."""

    model = TemplateVersion
    fields = ("language", "number", "state", "title", "approved_at", "review_by")


@admin.register(StatementTemplate)
class TemplateAdmin(DeskAdmin):
    """Prepared texts. Their wording is edited and approved on their own pages."""

    create_verb = create_template
    list_display = ("name", "brand", "purpose", "position")
    list_filter = ("brand", "purpose")
    fields = ("brand", "code", "name_cs", "name_en", "purpose", "kinds", "cleared_by", "position")
    inlines = (VersionInline,)
    verbs = (AdminVerb(draft_template),)

    def may_create(self, principal: Principal) -> bool:
        """Whoever leads or administers any brand."""
        return bool(principal.brands_with(Capability.MANAGE) | principal.brands_with(Capability.LEAD))

    def create(self, principal: Principal, values: dict[str, Any]) -> StatementTemplate:
        """The verb is the brand's."""
        return create_template(values.pop("brand"), principal, **values)


class FieldInline(ReadOnlyInline):
    """The closed fields."""

    model = TemplatePlaceholder
    fields = ("name", "type", "label_cs", "label_en", "choices")
    show_change_link = False


class TemplateApprovalInline(ReadOnlyInline):
    """Who approved it."""

    model = TemplateApproval
    fields = ("user", "roles", "payload_hash", "created_at")
    show_change_link = False


@admin.register(TemplateVersion)
class TemplateVersionAdmin(WorkflowAdmin):
    """Versions of templates; two people who did not write one approve it."""

    list_display = ("template", "language", "number", "state", "author", "review_by")
    list_filter = ("state", "language")
    list_select_related = ("template", "author")
    inlines = (FieldInline, TemplateApprovalInline)
    verbs = (
        AdminVerb(submit_template),
        AdminVerb(
            approve_template,
        ),
        AdminVerb(retire_template),
    )


@admin.register(RegisteredValue)
class RegisteredValueAdmin(DeskAdmin):
    """Own host names, products and branches."""

    create_verb = register_value
    list_display = ("value", "type", "brand", "active")
    list_filter = ("brand", "type", "active")
    search_fields = ("value",)
    fields = ("brand", "type", "value")
    verbs = (AdminVerb(close_value),)

    def may_create(self, principal: Principal) -> bool:
        """Administrators of any brand."""
        return bool(principal.brands_with(Capability.MANAGE))

    def create(self, principal: Principal, values: dict[str, Any]) -> RegisteredValue:
        """The verb is the brand's."""
        return register_value(values.pop("brand"), principal, **values)


class StageInline(ReadOnlyInline):
    """The stages of a policy."""

    model = PolicyStage
    fields = ("order", "roles", "required", "informed", "severities", "kinds", "except_kinds", "tag")
    show_change_link = False


class ProposalInline(ReadOnlyInline):
    """Weaker policies proposed."""

    model = PolicyProposal
    fields = ("proposed_by", "created_at", "accepted", "decided_by")


@admin.register(ApprovalPolicy)
class PolicyAdmin(DeskAdmin):
    """Who has to approve what. A stricter policy is in force at once, a weaker one waits for a second person."""

    change_verb = change_policy
    list_display = ("name", "text", "minutes", "version")
    fields = ("minutes", "signed_by")
    inlines = (StageInline, ProposalInline)
    verbs = (AddStage(change_policy, StageForm),)

    def change(self, principal: Principal, row: ApprovalPolicy, values: dict[str, Any]) -> None:
        """Minutes and signatures; the stages stay."""
        change_policy(row, principal, stages=_stages(row), **values)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """There is one policy for each kind of text."""
        return False


@admin.register(PolicyProposal)
class ProposalAdmin(WorkflowAdmin):
    """Changes that weaken a policy and wait for a second person."""

    list_display = ("policy", "proposed_by", "created_at", "accepted")
    verbs = (
        AdminVerb(confirm_policy),
        AdminVerb(decline_policy),
    )


class StatementVersionInline(ReadOnlyInline):
    """The versions of a statement."""

    model = StatementVersion
    fields = ("language", "number", "state", "author", "submitted_at", "published_at")


@admin.register(Statement)
class StatementAdmin(WorkflowAdmin):
    """What is said."""

    list_display = ("case", "purpose", "created_at")
    list_filter = ("purpose",)
    list_select_related = ("case",)
    inlines = (StatementVersionInline,)


class TextInline(ReadOnlyInline):
    """The wordings of a version."""

    model = VersionText
    fields = ("channel", "title", "text")
    show_change_link = False


class CitationInline(ReadOnlyInline):
    """The facts a version speaks of, and what it says of them."""

    model = FactCitation
    fields = ("fact", "stance")
    show_change_link = False


@admin.register(StatementVersion)
class StatementVersionAdmin(WorkflowAdmin):
    """Versions, word for word."""

    list_display = (
        "statement", "language", "number", "state", "held_back", "author", "submitted_at", "published_at",
    )  # fmt: skip
    list_filter = ("state", "language")
    list_select_related = ("statement__case", "author")
    inlines = (TextInline, CitationInline)


class RequestStageInline(ReadOnlyInline):
    """The stages of a request."""

    model = RequestStage
    fields = ("order", "roles", "person", "required", "deputy_at", "executive_at", "filled_at")
    show_change_link = False


class DecisionInline(ReadOnlyInline):
    """The decisions."""

    model = Approval
    fields = ("user", "on_behalf_of", "verdict", "via", "created_at", "payload_hash")
    fk_name = "request"
    show_change_link = False


@admin.register(ApprovalRequest)
class RequestAdmin(WorkflowAdmin):
    """Requests and decisions."""

    list_display = ("version", "state", "submitted_by", "submitted_at", "decided_at")
    list_filter = ("state",)
    list_select_related = ("version__statement", "submitted_by")
    inlines = (RequestStageInline, DecisionInline)


@admin.register(TemplateRelease)
class ReleaseAdmin(WorkflowAdmin):
    """Texts that went out on one signature."""

    list_display = ("version", "template_version", "signed_by", "signed_at")
    list_select_related = ("version__statement", "template_version__template", "signed_by")


@admin.register(ReleaseReview)
class ReviewAdmin(WorkflowAdmin):
    """Reviews of signed texts."""

    list_display = ("release", "due_at", "outcome", "reviewed_by", "reviewed_at")
    list_filter = ("outcome",)
    exclude = ("lease_until", "fence", "attempts", "done_at", "dead_at", "last_error")
