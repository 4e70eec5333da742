"""The models of a crisis."""

from cases.models.assessments import QUESTIONS, SeverityAssessment
from cases.models.cases import Case, CaseGrant, CaseModel, CaseNumber, Realm
from cases.models.clocks import Clock
from cases.models.evidence import Evidence, Side, SignalFile
from cases.models.facts import Fact, FactType, RumourAnswer
from cases.models.kinds import CrisisKind
from cases.models.policies import ClockCode, LimitUnit, PolicyLevel, PolicyLimit, Severity, SeverityPolicy
from cases.models.protocols import DoneBy, Protocol, ProtocolStep, ProtocolVersion, StepKind
from cases.models.roles import RoleAssignment
from cases.models.signals import Signal, SignalOrigin
from cases.models.tasks import Task
from cases.states import CaseState, FactState, RoleState, SignalState, TaskState

__all__ = [
    "QUESTIONS",
    "Case",
    "CaseGrant",
    "CaseModel",
    "CaseNumber",
    "CaseState",
    "Clock",
    "ClockCode",
    "CrisisKind",
    "DoneBy",
    "Evidence",
    "Fact",
    "FactState",
    "FactType",
    "LimitUnit",
    "PolicyLevel",
    "PolicyLimit",
    "Protocol",
    "ProtocolStep",
    "ProtocolVersion",
    "Realm",
    "RoleAssignment",
    "RoleState",
    "RumourAnswer",
    "Severity",
    "SeverityAssessment",
    "SeverityPolicy",
    "Side",
    "Signal",
    "SignalFile",
    "SignalOrigin",
    "SignalState",
    "StepKind",
    "Task",
    "TaskState",
]
