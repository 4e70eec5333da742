"""Set-up of kinds, policies and protocols; signals and cases to be read, with the verbs on them as buttons."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cases import actions
from cases.models import (
    Case,
    Clock,
    CrisisKind,
    Evidence,
    Fact,
    PolicyLevel,
    PolicyLimit,
    Protocol,
    ProtocolStep,
    ProtocolVersion,
    RoleAssignment,
    SeverityAssessment,
    SeverityPolicy,
    Signal,
    Task,
)
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import CASE_ROLES
from crisisdesk.core.admin.base import AdminVerb, DeskAdmin, ReadOnlyInline, WorkflowAdmin

_ROLES = [(role.value, role.label) for role in CASE_ROLES]

# --- set-up ----------------------------------------------------------------------------------------------------------


@admin.register(CrisisKind)
class KindAdmin(DeskAdmin):
    """Kinds of crisis."""

    create_verb = actions.create_kind
    change_verb = actions.change_kind
    list_display = ("code", "name_cs", "name_en", "start_severity", "protocol", "policy", "active")
    list_filter = ("active", "start_severity")
    search_fields = ("code", "name_cs", "name_en")
    list_select_related = ("protocol", "policy")

    def get_fields(self, request: HttpRequest, obj: CrisisKind | None = None) -> Any:
        """The code is chosen once: reports and interfaces name it."""
        shared = ("name_cs", "name_en", "description_cs", "description_en", "start_severity", "protocol", "policy")
        return (*(() if obj else ("code",)), *shared, "position", "active")


class LimitInline(ReadOnlyInline):
    """The table of limits."""

    model = PolicyLimit
    fields = ("severity", "code", "amount", "unit", "times", "waking_hours")


class LevelInline(ReadOnlyInline):
    """What each severity needs besides time."""

    model = PolicyLevel
    fields = ("severity", "required_roles", "review_required", "suggest_hold")


@admin.register(SeverityPolicy)
class PolicyAdmin(DeskAdmin):
    """Severity policies; limits and levels have pages of their own."""

    create_verb = actions.create_policy
    change_verb = actions.change_policy
    list_display = ("code", "name_cs", "name_en", "standard", "version")
    inlines = (LevelInline, LimitInline)

    def get_fields(self, request: HttpRequest, obj: SeverityPolicy | None = None) -> Any:
        """The code is chosen once."""
        return (*(() if obj else ("code",)), "name_cs", "name_en", "standard")


class _CellAdmin(DeskAdmin):
    """A cell of a policy: which one it is, is chosen once."""

    place: tuple[str, ...] = ()
    content: tuple[str, ...] = ()
    list_select_related = ("policy",)
    list_filter: ClassVar[tuple[str, ...]] = ("policy", "severity")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Its place only when it is new."""
        return (*(() if obj else self.place), *self.content)

    def may_create(self, principal: Principal) -> bool:
        """Cells are set-up of the installation."""
        return principal.manages_installation()

    def may_change(self, principal: Principal, row: Any) -> bool:
        """So is their change."""
        return principal.manages_installation()

    def create(self, principal: Principal, values: dict[str, Any]) -> Any:
        """The verb is the policy's."""
        verb: Any = self.create_verb
        return verb(values.pop("policy"), principal, **values)

    def change(self, principal: Principal, row: Any, values: dict[str, Any]) -> None:
        """Set the whole cell: what was not changed as it is."""
        verb: Any = self.create_verb
        kept = {name: getattr(row, name) for name in (*self.place, *self.content) if name != "policy"}
        verb(row.policy, principal, **(kept | values))


@admin.register(PolicyLimit)
class LimitAdmin(_CellAdmin):
    """Limits: empty amount and times take a limit away."""

    create_verb = change_verb = actions.set_limit
    place = ("policy", "severity", "code")
    content = ("amount", "unit", "times", "waking_hours")
    list_display = ("policy", "severity", "code", "amount", "unit", "times", "waking_hours")
    list_filter = ("policy", "severity", "code")


