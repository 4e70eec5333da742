"""The API of monitoring: sources, mentions, what signals rest on, report addresses."""

import io
from collections.abc import Mapping
from typing import IO, Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action as extra_action
from rest_framework.request import Request
from rest_framework.response import Response

from cases.models import Signal
from cases.monitoring import actions, feeds
from cases.monitoring.actions.polling import Look, find_feed
from cases.monitoring.models import Mention, ReportAddress, SignalEvidence, Source, SourceKind, SourceState
from crisisdesk.core.api.paging import refuse_unknown
from crisisdesk.core.api.parsing import StrictJSONParser
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Input, Output, Router, VisibleField, verb
from crisisdesk.core.errors import Denied
from crisisdesk.core.models import Brand
from crisisdesk.core.web.request_errors import BadRequest

# --- sources ----------------------------------------------------------------------------------------------------------


class HealthOut(serializers.ModelSerializer[SourceState]):
    """How a source fares."""

    problem_sentence = serializers.CharField(
        help_text="What is wrong and what to do about it, in the client's language."
    )
    next_look_at = serializers.DateTimeField(source="due_at", help_text="For feeds.")
    lag_seconds = serializers.SerializerMethodField(help_text="From publication of the newest item to its arrival.")
    silent_since = serializers.DateTimeField(allow_null=True, help_text="Set once silence is longer than is normal.")

    class Meta:
        model = SourceState
        fields = (
            "last_attempt_at", "last_success_at", "last_item_at", "next_look_at", "lag_seconds", "failures", "problem",
            "problem_sentence", "silent_since",
        )  # fmt: skip
        read_only_fields = fields

    def get_lag_seconds(self, state: SourceState) -> int | None:
        """Whole seconds."""
        return None if state.lag is None else int(state.lag.total_seconds())


class SourceOut(Output):
    """A source with its health."""

    brand = serializers.UUIDField(source="brand.uuid")
    health = HealthOut()
    actions = True

    class Meta:
        model = Source
        fields = (
            "uuid", "brand", "kind", "name", "url", "default_language", "poll_minutes", "expected_minutes",
            "trigger_terms", "raises_every_item", "severity", "active", "created_at", "health",
        )  # fmt: skip


class TryIn(Input):
    """A feed to look at."""

    brand = VisibleField(Brand)
    url = serializers.CharField(max_length=2000)


class ItemOut(serializers.Serializer[Any]):
    """An item of a feed that was tried."""

    external_id = serializers.CharField()
    url = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    author = serializers.CharField()
    published_at = serializers.DateTimeField(source="published", allow_null=True)


class TriedOut(serializers.Serializer[Any]):
    """What looking at an address brought; nothing was stored."""

    url = serializers.CharField(help_text="Of the feed: of the page's own feed where a page was given.")
    title = serializers.CharField()
    problem = serializers.CharField(help_text="A code, empty where all is well.")
    problem_sentence = serializers.CharField()
    items = ItemOut(many=True)


class PushedOut(serializers.Serializer[Any]):
    """What became of the batch."""

    stored: Any = serializers.SlugRelatedField(slug_field="uuid", many=True, read_only=True)
    known = serializers.IntegerField(help_text="Mentions of the batch that were here before.")
    signals: Any = serializers.SlugRelatedField(slug_field="uuid", many=True, read_only=True)


