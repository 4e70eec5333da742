"""The REST API of signals and cases."""

from cases.api.cases import CaseViewSet
from cases.api.evidence import EvidenceViewSet, SignalFileViewSet
from cases.api.parts import (
    AssessmentViewSet,
    ClockViewSet,
    EntryViewSet,
    EventViewSet,
    FactViewSet,
    RoleAssignmentViewSet,
    TaskViewSet,
)
from cases.api.setup import KindViewSet, PolicyViewSet, ProtocolVersionViewSet, ProtocolViewSet, StepViewSet
from cases.api.signals import SignalViewSet
from crisisdesk.core.api.viewsets import Router


def register(router: Router) -> None:
    """The resources of this app."""
    router.register("kinds", KindViewSet, basename="kind")
    router.register("severity-policies", PolicyViewSet, basename="severity_policy")
    router.register("protocols", ProtocolViewSet, basename="protocol")
    router.register("protocol-versions", ProtocolVersionViewSet, basename="protocol_version")
    router.register("protocol-steps", StepViewSet, basename="protocol_step")
    router.register("signals", SignalViewSet, basename="signal")
    router.register("cases", CaseViewSet, basename="case")
    router.register("severity-assessments", AssessmentViewSet, basename="severity_assessment")
    router.register("case-roles", RoleAssignmentViewSet, basename="case_role")
    router.register("tasks", TaskViewSet, basename="task")
    router.register("clocks", ClockViewSet, basename="clock")
    router.register("facts", FactViewSet, basename="fact")
    router.register("case-evidence", EvidenceViewSet, basename="case_evidence")
    router.register("signal-files", SignalFileViewSet, basename="signal_file")
    router.register("entries", EntryViewSet, basename="entry")
    router.register("events", EventViewSet, basename="event")
