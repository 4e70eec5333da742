"""Quick severity: three questions and the level their answers give. Without Django.

Levels run from 1 (critical) to 4 (routine). Each question stands for one level; the highest yes wins, and whoever is
not sure answers for the higher level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

GRAVEST, MILDEST = 1, 4


class Answer(StrEnum):
    """What can be answered to one of the three questions."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


def quick_severity(answers: Sequence[Answer]) -> int:
    """The level that follows from the answers to the questions of levels 1, 2 and 3, in this order.

    Raises ValueError unless there are exactly three answers.
    """
    if len(answers) != MILDEST - GRAVEST:
        raise ValueError("quick severity needs an answer to each of its three questions")
    return next(
        (level for level, answer in enumerate(answers, start=GRAVEST) if answer is not Answer.NO),
        MILDEST,
    )


@dataclass(frozen=True)
class QuickAssessment:
    """The answers to the three questions, `yes`, `no` or `unsure`.

    `severity` is another level than they give, and `sentence` then says why.
    """

    harm: str
    spreading: str
    growing: str
    sentence: str = ""
    severity: int | None = None

    @property
    def computed(self) -> int:
        """The level the answers give."""
        return quick_severity([Answer(said) for said in (self.harm, self.spreading, self.growing)])


def is_graver(level: int, than: int) -> bool:
    """Whether `level` is more serious; smaller numbers are graver."""
    return level < than
