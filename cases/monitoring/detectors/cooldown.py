"""Escalation only: after an alarm, silence for a while unless it gets clearly worse."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from cases.monitoring.detectors.buckets import PER_HOUR
from cases.monitoring.detectors.persisting import fields_of, packed

# The middle of the 24–36 hours asked for: one alarm for one story a day, and the next working day is a new chance.
QUIET_BUCKETS = 30 * PER_HOUR
# Inside it an alarm passes with this many times the strongest evidence people were told of.
WORSE = 1.5


class Passage(StrEnum):
    """What the cool-down says to evidence above its threshold."""

    NEW = "new"
    WORSE = "worse"
    HELD = "held"


class CoolDown:
    """When the last alarm passed and with how much evidence. Time is what the data say; there is no timer.

    Compared is with what was *told*, not with everything seen since: evidence that climbs slowly passes again as soon
    as it stands 1.5 times above what people know.
    """

    KIND, VERSION = "cooldown", 1
    __slots__ = ("last", "strongest")

    def __init__(self, last: int | None = None, strongest: float = 0.0) -> None:
        self.last = last
        self.strongest = strongest

    def judge(self, number: int, evidence: float) -> Passage:
        """Whether evidence in this bucket may become an alarm; if so, remember it."""
        if self.over(number):
            self.last, self.strongest = number, float(evidence)
            return Passage.NEW
        if evidence >= WORSE * self.strongest:
            self.last, self.strongest = number, float(evidence)
            return Passage.WORSE
        return Passage.HELD

    def over(self, number: int) -> bool:
        """Whether nothing is remembered any more that could hold an alarm back."""
        return self.last is None or number - self.last > QUIET_BUCKETS

    def state(self) -> dict[str, Any]:
        """As JSON."""
        return packed(self.KIND, self.VERSION, last=self.last, strongest=self.strongest)

    @classmethod
    def restored(cls, data: Any) -> CoolDown:
        """From a stored state."""
        fields = fields_of(data, cls.KIND, cls.VERSION)
        last = fields["last"]
        return cls(None if last is None else int(last), float(fields["strongest"]))
