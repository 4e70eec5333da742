"""How the permission table is written: one row for every verb and every page, one column for every persona."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.conftest import PERSONAS, World

# What a page may answer: seen, sent to sign in, refused, or as if it were not there.
SEEN, SIGN_IN, REFUSED, HIDDEN = 200, 302, 403, 404


@dataclass(frozen=True)
class VerbRow:
    """Who may carry out a verb on the object that `make(world)` builds in a state that allows it.

    `allowed` names the personas for whom capability, visibility and guards let it through; everybody else is refused.
    `fresh` says that they must have proved who they are a moment ago: signatures, and whatever gives power to accounts.
    """

    action: str
    make: Callable[[World], Any]
    allowed: frozenset[str]
    fresh: bool = False


@dataclass(frozen=True)
class PageRow:
    """What each persona gets from a page. `kwargs(world)` builds what the address needs.

    `answers` maps personas to status codes; `default` is for everybody else who is signed in, `anonymous` for nobody.
    """

    name: str
    kwargs: Callable[[World], Mapping[str, Any]] = lambda world: {}
    default: int = SEEN
    anonymous: int = SIGN_IN
    answers: Mapping[str, int] = field(default_factory=dict)

    def expected(self, persona: str) -> int:
        """The status code this persona has to get."""
        if persona in self.answers:
            return self.answers[persona]
        return self.anonymous if persona == "anonymous" else self.default


def everybody_but(*codes: str) -> frozenset[str]:
    """All personas except the given ones and strangers."""
    return frozenset(PERSONAS) - {*codes, "anonymous"}
