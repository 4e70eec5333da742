"""Who is told how often: one open signal for each topic and story, and repetition that only escalates.

A book of the open signals of one brand and topic. It is part of the state: it goes forward by what happens (a firing,
an acknowledgement) and by closed buckets, never by a timer, so a replay tells the same at the same moments.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import IntEnum, StrEnum
from typing import Any

from cases.monitoring.detectors.buckets import PER_HOUR
from cases.monitoring.detectors.cooldown import WORSE
from cases.monitoring.detectors.firings import Detector, Firing
from cases.monitoring.detectors.persisting import fields_of, packed

# Buckets after the last notification at which an unacknowledged signal is told again: 30 min, 2 h, 6 h, 24 h.
REMINDERS = (PER_HOUR // 2, 2 * PER_HOUR, 6 * PER_HOUR, 24 * PER_HOUR)
# Without evidence for this long a signal closes by itself.
QUIET = 6 * PER_HOUR
MOST_OPEN = 500


class AlarmLevel(IntEnum):
    """How urgent an alarm is, from the agreement of its evidence; a case has a `Severity`, where 1 is the gravest."""

    NOTICE = 1
    WARNING = 2
    CRITICAL = 3


class Why(StrEnum):
    """Why people are told, or why a signal closed."""

    NEW = "new"
    WORSE = "worse"
    REMINDER = "reminder"
    CLOSED_QUIET = "closed_quiet"
    CLOSED_CROWDED = "closed_crowded"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell. `about` names the open signal within the brand and topic; the firing is what changed."""

    why: Why
    about: str
    number: int
    severity: AlarmLevel
    firing: Firing | None = None


@dataclass(slots=True)
class Open:
    """One open signal. `told` is the bucket of its first or last worsening notice, from which reminders count.

    `evidence` holds the strongest firing of each detector, `surpassed` whether one was twice its threshold.
    """

    opened: int
    heard: int
    told: int
    severity: AlarmLevel = AlarmLevel.NOTICE
    reminded: int = 0
    acknowledged: bool = False
    snoozed_until: int = 0
    firings: int = 0
    critical: bool = False
    surpassed: bool = False
    evidence: dict[str, float] = field(default_factory=dict)

    def add(self, firing: Firing) -> bool:
        """Append evidence; whether it is worth telling: clearly stronger than before, or it raises the severity."""
        self.heard = max(self.heard, firing.number)
        self.firings += 1
        strongest = self.evidence.get(firing.detector, 0.0)
        worse = 0 < strongest <= firing.evidence / WORSE
        self.evidence[firing.detector] = max(strongest, firing.evidence)
        self.critical |= bool(firing.facts.get("critical"))
        self.surpassed |= firing.evidence >= 2 * firing.threshold
        before, self.severity = self.severity, max(self.severity, self._weighed())
        return worse or self.severity > before

    def _weighed(self) -> AlarmLevel:
        """A critical term is critical. Else one point for each detector, one for reach, one for twice a threshold."""
        points = len(self.evidence) + (Detector.REACH in self.evidence) + self.surpassed
        return AlarmLevel.CRITICAL if self.critical else AlarmLevel(min(AlarmLevel.CRITICAL, points))

    def reminders_due(self, number: int) -> int:
        """How many of the reminders should have been given by now."""
        return sum(number - self.told >= after for after in REMINDERS)

    def settled(self, number: int) -> bool:
        """Whether it has been quiet long enough to close; a critical one nobody took waits for its last reminder."""
        waits = self.severity is AlarmLevel.CRITICAL and not self.acknowledged and self.reminded < len(REMINDERS)
        return number - self.heard >= QUIET and not waits


class SignalBook:
    """The open signals of one brand and topic, by what they are about: a story, a term, a source; empty for the whole.

    `linked` says that a case is open for the topic: it swallows what fires (evidence is kept, nobody is told).
    """

    KIND, VERSION = "signals", 1

    def __init__(self) -> None:
        self.open: dict[str, Open] = {}
        self.linked = False

    def take(self, firing: Firing) -> list[Notice]:
        """A detector fired: open a signal or append to the open one; tell if it is new or worse."""
        # A term or a far-reaching author in the copies of a story belongs to the signal of that story.
        about = str(firing.facts.get("story") or firing.about)
        number, signal = firing.number, self.open.get(about)
        if signal is None:
            self.open[about] = signal = Open(number, number, number)
            signal.add(firing)
            notices = self._crowded(number)
            return notices if self.linked else [*notices, Notice(Why.NEW, about, number, signal.severity, firing)]
        if not signal.add(firing) or self.linked:
            return []
        signal.told, signal.reminded, signal.acknowledged = number, 0, False
        return [Notice(Why.WORSE, about, number, signal.severity, firing)]

    def touch(self, about: str, number: int) -> None:
        """Evidence is still above its threshold, though nothing new is worth telling: it is not quiet yet."""
        if about in self.open:
            self.open[about].heard = max(number, self.open[about].heard)

    def step(self, number: int) -> list[Notice]:
        """A bucket has closed: close what has gone quiet, remind once of what nobody took over, however much is due."""
        notices = []
        for about, signal in list(self.open.items()):
            if signal.settled(number):
                del self.open[about]
                notices.append(Notice(Why.CLOSED_QUIET, about, number, signal.severity))
            elif not signal.acknowledged and number >= signal.snoozed_until and not self.linked:
                due = signal.reminders_due(number)
                if due > signal.reminded:
                    signal.reminded = due
                    notices.append(Notice(Why.REMINDER, about, number, signal.severity))
        return notices

    def acknowledge(self, about: str) -> None:
        """Somebody has taken over: no more reminders, unless it gets worse."""
        if about in self.open:
            self.open[about].acknowledged = True

    def snooze(self, about: str, until: int) -> None:
        """No reminders before this bucket; what gets worse is told all the same."""
        if about in self.open:
            self.open[about].snoozed_until = until

    def dismiss(self, about: str) -> None:
        """A false alarm: close it. The detectors' cool-downs stand, so the same evidence does not open it again."""
        self.open.pop(about, None)

    def link(self) -> None:
        """A case was opened for the topic."""
        self.linked = True

    def unlink(self) -> None:
        """The case is over: what fires from now on is told again."""
        self.linked = False

    def _crowded(self, number: int) -> list[Notice]:
        """Close the least urgent, longest quiet ones beyond what is kept open."""
        notices = []
        while len(self.open) > MOST_OPEN:
            about = min(self.open, key=lambda one: (self.open[one].severity, self.open[one].heard, one))
            notices.append(Notice(Why.CLOSED_CROWDED, about, number, self.open.pop(about).severity))
        return notices

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        signals = [[about, asdict(signal) | {"severity": int(signal.severity)}] for about, signal in self.open.items()]
        return packed(self.KIND, self.VERSION, linked=self.linked, open=signals)

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.linked = bool(fields["linked"])
        self.open = {
            str(about): Open(
                **{**signal, "severity": AlarmLevel(signal["severity"]), "evidence": dict(signal["evidence"])}
            )
            for about, signal in fields["open"]
        }
