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
from cases.models import Case, CaseState, Severity
from cases.states import OPEN_CASE
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, verb


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

    partial_update = verb(change_case)
    set_confidential = verb(set_confidential)
    assess_severity = verb(assess_severity, response=AssessmentOut)
    activate = verb(activate_case)
    watch = verb(watch_case)
    dismiss = verb(dismiss_case)
    merge = verb(merge_case)
    waive_statement = verb(waive_statement)
    contain = verb(contain_case)
    relapse = verb(relapse_case)
    resolve = verb(resolve_case)
    start_review = verb(start_review)
    close = verb(close_case)
    reopen = verb(reopen_case)
    add_note = verb(add_note, response=EntryOut)
    add_decision = verb(add_decision, response=EntryOut)
    call_team = verb(call_team, response=CaseRoleOut, many=True)
    offer_role = verb(offer_role, response=CaseRoleOut)
    add_evidence = verb(add_evidence, CaseEvidenceIn, CaseEvidenceOut, path="evidence", takes_files=True)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        rows = super().get_queryset().select_related("brand", "kind")
        if self.action == "list":
            return rows
        return rows.select_related("chain", "protocol_version__protocol", "merged_into")
