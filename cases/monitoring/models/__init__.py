"""The models of watching: where mentions come from, the mentions, and what they are evidence of."""

from cases.monitoring.models.evidence import EvidenceReason, SignalEvidence
from cases.monitoring.models.mentions import Mention
from cases.monitoring.models.reports import ReportAddress
from cases.monitoring.models.sources import Source, SourceKind, SourceState

__all__ = [
    "EvidenceReason",
    "Mention",
    "ReportAddress",
    "SignalEvidence",
    "Source",
    "SourceKind",
    "SourceState",
]
