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
from cases.api.shapes import PersonRef
from cases.models import Severity, Signal, SignalOrigin, SignalState
from crisisdesk.core.api.input_serializers import serializer_for
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, VisibleField, verb
from crisisdesk.core.files.receiving import Received
from crisisdesk.core.models import Upload


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


_Report: Any = serializer_for(report_signal, parent="brand", by="slug")


class ReportIn(_Report):  # type: ignore[misc]
    """A new signal; `severity` is provisional and follows the kind where it is left out."""

    screenshot = VisibleField(Upload, required=False, help_text="A finished upload.")

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """The upload as what it brought."""
        if upload := values.get("screenshot"):
            values["screenshot"] = Received.of(upload)
        return values


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
    dismiss = verb(dismiss_signal)
    attach = verb(attach_signal)
    open_case = verb(open_case, response=CaseOut)
    lead = verb(take_and_lead, response=CaseOut)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("brand", "kind", "case", "taken_by", "reporter")
