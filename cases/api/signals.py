"""Signals."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from cases.actions import (
    attach_signal,
    dismiss_signal,
    open_case,
    report_signal,
    take_and_lead,
    take_over_signal,
)
from cases.api.cases import CaseOut
from cases.api.shapes import LONG, OptionalAnswersIn, PersonRef, ReasonIn, case_field, kind_field, person_field
from cases.models import Severity, Signal, SignalOrigin, SignalState
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, VisibleField, verb
from crisisdesk.core.files.receiving import Received
from crisisdesk.core.models import Brand, Upload


class SignalOut(Output):
    """A signal."""

    brand = serializers.SlugField(source="brand.slug")
    kind = serializers.CharField(source="kind.code", allow_null=True)
    case = serializers.CharField(source="case.reference", allow_null=True)
    taken_by = PersonRef(allow_null=True)
    reporter = serializers.CharField(source="reporter.text", allow_null=True)
    actions = True

    class Meta:
        model = Signal
        fields = (
            "uuid", "brand", "kind", "title", "text", "links", "severity", "origin", "state", "reporter", "detected_at",
            "reported_at", "taken_by", "taken_at", "decided_at", "case", "created_at",
        )  # fmt: skip


class SignalLine(SignalOut):
    """A signal in a list."""

    actions = False


class ReportIn(Input):
    """A new signal; `severity` is provisional and follows the kind where it is left out."""

    brand = VisibleField(Brand, slug_field="slug")
    title = serializers.CharField(max_length=200)
    text = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    links = serializers.ListField(child=serializers.URLField(max_length=2000), required=False, max_length=50)
    kind = kind_field(required=False, allow_null=True)
    severity = serializers.ChoiceField(Severity.choices, required=False)
    detected_at = serializers.DateTimeField(required=False)
    reporter = serializers.CharField(max_length=500, required=False, allow_blank=True)
    screenshot = VisibleField(Upload, required=False, help_text="A finished upload.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The upload as what it brought."""
        if upload := values.get("screenshot"):
            values["screenshot"] = Received.of(upload)
        return values


class ToCaseIn(Input):
    """The case, by its reference."""

    case = case_field()


class LeadIn(OptionalAnswersIn):
    """What the case starts with; what is left out follows the signal."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=LONG, required=False, allow_blank=True)
    kind = kind_field(required=False)
    confidential = serializers.BooleanField(required=False)
    primary_language = serializers.CharField(max_length=3, required=False)
    content_languages = serializers.ListField(child=serializers.CharField(max_length=3), required=False, max_length=20)


class OpenIn(LeadIn):
    """The same, and who is asked to lead."""

    lead = person_field(required=False)


class SignalViewSet(DeskViewSet):
    """What may become a crisis: reports of people, grouped mentions, alarms of detectors."""

    model = Signal
    serializer_class = SignalOut
    list_serializer_class = SignalLine
    filters = {
        "state": Filter("state", serializers.ChoiceField(SignalState.choices), many=True),
        "severity": Filter("severity", serializers.ChoiceField(Severity.choices), many=True),
        "origin": Filter("origin", serializers.ChoiceField(SignalOrigin.choices), many=True),
        "brand": Filter("brand__slug", serializers.SlugField()),
        "kind": Filter("kind__code", serializers.CharField()),
        "case": Filter("case__reference", serializers.CharField()),
    }
    search = ("title",)
    orderings = {"created_at": "created_at", "reported_at": "reported_at"}

    create = verb(report_signal, ReportIn, parent="brand")
    take_over = verb(take_over_signal)
    dismiss = verb(dismiss_signal, ReasonIn)
    attach = verb(attach_signal, ToCaseIn)
    open_case = verb(open_case, OpenIn, CaseOut)
    lead = verb(take_and_lead, LeadIn, CaseOut)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("brand", "kind", "case", "taken_by", "reporter")