class LevelForm(forms.ModelForm):
    """The roles as boxes to tick."""

    required_roles = forms.MultipleChoiceField(
        label=_("roles that must be filled"), choices=_ROLES, required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = PolicyLevel
        fields = ("policy", "severity", "required_roles", "review_required", "suggest_hold")


@admin.register(PolicyLevel)
class LevelAdmin(_CellAdmin):
    """What a severity needs."""

    form = LevelForm
    create_verb = change_verb = actions.set_level
    place = ("policy", "severity")
    content = ("required_roles", "review_required", "suggest_hold")
    list_display = ("policy", "severity", "required_roles", "review_required", "suggest_hold")


class VersionInline(ReadOnlyInline):
    """The versions of a protocol."""

    model = ProtocolVersion
    fields = readonly_fields = ("number", "published_at")


@admin.register(Protocol)
class ProtocolAdmin(DeskAdmin):
    """Protocols; a new version starts as a copy of the newest one."""

    create_verb = actions.create_protocol
    change_verb = actions.change_protocol
    list_display = ("code", "name_cs", "name_en")
    search_fields = ("code", "name_cs", "name_en")
    inlines = (VersionInline,)
    verbs = (AdminVerb(actions.draft_protocol),)

    def get_fields(self, request: HttpRequest, obj: Protocol | None = None) -> Any:
        """The code is chosen once."""
        return (*(() if obj else ("code",)), "name_cs", "name_en")


class StepInline(ReadOnlyInline):
    """The steps of a version."""

    model = ProtocolStep
    fields = ("order", "offset_minutes", "role", "blocking", "title_cs", "title_en")


@admin.register(ProtocolVersion)
class ProtocolVersionAdmin(WorkflowAdmin):
    """Versions of protocols: steps are added to a draft, then it is published and stays."""

    list_display = ("protocol", "number", "published_at")
    list_filter = ("protocol",)
    list_select_related = ("protocol",)
    fields = ("protocol", "number", "published_at", "change")
    inlines = (StepInline,)
    verbs = (AdminVerb(actions.publish_protocol),)


@admin.register(ProtocolStep)
class StepAdmin(DeskAdmin):
    """Steps; only those of a draft change."""

    create_verb = actions.add_step
    change_verb = actions.change_step
    list_display = ("version", "order", "offset_minutes", "role", "blocking", "title_cs")
    list_filter = ("version__protocol", "role", "blocking")
    search_fields = ("title_cs", "title_en")
    list_select_related = ("version__protocol",)
    verbs = (AdminVerb(actions.remove_step),)

    def get_fields(self, request: HttpRequest, obj: ProtocolStep | None = None) -> Any:
        """Which version a step belongs to, is chosen once."""
        first = ("order", "kind", "role", "offset_minutes", "due_minutes", "blocking", "title_cs", "title_en")
        rest = ("instruction_cs", "instruction_en", "template_code", "done_by", "depends_on")
        return (*(() if obj else ("version",)), *first, *rest)

    def may_create(self, principal: Principal) -> bool:
        """Steps are set-up of the installation."""
        return principal.manages_installation()

    def may_change(self, principal: Principal, row: ProtocolStep) -> bool:
        """Published ones are final."""
        return actions.change_step.can(principal, row)

    def create(self, principal: Principal, values: dict[str, Any]) -> ProtocolStep:
        """The verb is the version's."""
        return actions.add_step(values.pop("version"), principal, **values)


# --- work, to be read ------------------------------------------------------------------------------------------------


@admin.register(Signal)
class SignalAdmin(WorkflowAdmin):
    """Signals."""

    list_display = ("title", "brand", "severity", "origin", "state", "taken_by", "case", "reported_at")
    list_filter = ("state", "severity", "origin", "brand")
    search_fields = ("title",)
    list_select_related = ("brand", "taken_by", "case")
    fields = (
        "title", "text", "links", "brand", "kind", "severity", "origin", "state", "detected_at", "reported_at",
        "taken_by", "taken_at", "decided_at", "case",
    )  # fmt: skip
    verbs = (
        AdminVerb(actions.take_over_signal),
        AdminVerb(actions.dismiss_signal),
        AdminVerb(actions.open_case),
    )


class RoleInline(ReadOnlyInline):
    """Who does what in a case."""

    model = RoleAssignment
    fields = readonly_fields = ("role", "user", "state", "answered_at", "ended_at")
    fk_name = "case"


class AssessmentInline(ReadOnlyInline):
    """How grave the case was judged to be."""

    model = SeverityAssessment
    fields = ("severity", "computed", "harm", "spreading", "growing", "assessed_by", "assessed_at")
    show_change_link = False


@admin.register(Case)
class CaseAdmin(WorkflowAdmin):
    """Cases."""

    list_display = ("reference", "title", "brand", "kind", "severity", "state", "confidential", "created_at")
    list_filter = ("state", "severity", "confidential", "brand", "kind")
    search_fields = ("reference", "title")
    list_select_related = ("brand", "kind")
    fields = (
        "reference", "title", "summary", "brand", "kind", "state", "severity", "confidential", "primary_language",
        "content_languages", "detected_at", "reported_at", "acknowledged_at", "activated_at", "contained_at",
        "resolved_at", "closed_at", "wake_at", "statement_waived_at", "protocol_version", "merged_into",
    )  # fmt: skip
    inlines = (RoleInline, AssessmentInline)
    verbs = (
        AdminVerb(actions.activate_case),
        AdminVerb(actions.contain_case),
        AdminVerb(actions.relapse_case),
        AdminVerb(actions.waive_statement),
        AdminVerb(actions.resolve_case),
        AdminVerb(actions.start_review),
        AdminVerb(actions.close_case),
        AdminVerb(actions.dismiss_case),
        AdminVerb(actions.reopen_case),
    )


@admin.register(RoleAssignment)
class RoleAdmin(WorkflowAdmin):
    """Roles in cases."""

    list_display = ("case", "role", "user", "state", "created_at", "answered_at", "ended_at")
    list_filter = ("state", "role")
    search_fields = ("case__reference", "user__name")
    list_select_related = ("case", "user")
    fields = ("case", "role", "user", "deputy_of", "state", "offered_by", "answered_at", "ended_at")
    verbs = (AdminVerb(actions.withdraw_offer), AdminVerb(actions.end_role))


@admin.register(Task)
class TaskAdmin(WorkflowAdmin):
    """Tasks."""

    list_display = ("title", "case", "role", "assignee", "due_at", "blocking", "state")
    list_filter = ("state", "role", "blocking")
    search_fields = ("case__reference", "own_title", "step__title_cs", "step__title_en")
    list_select_related = ("case", "assignee", "step")
    fields = (
        "case",
        "step",
        "own_title",
        "role",
        "assignee",
        "due_at",
        "blocking",
        "state",
        "finished_by",
        "finished_at",
    )
    verbs = (AdminVerb(actions.finish_task), AdminVerb(actions.skip_task))


@admin.register(Fact)
class FactAdmin(WorkflowAdmin):
    """Facts."""

    list_display = ("text", "case", "type", "state", "public_ok", "owner", "verify_by", "verified_by")
    list_filter = ("state", "type", "public_ok")
    search_fields = ("case__reference", "text")
    list_select_related = ("case", "owner", "verified_by")
    fields = (
        "case", "text", "type", "state", "public_ok", "source", "owner", "verify_by", "verified_by", "verified_at",
        "answer",
    )  # fmt: skip


@admin.register(Evidence)
class EvidenceAdmin(WorkflowAdmin):
    """Evidence; the files themselves stand under Files."""

    list_display = ("case", "number", "caption", "file", "side", "captured_at", "added_by", "created_at")
    list_filter = ("side", "file__kind")
    search_fields = ("case__reference", "caption", "file__sha256")
    list_select_related = ("case", "file", "added_by")
    fields = ("case", "number", "file", "caption", "source", "side", "captured_at", "added_by", "created_at")
    verbs = (AdminVerb(actions.remove_evidence),)


@admin.register(Clock)
class ClockAdmin(WorkflowAdmin):
    """Clocks: kept limits and broken ones."""

    list_display = ("case", "code", "subject", "started_at", "due_at", "met_at", "breached_at", "cancelled_at")
    list_filter = ("code", ("breached_at", admin.EmptyFieldListFilter), ("met_at", admin.EmptyFieldListFilter))
    search_fields = ("case__reference",)
    list_select_related = ("case",)
    fields = list_display
