"""What belongs to a case: judgements, roles, tasks, clocks, facts, the log and the prose beside it."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from cases.actions import (
    accept_role,
    add_fact,
    add_task,
    block_task,
    change_fact,
    confirm_fact,
    decline_role,
    end_role,
    finish_task,
    refute_fact,
    retire_fact,
    skip_task,
    start_task,
    tick_off_clock,
    withdraw_offer,
)
from cases.api.shapes import ROLES, PersonRef
from cases.models import (
    Clock,
    ClockCode,
    Fact,
    FactState,
    FactType,
    RoleAssignment,
    RoleState,
    SeverityAssessment,
    Task,
    TaskState,
)
from crisisdesk.core.access.permissions import case_q
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, verb
from crisisdesk.core.models import Entry, EntryKind, Event

BY_CASE = Filter("case__reference", serializers.CharField(help_text="Reference of a case."))
BY_CHAIN = Filter("chain__case__reference", serializers.CharField(help_text="Reference of a case."))


class CasePart(Output):
    """A row of a case."""

    case = serializers.CharField(source="case.reference", allow_null=True)


# --- judgements -----------------------------------------------------------------------------------------------------


class AssessmentOut(CasePart):
    """A judgement of the severity."""

    assessed_by = PersonRef(allow_null=True)
    sentence = serializers.CharField(source="entry.text", allow_null=True)

    class Meta:
        model = SeverityAssessment
        fields = (
            "uuid", "case", "harm", "spreading", "growing", "computed", "severity", "sentence", "assessed_by",
            "assessed_at",
        )  # fmt: skip


class AssessmentViewSet(DeskViewSet):
    """How grave a case was judged to be; the newest governs. `cases/{reference}/assess-severity` adds one."""

    model = SeverityAssessment
    serializer_class = AssessmentOut
    filters = {"case": BY_CASE}

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("case", "assessed_by", "entry")


# --- roles ----------------------------------------------------------------------------------------------------------


class CaseRoleOut(CasePart):
    """A role offered, held or ended; `answer_by` is when an unanswered offer lapses."""

    user = PersonRef()
    deputy_of = PersonRef(allow_null=True)
    answer_by = serializers.DateTimeField()
    actions = True

    class Meta:
        model = RoleAssignment
        fields = (
            "uuid", "case", "user", "role", "state", "deputy_of", "created_at", "answer_by", "answered_at", "ended_at",
        )  # fmt: skip


class RoleAssignmentViewSet(DeskViewSet):
    """Who does what in a case. Roles are offered by `cases/{reference}/offer-role`."""

    model = RoleAssignment
    serializer_class = CaseRoleOut
    filters = {
        "case": BY_CASE,
        "user": Filter("user__uuid", serializers.UUIDField()),
        "role": Filter("role", serializers.ChoiceField(ROLES), many=True),
        "state": Filter("state", serializers.ChoiceField(RoleState.choices), many=True),
    }
    unversioned = ("lease_until", "fence", "attempts", "last_error")

    accept = verb(accept_role)
    decline = verb(decline_role)
    withdraw = verb(withdraw_offer)
    end = verb(end_role)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("case__brand", "user", "deputy_of")


# --- tasks ----------------------------------------------------------------------------------------------------------


class TaskOut(CasePart):
    """A task; its title and instruction are in the client's language where the protocol knows them."""

    title = serializers.CharField()
    instruction = serializers.CharField()
    assignee = PersonRef(allow_null=True)
    finished_by = PersonRef(allow_null=True)
    reason = serializers.CharField(source="reason.text", allow_null=True)
    from_protocol = serializers.BooleanField(source="step_id")
    actions = True

    class Meta:
        model = Task
        fields = (
            "uuid", "case", "title", "instruction", "role", "assignee", "due_at", "blocking", "state", "reason",
            "from_protocol", "started_at", "finished_at", "finished_by", "created_at",
        )  # fmt: skip


class TaskViewSet(DeskViewSet):
    """Tasks: the steps of the protocol and what people add."""

    model = Task
    serializer_class = TaskOut
    filters = {
        "case": BY_CASE,
        "state": Filter("state", serializers.ChoiceField(TaskState.choices), many=True),
        "role": Filter("role", serializers.ChoiceField(ROLES), many=True),
        "assignee": Filter("assignee__uuid", serializers.UUIDField()),
        "blocking": Filter("blocking", serializers.BooleanField()),
    }

    create = verb(add_task, parent="case", by="reference")
    start = verb(start_task)
    finish = verb(finish_task)
    block = verb(block_task)
    skip = verb(skip_task)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("case__brand", "step", "assignee", "finished_by", "reason")


# --- clocks ---------------------------------------------------------------------------------------------------------


class ClockOut(CasePart):
    """A clock: `due_at` is the limit, `breached_at` stays once it is set."""

    is_running = serializers.BooleanField()
    actions = True

    class Meta:
        model = Clock
        fields = (
            "uuid", "case", "code", "subject", "started_at", "warn_at", "due_at", "met_at", "breached_at",
            "cancelled_at", "is_running",
        )  # fmt: skip


