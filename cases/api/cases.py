"""Cases, and every verb on them."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.actions import (
    activate_case,
    add_decision,
    add_evidence,
    add_note,
    assess_severity,
    call_team,
    change_case,
    close_case,
    contain_case,
    dismiss_case,
    merge_case,
    offer_role,
    relapse_case,
    reopen_case,
    resolve_case,
    set_confidential,
    start_review,
    waive_statement,
    watch_case,
)
from cases.api.evidence import CaseEvidenceIn, CaseEvidenceOut
from cases.api.parts import AssessmentOut, CaseRoleOut, EntryOut
from cases.api.shapes import (
    LONG,
    ROLES,
    AnswersIn,
    OptionalAnswersIn,
    OptionalReasonIn,
    ReasonIn,
    case_field,
    kind_field,
    person_field,
)
from cases.models import Case, CaseState, Severity
from cases.states import OPEN_CASE
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, verb


class CaseLine(Output):
    """A case in a list."""

    brand = serializers.SlugField(source="brand.slug")
    kind = serializers.CharField(source="kind.code", allow_null=True)

    class Meta:
        model = Case
        fields: tuple[str, ...] = (
            "uuid", "reference", "title", "brand", "kind", "state", "severity", "confidential", "realm", "detected_at",
            "reported_at", "acknowledged_at", "activated_at", "contained_at", "resolved_at", "closed_at", "created_at",
            "version",
        )  # fmt: skip


@extend_schema_field({"type": "object", "additionalProperties": True})
class Snapshot(serializers.JSONField):
    """The policy the case was activated with."""


class CaseOut(CaseLine):
    """A case in full."""

    protocol = serializers.CharField(source="protocol_version.protocol.code", allow_null=True)
    protocol_version = serializers.IntegerField(source="protocol_version.number", allow_null=True)
    merged_into = serializers.CharField(source="merged_into.reference", allow_null=True)
    policy_snapshot = Snapshot()
    actions = True

    class Meta(CaseLine.Meta):
        fields = (
            *CaseLine.Meta.fields,
            "summary", "primary_language", "content_languages", "conference_link", "wake_at", "statement_waived_at",
            "policy_snapshot", "protocol", "protocol_version", "merged_into",
        )  # fmt: skip


class CaseChange(Input):
    """What is said about a case. The kind can change until it is activated."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    kind = kind_field(required=False)
    primary_language = serializers.CharField(max_length=3, required=False)
    content_languages = serializers.ListField(child=serializers.CharField(max_length=3), required=False, max_length=20)
    conference_link = serializers.URLField(required=False, allow_blank=True)


class ConfidentialIn(Input):
    """Whether only people with a role see the case, and why."""

    confidential = serializers.BooleanField()
    reason = serializers.CharField(max_length=5000)


class ActivateIn(OptionalAnswersIn):
    """What the case still lacks: the answers, the kind, who leads."""

    kind = kind_field(required=False)
    lead = person_field(required=False)


class WatchIn(OptionalReasonIn):
    """When to look again."""

    wake_at = serializers.DateTimeField()


class MergeIn(OptionalReasonIn):
    """The case to go on in, by its reference."""

    into = case_field()


class WaiverIn(Input):
    """Why nothing is said in public."""

    why = serializers.CharField(max_length=5000)


class CloseIn(Input):
    """The summary of the review, where the policy asks for one."""

    review = serializers.CharField(max_length=LONG, required=False, allow_blank=True)


class NoteIn(Input):
    """A note; `occurred_at` if it is about an earlier moment."""

    text = serializers.CharField(max_length=LONG)
    occurred_at = serializers.DateTimeField(required=False)
    pinned = serializers.BooleanField(required=False)


class DecisionIn(Input):
    """A decision; `options` are lines of one text."""

    decision = serializers.CharField(max_length=5000)
    question = serializers.CharField(max_length=1000, required=False, allow_blank=True)
    options = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    why = serializers.CharField(max_length=5000, required=False, allow_blank=True)


class OfferIn(Input):
    """Whom to ask for what."""

    user = person_field()
    role = serializers.ChoiceField(ROLES)


class CaseViewSet(DeskViewSet):
    """Cases: one crisis each, from triage to the lessons learned. They are opened from signals."""

    model = Case
    serializer_class = CaseOut
    list_serializer_class = CaseLine
    lookup_field = "reference"
    lookup_value_converter = "str"
    filters = {
        "state": Filter("state", serializers.ChoiceField(CaseState.choices), many=True),
        "open": Filter(
            lambda rows, yes: rows.filter(state__in=OPEN_CASE) if yes else rows.exclude(state__in=OPEN_CASE),
            serializers.BooleanField(help_text="Whether work on the case goes on."),
        ),
        "severity": Filter("severity", serializers.ChoiceField(Severity.choices), many=True),
        "brand": Filter("brand__slug", serializers.SlugField()),
        "kind": Filter("kind__code", serializers.CharField()),
    }
    search = ("title",)
    orderings = {"created_at": "created_at", "reported_at": "reported_at"}

    partial_update = verb(change_case, CaseChange)
    set_confidential = verb(set_confidential, ConfidentialIn)
    assess_severity = verb(assess_severity, AnswersIn, AssessmentOut)
    activate = verb(activate_case, ActivateIn)
    watch = verb(watch_case, WatchIn)
    dismiss = verb(dismiss_case, ReasonIn)
    merge = verb(merge_case, MergeIn)
    waive_statement = verb(waive_statement, WaiverIn)
    contain = verb(contain_case)
    relapse = verb(relapse_case, ReasonIn)
    resolve = verb(resolve_case)
    start_review = verb(start_review)
    close = verb(close_case, CloseIn)
    reopen = verb(reopen_case, ReasonIn)
    add_note = verb(add_note, NoteIn, EntryOut)
    add_decision = verb(add_decision, DecisionIn, EntryOut)
    call_team = verb(call_team, None, CaseRoleOut, many=True)
    offer_role = verb(offer_role, OfferIn, CaseRoleOut)
    add_evidence = verb(add_evidence, CaseEvidenceIn, CaseEvidenceOut, path="evidence", takes_files=True)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        rows = super().get_queryset().select_related("brand", "kind")
        if self.action == "list":
            return rows
        return rows.select_related("chain", "protocol_version__protocol", "merged_into")
