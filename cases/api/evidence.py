"""Evidence of cases and files of signals."""

from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action as extra_action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from cases.actions import change_evidence, evidence, open_evidence, remove_evidence
from cases.api.parts import BY_CASE, CasePart
from cases.api.shapes import PersonRef
from cases.models import Evidence, Side, SignalFile
from crisisdesk.core.api.input_serializers import of_shape
from crisisdesk.core.api.paging import refuse_unknown
from crisisdesk.core.api.uploads import FileIn
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, verb
from crisisdesk.core.files import serving
from crisisdesk.core.files.types import FileKind
from crisisdesk.core.models import StoredFile


class FileOut(serializers.ModelSerializer[StoredFile]):
    """What is known of a file; `removed_at` and `removal` say that its bytes are gone, and why."""

    removal = serializers.CharField(source="removal.text", allow_null=True)
    has_preview = serializers.BooleanField(source="preview_key")

    class Meta:
        model = StoredFile
        fields = ("name", "kind", "media_type", "size", "sha256", "has_preview", "removed_at", "removal")
        read_only_fields = fields


class CaseEvidenceOut(CasePart):
    """A piece of evidence and its file. The bytes are at `…/file`, a small picture at `…/preview`."""

    file = FileOut()
    added_by = PersonRef(allow_null=True)
    actions = True

    class Meta:
        model = Evidence
        fields = (
            "uuid", "case", "number", "caption", "source", "side", "captured_at", "file", "added_by", "created_at",
        )  # fmt: skip


AboutEvidence = of_shape(evidence.AboutEvidence)


class CaseEvidenceIn(FileIn, AboutEvidence):  # type: ignore[misc, valid-type]
    """A file for a case, sent along in a form or before in parts, and what is said about it."""


class AnyRenderer(JSONRenderer):
    """Lets clients ask for whatever a file is; refusals are problems as everywhere."""

    media_type = "*/*"
    format = "file"


class HeldFileViewSet(DeskViewSet):
    """Rows that hold a file."""

    remove = verb(remove_evidence)

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    @extra_action(detail=True, methods=["get"], renderer_classes=[AnyRenderer])
    def file(self, request: Request, uuid: Any) -> StreamingHttpResponse:
        """The original, byte for byte, as a download. Who took it is noted in the log.

        Token scope: `cases.open_evidence`.
        """
        refuse_unknown(request, set())
        return serving.original(open_evidence(self.get_object(), self.principal))

    @extend_schema(responses={(200, "image/webp"): OpenApiTypes.BINARY})
    @extra_action(detail=True, methods=["get"], renderer_classes=[AnyRenderer])
    def preview(self, request: Request, uuid: Any) -> StreamingHttpResponse:
        """A small picture without metadata; 404 where the format has none."""
        refuse_unknown(request, set())
        return serving.preview(self.get_object().file)


class EvidenceViewSet(HeldFileViewSet):
    """Evidence of cases. `cases/{reference}/evidence` adds some."""

    model = Evidence
    serializer_class = CaseEvidenceOut
    filters = {
        "case": BY_CASE,
        "side": Filter("side", serializers.ChoiceField(Side.choices), many=True),
        "kind": Filter("file__kind", serializers.ChoiceField(FileKind.choices), many=True),
        "sha256": Filter("file__sha256", serializers.CharField(help_text="Of the original bytes.")),
    }

    partial_update = verb(change_evidence)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("case__brand", "file__removal", "added_by")


class SignalFileOut(Output):
    """A file that came with a report."""

    signal = serializers.UUIDField(source="signal.uuid")
    file = FileOut()
    actions = True

    class Meta:
        model = SignalFile
        fields = ("uuid", "signal", "file", "created_at")


class SignalFileViewSet(HeldFileViewSet):
    """Files that came with reports; in a case they are evidence too."""

    model = SignalFile
    serializer_class = SignalFileOut
    filters = {"signal": Filter("signal__uuid", serializers.UUIDField())}

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("signal__brand", "file__removal")
