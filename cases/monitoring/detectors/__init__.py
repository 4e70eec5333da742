"""Detection that explains itself: pure Python, no Django, the same answer for the same data whenever it is asked.

`Panel` holds the detectors of one brand and topic and is fed with closed five-minute `Bucket`s and with `Sighting`s
(mentions). What fires is a `Firing` with its numbers; `sentences.sentence` says it in Czech or English,
`explaining.context_of` adds what was being said. Which of it people are told, and when again, is decided by the
`SignalBook`. State is JSON (`state`, `restore`), its size is bounded, and `Replay` takes what comes late.
"""

from cases.monitoring.detectors.buckets import BadCount, Bucket, OutOfOrder, Sighting, bucket_of, start_of
from cases.monitoring.detectors.complaints import ComplaintCounts
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.explaining import context_of
from cases.monitoring.detectors.firings import Context, Detector, Firing, Sensitivity
from cases.monitoring.detectors.notifying import AlarmLevel, Notice, SignalBook, Why
from cases.monitoring.detectors.panel import Outcome, Panel, PanelSettings
from cases.monitoring.detectors.persisting import StateProblem, as_text, from_text
from cases.monitoring.detectors.replaying import Replay, TooLate
from cases.monitoring.detectors.sentences import sentence, surroundings, why_not
from cases.monitoring.detectors.silence import Silence
from cases.monitoring.detectors.terms import Term
from cases.monitoring.detectors.volume import Reading, Verdict, VolumeBurst, VolumeSettings

__all__ = [
    "AlarmLevel",
    "BadCount",
    "Bucket",
    "ComplaintCounts",
    "Context",
    "CoolDown",
    "Detector",
    "Firing",
    "Notice",
    "OutOfOrder",
    "Outcome",
    "Panel",
    "PanelSettings",
    "Passage",
    "Reading",
    "Replay",
    "Sensitivity",
    "Sighting",
    "SignalBook",
    "Silence",
    "StateProblem",
    "Term",
    "TooLate",
    "Verdict",
    "VolumeBurst",
    "VolumeSettings",
    "Why",
    "as_text",
    "bucket_of",
    "context_of",
    "from_text",
    "sentence",
    "start_of",
    "surroundings",
    "why_not",
]  # fmt: skip
