"""The API of texts: statements, their versions, requests for approval, and what went out on one signature."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.models import FactState
from comms import api_templates, hashing
from comms.actions.deciding import approve_statement, reject_statement, return_statement
from comms.actions.releases import release_template, review_release
from comms.actions.statements import add_language, change_statement, draft_statement, edit_statement, revise_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.actions.versions import out_of_date
from comms.models import (
    Approval,
    ApprovalRequest,
    FactCitation,
    HeldBack,
    Purpose,
    ReleaseReview,
    RequestStage,
    ReviewOutcome,
    Statement,
    StatementVersion,
)
from comms.sending import api as api_sending
from comms.sending.actions.publishing import publish_statement, schedule_statement, unschedule_statement
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.api import WithdrawalOut
from comms.states import RequestState, StatementState, Status
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, Router, verb

# --- versions ---------------------------------------------------------------------------------------------------------


class CitationOut(serializers.ModelSerializer[FactCitation]):
    """A fact the text cites, what the text says of it, and what is known of it by now."""

    fact = serializers.UUIDField(source="fact.uuid")
    text = serializers.CharField(source="fact.text")
    state = serializers.ChoiceField(FactState.choices, source="fact.state")
    contradicted = serializers.BooleanField(
        source="is_contradicted", help_text="The text says the contrary of what is known; it does not leave like that."
    )

    class Meta:
        model = FactCitation
        fields = ("fact", "text", "stance", "state", "contradicted")
        read_only_fields = fields


class VersionOut(Output):
    """One version in one language, word for word."""

    statement = serializers.UUIDField(source="statement.uuid")
    case = serializers.CharField(source="statement.case.reference")
    purpose = serializers.ChoiceField(Purpose.choices, source="statement.purpose")
    status = serializers.ChoiceField(Status.choices, help_text="What people read.")
    held_back = serializers.ChoiceField(
        [("", ""), *HeldBack.choices], help_text="What kept it in when it was approved, until somebody publishes it."
    )
    parent_version = serializers.UUIDField(source="parent.uuid", default=None, allow_null=True)
    title = serializers.CharField(source="master.title")
    text = serializers.CharField(source="master.text")
    variants = serializers.SerializerMethodField(help_text="Wordings some channels get instead.")
    draft_hash = serializers.SerializerMethodField(help_text="`base_hash` of an edit: which text was read.")
    out_of_date = serializers.SerializerMethodField(help_text="The text it translates has changed since.")
    template = serializers.UUIDField(source="template_version.uuid", default=None, allow_null=True)
    facts = serializers.SerializerMethodField()
    citations = CitationOut(many=True, read_only=True)
    contributors = serializers.SerializerMethodField(help_text="Whoever wrote in it does not decide about it.")
    approval_request = serializers.UUIDField(source="request.uuid", default=None, allow_null=True)
    actions = True

    class Meta:
        model = StatementVersion
        fields = (
            "uuid", "statement", "case", "purpose", "language", "number", "parent_version", "state", "status",
            "held_back", "title", "text", "variants", "payload_hash", "draft_hash", "out_of_date", "channels",
            "embargo_until", "next_update_at", "template", "values", "facts", "citations", "contributors",
            "approval_request",
            "created_at", "submitted_at", "approved_at", "published_at",
        )  # fmt: skip

    def get_variants(self, version: StatementVersion) -> dict[str, str]:
        """Text by channel."""
        return {row.channel: row.text for row in version.texts.all() if row.channel != hashing.MASTER}

    def get_draft_hash(self, version: StatementVersion) -> str:
        """Hexadecimal sha256."""
        return version.draft_hash()

    def get_out_of_date(self, version: StatementVersion) -> bool:
        """Only for drafts."""
        return version.is_draft and out_of_date(version)

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_facts(self, version: StatementVersion) -> list[str]:
        """Their uuids."""
        return [str(citation.fact.uuid) for citation in version.citations.all()]

    @extend_schema_field({"type": "array", "items": {"type": "string", "format": "uuid"}})
    def get_contributors(self, version: StatementVersion) -> list[str]:
        """Their uuids."""
        return [str(row.user.uuid) for row in version.contributors.all()]


class VersionViewSet(DeskViewSet):
    """Versions of statements: one text in one language. Submitted, a version never changes."""

    model = StatementVersion
    serializer_class = VersionOut
    filters: ClassVar[Any] = {
        "statement": Filter("statement__uuid", serializers.UUIDField()),
        "case": Filter("statement__case__reference", serializers.CharField(max_length=20)),
        "language": Filter("language", serializers.CharField(min_length=2, max_length=3)),
        "state": Filter("state", serializers.ChoiceField(StatementState.choices), many=True),
        "purpose": Filter("statement__purpose", serializers.ChoiceField(Purpose.choices), many=True),
    }

    def parts(self, row: StatementVersion) -> Any:
        """The wordings and the facts it rests on."""
        texts = sorted([text.channel, text.title, text.text, text.source_hash] for text in row.texts.all())
        return [texts, sorted([citation.fact_id, citation.stance] for citation in row.citations.all())]

    partial_update = verb(edit_statement)
    submit = verb(submit_statement)
    take_back = verb(take_back_statement, response=VersionOut)
    revise = verb(revise_statement, response=VersionOut)
    publish = verb(publish_statement)
    schedule = verb(schedule_statement)
    unschedule = verb(unschedule_statement)

    def get_queryset(self) -> QuerySet[StatementVersion]:
        """With everything a version shows."""
        rows: QuerySet[StatementVersion] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        return (
            rows.with_status()  # type: ignore[attr-defined]
            .select_related("statement__case__brand", "parent", "template_version", "request")
            .prefetch_related("texts", "citations__fact", "contributors__user")
        )


# --- statements -------------------------------------------------------------------------------------------------------


class StatementVersionLine(serializers.ModelSerializer[StatementVersion]):
    """One line for each language."""

    status = serializers.CharField()

    class Meta:
        model = StatementVersion
        fields = ("uuid", "language", "number", "state", "status", "published_at")
        read_only_fields = fields


class StatementOut(Output):
    """Something to be said in a case."""

    case = serializers.CharField(source="case.reference")
    accounts = serializers.SlugRelatedField("uuid", many=True, read_only=True)  # type: ignore[var-annotated]
    quoted_people = serializers.SlugRelatedField("uuid", many=True, read_only=True)  # type: ignore[var-annotated]
    supersedes = serializers.UUIDField(source="supersedes.uuid", default=None, allow_null=True)
    versions = serializers.SerializerMethodField()
    actions = True

    class Meta:
        model = Statement
        fields = (
            "uuid", "case", "purpose", "admits_fault", "concerns_employee", "accounts", "quoted_people",
            "embargo_until", "scheduled_at", "publish_when_approved", "supersedes", "created_at", "versions",
        )  # fmt: skip

    @extend_schema_field(StatementVersionLine(many=True))
    def get_versions(self, statement: Statement) -> Any:
        """The newest version in each language."""
        newest: dict[str, StatementVersion] = {}
        for version in statement.versions.all():
            version.statement = statement
            if version.language not in newest or version.number > newest[version.language].number:
                newest[version.language] = version
        return StatementVersionLine(list(newest.values()), many=True).data


class StatementViewSet(DeskViewSet):
    """Statements: what is to be said in a case, in one or more languages."""

    model = Statement
    serializer_class = StatementOut
    filters: ClassVar[Any] = {
        "case": Filter("case__reference", serializers.CharField(max_length=20)),
        "purpose": Filter("purpose", serializers.ChoiceField(Purpose.choices), many=True),
    }

    def parts(self, row: Statement) -> Any:
        """Its channels and the people quoted."""
        return [sorted(row.pk for row in rows.all()) for rows in (row.accounts, row.quoted_people)]

    create = verb(draft_statement, response=VersionOut, parent="case", by="reference")
    partial_update = verb(change_statement)
    add_language = verb(add_language, response=VersionOut)
    release = verb(release_template, response=VersionOut, detail=False, parent="case", by="reference")
    withdraw = verb(withdraw_statement, response=WithdrawalOut, many=True)

    def get_queryset(self) -> QuerySet[Statement]:
        """With everything a statement shows."""
        rows: QuerySet[Statement] = super().get_queryset()
        return rows.select_related("case__brand", "supersedes").prefetch_related(
            "accounts", "quoted_people", "versions__deliveries"
        )


# --- approvals --------------------------------------------------------------------------------------------------------


class StageOut(serializers.ModelSerializer[RequestStage]):
    """How many people out of which roles, or the person quoted who has to agree."""

    person = serializers.UUIDField(source="person.uuid", default=None, allow_null=True)
    approvals = serializers.SerializerMethodField(help_text="How many approvals count here so far.")

    class Meta:
        model = RequestStage
        fields = ("uuid", "order", "roles", "person", "required", "approvals", "filled_at", "deputy_at", "executive_at")
        read_only_fields = fields

    def get_approvals(self, stage: RequestStage) -> int:
        """The number of approvals that count."""
        return len(stage.approved_by)


class DecisionOut(serializers.ModelSerializer[Approval]):
    """What somebody decided."""

    user = serializers.CharField(source="user.name")
    on_behalf_of = serializers.CharField(source="on_behalf_of.name", default=None, allow_null=True)
    comment = serializers.CharField(source="entry.text", default="")
    roles = serializers.ListField(source="stage.roles", child=serializers.CharField())

    class Meta:
        model = Approval
        fields = ("uuid", "user", "on_behalf_of", "roles", "verdict", "comment", "payload_hash", "created_at")
        read_only_fields = fields


class RequestOut(Output):
    """A text that waits for its people, or did."""

    version = serializers.UUIDField(source="version.uuid")
    statement = serializers.UUIDField(source="version.statement.uuid")
    case = serializers.CharField(source="version.statement.case.reference")
    purpose = serializers.ChoiceField(Purpose.choices, source="version.statement.purpose")
    language = serializers.CharField(source="version.language")
    number = serializers.IntegerField(source="version.number")
    title = serializers.CharField(source="version.master.title")
    text = serializers.CharField(source="version.master.text")
    submitted_by = serializers.CharField(source="submitted_by.name")
    informed_roles = serializers.ListField(
        child=serializers.CharField(), help_text="Roles that get to know of the text and do not decide."
    )
    stages = StageOut(many=True)
    decisions = DecisionOut(source="approvals", many=True)
    citations = CitationOut(source="version.citations", many=True, help_text="What the text says of which facts.")
    actions = True

    class Meta:
        model = ApprovalRequest
        fields = (
            "uuid", "version", "statement", "case", "purpose", "language", "number", "title", "text", "payload_hash",
            "state", "submitted_by", "submitted_at", "decided_at", "stages", "informed_roles", "decisions",
            "citations",
        )  # fmt: skip


class RequestViewSet(DeskViewSet):
    """Requests for approval. Verbs name the text by its `payload_hash`; a newer text refuses them with 412 and the
    difference. Programs never decide."""

    model = ApprovalRequest
    serializer_class = RequestOut
    filters: ClassVar[Any] = {
        "state": Filter("state", serializers.ChoiceField(RequestState.choices), many=True),
        "case": Filter("version__statement__case__reference", serializers.CharField(max_length=20)),
    }

    approve = verb(approve_statement, response=DecisionOut)
    return_ = verb(return_statement, response=DecisionOut, path="return")
    reject = verb(reject_statement, response=DecisionOut)

    def get_queryset(self) -> QuerySet[ApprovalRequest]:
        """With stages, decisions and the text."""
        rows: QuerySet[ApprovalRequest] = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return rows
        related = rows.for_lists().prefetch_related(  # type: ignore[attr-defined]
            "version__texts", "approvals__user", "approvals__on_behalf_of", "approvals__entry", "approvals__stage"
        )
        return related


class ReviewOut(Output):
    """A text that went out on one signature, and what somebody else said about it."""

    version = serializers.UUIDField(source="release.version.uuid")
    case = serializers.CharField(source="release.version.statement.case.reference")
    signed_by = serializers.CharField(source="release.signed_by.name")
    signed_at = serializers.DateTimeField(source="release.signed_at")
    text = serializers.CharField(source="release.version.master.text")
    reviewed_by = serializers.CharField(source="reviewed_by.name", default=None, allow_null=True)
    comment = serializers.CharField(source="entry.text", default="")
    actions = True

    class Meta:
        model = ReleaseReview
        fields = (
            "uuid", "version", "case", "signed_by", "signed_at", "text", "due_at", "outcome", "reviewed_by",
            "reviewed_at", "comment",
        )  # fmt: skip


class ReviewViewSet(DeskViewSet):
    """Reviews owed for texts that went out on one signature."""

    model = ReleaseReview
    serializer_class = ReviewOut
    unversioned: ClassVar[Any] = ("lease_until", "fence", "attempts", "last_error")
    filters: ClassVar[Any] = {
        "case": Filter("release__version__statement__case__reference", serializers.CharField(max_length=20)),
        "outcome": Filter("outcome", serializers.ChoiceField(ReviewOutcome.choices), many=True),
    }

    review = verb(review_release)

    def get_queryset(self) -> QuerySet[ReleaseReview]:
        """With the signed text."""
        rows: QuerySet[ReleaseReview] = super().get_queryset()
        return rows.select_related(
            "release__version__statement__case__brand", "release__signed_by", "reviewed_by", "entry"
        ).prefetch_related("release__version__texts")


def register(router: Router) -> None:
    """The resources of texts."""
    router.register("statements", StatementViewSet, basename="statement")
    router.register("statement-versions", VersionViewSet, basename="statement-version")
    router.register("approval-requests", RequestViewSet, basename="approval-request")
    router.register("release-reviews", ReviewViewSet, basename="release-review")
    api_templates.register(router)
    api_sending.register(router)
