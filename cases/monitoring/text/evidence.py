"""One piece of evidence."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Evidence:
    """One matched term: what it says in this text and why.

    `weight` speaks for a complaint above zero, `tone` is the same without what makes it another's complaint (news,
    quotation, a question, a condition): it tells how negative the text is, whoever complains. `start` and `end`: its
    first and last token. `irony`: praise beside it may be meant the other way round.
    """

    term: str
    found: str
    topic: str
    weight: float
    tone: float
    start: int
    end: int
    rules: list[str] = field(default_factory=list)
    irony: bool = False

    def turn(self, factor: float, rule: str) -> None:
        """Multiply both weights."""
        self.weight *= factor
        self.tone *= factor
        self.rules.append(rule)

    def distance(self, factor: float, rule: str) -> None:
        """Multiply the weight only: the tone stays, the complaint is somebody else's or none."""
        self.weight *= factor
        self.rules.append(rule)