class ClockViewSet(DeskViewSet):
    """Clocks of cases. Most stop by themselves when what they measure happens."""

    model = Clock
    serializer_class = ClockOut
    filters = {
        "case": BY_CASE,
        "code": Filter("code", serializers.ChoiceField(ClockCode.choices), many=True),
        "running": Filter(
            lambda rows, yes: rows.running() if yes else rows.exclude(met_at=None, cancelled_at=None),
            serializers.BooleanField(),
        ),
        "breached": Filter(lambda rows, yes: rows.filter(breached_at__isnull=not yes), serializers.BooleanField()),
    }
    orderings = {"created_at": "created_at", "due_at": "due_at"}
    unversioned = ("lease_until", "fence", "attempts", "last_error")

    tick_off = verb(tick_off_clock)

    def get_queryset(self) -> QuerySet[Any]:
        """With their case."""
        return super().get_queryset().select_related("case__brand")


# --- facts ----------------------------------------------------------------------------------------------------------


class FactOut(CasePart):
    """A fact: one line, how sure we are, and whether it may be said in public."""

    owner = PersonRef(allow_null=True)
    verified_by = PersonRef(allow_null=True)
    voucher = serializers.CharField(source="voucher.text", allow_null=True)
    actions = True

    class Meta:
        model = Fact
        fields = (
            "uuid", "case", "text", "type", "state", "public_ok", "source", "owner", "verify_by", "verified_by",
            "verified_at", "voucher", "answer", "created_at",
        )  # fmt: skip


class FactViewSet(DeskViewSet):
    """What we know and what we do not know."""

    model = Fact
    serializer_class = FactOut
    filters = {
        "case": BY_CASE,
        "state": Filter("state", serializers.ChoiceField(FactState.choices), many=True),
        "type": Filter("type", serializers.ChoiceField(FactType.choices)),
        "public_ok": Filter("public_ok", serializers.BooleanField()),
    }

    create = verb(add_fact, parent="case", by="reference")
    partial_update = verb(change_fact)
    confirm = verb(confirm_fact)
    refute = verb(refute_fact)
    retire = verb(retire_fact)

    def get_queryset(self) -> QuerySet[Any]:
        """With what they name."""
        return super().get_queryset().select_related("case__brand", "owner", "verified_by", "voucher")


# --- the log and the prose beside it --------------------------------------------------------------------------------


@extend_schema_field({"type": "object", "additionalProperties": True})
class Codes(serializers.JSONField):
    """Identifiers, codes and numbers."""


class EntryOut(Output):
    """A note, decision, reason or name; `data` holds question, options and why of a decision."""

    case = serializers.CharField(source="chain.case.reference", allow_null=True)
    author = PersonRef(allow_null=True)
    data: Any = Codes()

    class Meta:
        model = Entry
        fields = (
            "uuid", "case", "kind", "text", "data", "sha256", "pinned", "author", "occurred_at", "recorded_at",
            "blanked_at",
        )  # fmt: skip


class ChainView(DeskViewSet):
    """Rows of the logs of visible cases."""

    def get_queryset(self) -> QuerySet[Any]:
        """Of the cases the client sees."""
        if getattr(self, "swagger_fake_view", False):
            return self.model._default_manager.none()
        return self.model._default_manager.filter(case_q(self.principal, "chain__case__")).select_related("chain__case")


class EntryViewSet(ChainView):
    """What people wrote into cases."""

    model = Entry
    serializer_class = EntryOut
    ordering = "-recorded_at"
    filters = {
        "case": BY_CHAIN,
        "kind": Filter("kind", serializers.ChoiceField(EntryKind.choices), many=True),
    }

    def get_queryset(self) -> QuerySet[Any]:
        """With their authors."""
        return super().get_queryset().select_related("author")


class EventOut(Output):
    """An event of the log; `hash` covers it and everything before it in its case."""

    case = serializers.CharField(source="chain.case.reference")
    seq = serializers.IntegerField(source="seal.seq")
    hash = serializers.CharField(source="seal.hash")
    entry = serializers.UUIDField(source="entry.uuid", allow_null=True)
    payload = Codes()

    class Meta:
        model = Event
        fields = (
            "uuid", "case", "seq", "kind", "occurred_at", "recorded_at", "actor", "via", "object_type", "object_id",
            "payload", "entry", "hash",
        )  # fmt: skip


class EventViewSet(ChainView):
    """The logs of cases, in the order in which their events were sealed."""

    model = Event
    serializer_class = EventOut
    ordering = "-recorded_at"
    filters = {
        "case": BY_CHAIN,
        "kind": Filter("kind", serializers.CharField(), many=True),
        "after": Filter(
            "seal__seq__gt", serializers.IntegerField(min_value=0, help_text="Only events after this seq.")
        ),
    }
    orderings = {"recorded_at": "recorded_at"}

    def get_queryset(self) -> QuerySet[Any]:
        """Sealed ones, with their prose."""
        return super().get_queryset().filter(seal__isnull=False).select_related("seal", "entry")