class NDJSONParser(StrictJSONParser):
    """`application/x-ndjson`: one mention a line, read as the list of a batch."""

    media_type = "application/x-ndjson"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The lines as `{"mentions": […]}`; what is wrong names its line."""
        body: bytes = stream.body if hasattr(stream, "body") else stream.read()
        mentions = []
        for number, line in enumerate(body.splitlines(), start=1):
            if line.strip():
                try:
                    mentions.append(super().parse(io.BytesIO(line)))
                except BadRequest as wrong:
                    raise BadRequest(_("Line {number}: {reason}").format(number=number, reason=wrong)) from wrong
        return {"mentions": mentions}


class SourceViewSet(DeskViewSet):
    """Where mentions come from."""

    model = Source
    serializer_class = SourceOut
    filters: ClassVar = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "kind": Filter("kind", serializers.ChoiceField(SourceKind.choices), many=True),
        "active": Filter("active", serializers.BooleanField()),
        "failing": Filter(
            lambda rows, failing: rows.filter(health__failures__gt=0) if failing else rows.filter(health__failures=0),
            serializers.BooleanField(help_text="Whether the last look brought nothing but a problem."),
        ),
    }
    search = ("name", "url")
    orderings: ClassVar = {"name": "name", "created_at": "created_at"}

    create = verb(actions.create_source, parent="brand")
    partial_update = verb(actions.edit_source)
    pause = verb(actions.pause_source)
    resume = verb(actions.resume_source)
    look = verb(actions.poll_now)
    push = verb(actions.push_mentions, response=PushedOut, path="mentions")

    def get_queryset(self) -> QuerySet[Any]:
        """With brand and health."""
        return super().get_queryset().select_related("brand", "health")

    def get_parsers(self) -> list[Any]:
        """Lines are read where mentions come in, and nowhere else."""
        asked = getattr(self, "action", None) or self.action_map.get(str(self.request.method).lower())
        return [StrictJSONParser(), NDJSONParser()] if asked == "push" else [StrictJSONParser()]

    def target(self, made: Any, row: Any, values: dict[str, Any]) -> Any:
        """A new source belongs to a brand, and a feed is looked at before it is added."""
        if made.detail:
            return row
        brand = values.pop("brand")
        feed = values.get("kind", SourceKind.FEED) == SourceKind.FEED and values.get("url")
        if feed and actions.create_source.offered(self.principal, brand):
            values["url"], values["look"] = find_feed(values["url"], zone=brand.time_zone)
        return brand

    @extend_schema(request=TryIn, responses=TriedOut, summary="Try a feed")
    @extra_action(detail=False, methods=["post"], url_path="try")
    def try_feed(self, request: Request) -> Response:
        """Look at an address and say what it brings; nothing is stored. Token scope: `monitoring.create_source`."""
        refuse_unknown(request, set())
        given = TryIn(data=request.data, context=self.get_serializer_context())
        given.is_valid(raise_exception=True)
        brand = given.validated_data["brand"]
        if not actions.create_source.offered(self.principal, brand):
            raise Denied
        return Response(TriedOut(_tried(*find_feed(given.validated_data["url"], zone=brand.time_zone))).data)


def _tried(url: str, look: Look) -> dict[str, Any]:
    return {
        "url": url,
        "title": look.feed.title,
        "problem": look.problem,
        "problem_sentence": look.sentence,
        "items": look.feed.items[:20],
    }


# --- mentions ---------------------------------------------------------------------------------------------------------


class MentionOut(Output):
    """A mention as it was when it was first seen."""

    source: Any = serializers.UUIDField(source="source.uuid")
    brand = serializers.UUIDField(source="brand.uuid")

    class Meta:
        model = Mention
        fields = (
            "uuid", "source", "brand", "external_id", "published_at", "fetched_at", "author", "author_handle", "url",
            "title", "text", "language", "reach", "rating", "content_sha256", "changed_at",
        )  # fmt: skip


class RaisedOut(serializers.ModelSerializer[Signal]):
    """The signal; everything else about it is under `/signals/{uuid}`."""

    class Meta:
        model = Signal
        fields = ("uuid", "title", "severity", "state")
        read_only_fields = fields


class MentionViewSet(DeskViewSet):
    """What is being said about the brands."""

    model = Mention
    serializer_class = MentionOut
    filters: ClassVar = {
        "brand": Filter("brand__uuid", serializers.UUIDField()),
        "source": Filter("source__uuid", serializers.UUIDField()),
        "language": Filter("language", serializers.CharField(max_length=3), many=True),
        "published_after": Filter("published_at__gte", serializers.DateTimeField()),
        "published_before": Filter("published_at__lt", serializers.DateTimeField()),
        "external_id": Filter("external_id", serializers.CharField(max_length=feeds.MAX_ID_CHARS)),
        "words": Filter(
            lambda rows, words: rows.searched(words),
            serializers.CharField(max_length=200, help_text="Words to find; accents and endings do not matter."),
        ),
        "unattended": Filter(
            lambda rows, wanted: rows.unattended() if wanted else rows,
            serializers.BooleanField(help_text="Only mentions that no signal rests on."),
        ),
    }
    ordering = "-published_at"
    orderings: ClassVar = {"published_at": "published_at", "fetched_at": "fetched_at"}

    raise_signal = verb(
        actions.raise_signal_from_mentions,
        response=RaisedOut,
        detail=False,
        parent=lambda view, values: values["mentions"][0].brand,
    )
    attach = verb(actions.attach_mentions, response=RaisedOut, detail=False, parent="signal")

    def get_queryset(self) -> QuerySet[Any]:
        """With source and brand, without the column of the search."""
        return super().get_queryset().select_related("source", "brand").defer("search")


class EvidenceOut(Output):
    """Why a mention counts for a signal."""

    signal = serializers.UUIDField(source="signal.uuid")
    mention = MentionOut()

    class Meta:
        model = SignalEvidence
        fields = ("uuid", "signal", "mention", "reason", "term", "created_at")


class EvidenceViewSet(DeskViewSet):
    """What signals rest on."""

    model = SignalEvidence
    serializer_class = EvidenceOut
    filters: ClassVar = {
        "signal": Filter("signal__uuid", serializers.UUIDField()),
        "mention": Filter("mention__uuid", serializers.UUIDField()),
    }
    ordering = "created_at"
    orderings: ClassVar = {"created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Any]:
        """With the mentions."""
        rows = super().get_queryset().select_related("signal", "mention__source", "mention__brand")
        return rows.defer("mention__search")


# --- report addresses -------------------------------------------------------------------------------------------------


class ReportAddressOut(Output):
    """A secret address for reports; the secret itself is not to be had again."""

    brand = serializers.UUIDField(source="brand.uuid")
    kind: Any = serializers.SlugRelatedField(slug_field="code", read_only=True)
    actions = True

    class Meta:
        model = ReportAddress
        fields = ("uuid", "brand", "name", "kind", "hint", "created_at", "rotated_at", "revoked_at")


class IssuedOut(serializers.Serializer[Any]):
    """A report address with its secret; the page is `/report/{secret}/`."""

    address = ReportAddressOut()
    secret = serializers.CharField(help_text="Shown here and nowhere else.")


class ReportAddressViewSet(DeskViewSet):
    """Secret addresses at which people report without an account."""

    model = ReportAddress
    without = (actions.report_by_address,)  # who reports has no account
    serializer_class = ReportAddressOut
    unversioned = ("recent",)
    filters: ClassVar = {"brand": Filter("brand__uuid", serializers.UUIDField())}

    create = verb(actions.create_report_address, response=IssuedOut, parent="brand", never_kept=("secret",))
    rotate = verb(actions.rotate_report_address, response=IssuedOut, never_kept=("secret",))
    revoke = verb(actions.revoke_report_address)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("brand", "kind")


def register(router: Router) -> None:
    """The resources of monitoring."""
    router.register("sources", SourceViewSet, basename="source")
    router.register("mentions", MentionViewSet, basename="mention")
    router.register("evidence", EvidenceViewSet, basename="evidence")
    router.register("report-addresses", ReportAddressViewSet, basename="report_address")
