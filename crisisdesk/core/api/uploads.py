"""The API of files that arrive in parts, in the manner of resumable uploads for HTTP (IETF draft; tus).

`POST /uploads` announces name and size; each `POST /uploads/{uuid}/parts` appends at `Upload-Offset` and answers with
the next one; `GET` tells the offset after a broken line; `POST …/finish` checks the whole. Parts are POSTs and not
PATCHes because every PATCH of this API asks for an ETag; here the offset is the condition.
"""

from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action as extra_action
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from crisisdesk.core.api.paging import refuse_unknown
from crisisdesk.core.api.viewsets import DeskViewSet, Input, Output, Router, VisibleField, verb
from crisisdesk.core.files import receiving
from crisisdesk.core.files.receiving import PART_BYTES, Received, receive
from crisisdesk.core.files.uploads import cancel_upload, finish_upload, start_upload
from crisisdesk.core.models import Upload
from crisisdesk.core.web.request_errors import BadRequest

OFFSET = "Upload-Offset"


class BytesParser(BaseParser):
    """Leaves the bytes of a part where they are: in the stream."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The stream."""
        return stream


class UploadOut(Output):
    """A file that arrives: `offset` bytes of it are here. Send parts of `part_bytes`."""

    sha256 = serializers.CharField(help_text="As announced; empty where it was not.")
    finished = serializers.BooleanField(source="is_finished")
    part_bytes = serializers.SerializerMethodField()
    actions = True

    class Meta:
        model = Upload
        fields = ("uuid", "name", "size", "sha256", "offset", "part_bytes", "finished", "created_at")

    def get_part_bytes(self, upload: Upload) -> int:
        """Small enough to be sent again after a broken line."""
        return PART_BYTES


class UploadViewSet(DeskViewSet):
    """One's own uploads: files on their way. What is left for 24 hours is removed."""

    model = Upload
    serializer_class = UploadOut

    create = verb(start_upload)
    finish = verb(finish_upload)
    destroy = verb(cancel_upload)

    def headers_of(self, row: Upload) -> Mapping[str, str]:
        """Where to go on."""
        return {OFFSET: str(row.offset)}

    @extend_schema(
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses=UploadOut,
        parameters=[
            OpenApiParameter(
                OFFSET, int, OpenApiParameter.HEADER, required=True, description="Bytes that have arrived before."
            )
        ],
    )
    @extra_action(detail=True, methods=["post"], url_path="parts", parser_classes=[BytesParser])
    def append(self, request: Request, uuid: Any) -> Response:
        """Append one part, whole or not at all. A wrong offset is answered with 409 and the right one.

        Token scope: `core.start_upload`.
        """
        refuse_unknown(request, set())
        given = request.headers.get(OFFSET, "")
        if not given.isascii() or not given.isdigit():
            raise BadRequest(None, {OFFSET: [_("Say how many bytes have arrived before this part")]})
        length = request.META.get("CONTENT_LENGTH") or "0"
        stream: Any = request.data
        upload = receiving.append(
            self.get_object(),
            self.principal,
            offset=int(given),
            stream=stream,
            length=int(length) if length.isdecimal() else 0,
        )
        return self.show(upload)


class FileIn(Input):
    """A file, sent along in a form (`file`, up to 10 MB) or before in parts (`upload`)."""

    file: Any = serializers.FileField(required=False, help_text="Only in multipart/form-data.", use_url=False)
    upload = VisibleField(Upload, required=False)

    def validate(self, values: dict[str, Any]) -> dict[str, Any]:
        """One of the two, checked and stored, as the value `file`."""
        sent, upload = values.pop("file", empty), values.pop("upload", None)
        if upload is not None and sent is empty:
            values["file"] = Received.of(upload)
        elif sent is not empty and upload is None:
            values["file"] = receive(sent)
        else:
            raise serializers.ValidationError({"file": _("Send a file, or the upload it came by")})
        return values


def register(router: Router) -> None:
    """The resource of uploads."""
    router.register("uploads", UploadViewSet, basename="upload")
