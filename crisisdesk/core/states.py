"""Tables of edges: which verb leads from which states to which."""

from collections.abc import Iterable, Mapping

from django.db import models

Edges = Mapping[str, tuple[Iterable[str], str]]


class States:
    """The edges of one state machine, checked when the module is imported.

    `edges` maps the name of an edge to `(source states, target state)`. `start` lists the states in which a row may
    be born. A state that can be neither born nor reached, and an edge that names an unknown state, are mistakes of
    the programmer and raise at import.
    """

    def __init__(self, choices: type[models.TextChoices], *, start: Iterable[str], edges: Edges) -> None:
        self.choices = choices
        self.start = frozenset(start)
        self.edges = {name: (frozenset(sources), target) for name, (sources, target) in edges.items()}
        self._validate()

    def _validate(self) -> None:
        known = set(self.choices.values)
        reached = set(self.start)
        for name, (sources, target) in self.edges.items():
            unknown = ({target} | sources) - known
            if unknown:
                raise ValueError(f"{self.choices.__name__}: edge {name!r} names unknown states {sorted(unknown)}")
            reached.add(target)
        if not self.start <= known:
            raise ValueError(f"{self.choices.__name__}: unknown start states {sorted(self.start - known)}")
        if reached != known:
            raise ValueError(f"{self.choices.__name__}: states nothing leads to {sorted(known - reached)}")

    def sources(self, edge: str) -> frozenset[str]:
        """States from which the edge leads."""
        return self.edges[edge][0]

    def target(self, edge: str) -> str:
        """State to which the edge leads."""
        return self.edges[edge][1]

    def allows(self, edge: str, state: str) -> bool:
        """Whether the edge leads away from `state`."""
        return state in self.edges[edge][0]

    def label(self, state: str) -> str:
        """The word people read for a state."""
        return str(self.choices(state).label)
