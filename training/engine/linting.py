"""Everything the desk can say about an author's file before anybody trains with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from training.engine import documents, schemas
from training.engine.faults import Fault, Unreadable
from training.engine.references import reference_faults


@dataclass(frozen=True)
class Report:
    """What was found; `data` is the scenario when its shape and its references hold."""

    faults: list[Fault]
    data: Any = None

    @property
    def usable(self) -> bool:
        """Whether nothing worse than advice was found."""
        return all(fault.warning for fault in self.faults)


def lint(source: bytes | str) -> Report:
    """Read and check a scenario. Never raises on bad input: whatever is wrong is in the report."""
    try:
        document = documents.read(source)
    except Unreadable as error:
        return Report(error.faults)
    if faults := schemas.shape_faults(document):
        return Report(faults)
    if faults := reference_faults(document):
        return Report(faults)
    return Report([], document.data)
