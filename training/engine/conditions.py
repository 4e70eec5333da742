"""Conditions of a scenario: a whitelist of leaves, turned into functions; nothing in a file is ever evaluated.

A condition is asked of a `World` (the running exercise). `timed` conditions can become true without anything having
happened; the others need to be asked only after something did.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from training.engine.times import minutes


class World(Protocol):
    """What a condition may ask."""

    minute: int

    def deeds(self, kind: str) -> Iterable[Any]:
        """What the team did of this kind, in order."""

    def knows(self, fact: str) -> bool:
        """Whether the fact is confirmed or was revealed."""

    def claimed(self, fact: str) -> bool:
        """Whether the team asserted it in public."""

    def chosen(self, decision: str) -> str | None:
        """The option taken."""

    def posted(self, last: int, network: str | None) -> int:
        """How many posts the last minutes brought."""


@dataclass(frozen=True)
class Condition:
    """A condition ready to be asked."""

    holds: Callable[[World], bool]
    timed: bool


def compiled(tree: Any) -> Condition:
    """The condition a checked tree stands for."""
    match tree:
        case {"all": parts}:
            inner = [compiled(part) for part in parts]
            return Condition(lambda world: all(one.holds(world) for one in inner), any(one.timed for one in inner))
        case {"any": parts}:
            inner = [compiled(part) for part in parts]
            return Condition(lambda world: any(one.holds(world) for one in inner), any(one.timed for one in inner))
        case {"not": part}:
            one = compiled(part)
            return Condition(lambda world: not one.holds(world), one.timed)
        case {"event": kind}:
            return _event(kind, tree)
        case {"fact_claimed": fact}:
            return Condition(lambda world: world.claimed(fact), timed=False)
        case {"fact_known": fact}:
            return Condition(lambda world: world.knows(fact), timed=False)
        case {"elapsed_gt": time}:
            limit = minutes(time)
            return Condition(lambda world: world.minute > limit, timed=True)
        case {"feed_gt": wanted}:
            posts, last, network = wanted["posts"], minutes(wanted["within"]), wanted.get("network")
            return Condition(lambda world: world.posted(last, network) > posts, timed=True)
        case {"decision": decision, "chose": chose}:
            options = {chose} if isinstance(chose, str) else set(chose)
            return Condition(lambda world: world.chosen(decision) in options, timed=False)
    raise ValueError(f"not a condition: {sorted(tree)}")


def _event(kind: str, tree: Any) -> Condition:
    where = [(name, _comparison(wanted)) for name, wanted in tree.get("where", {}).items()]
    within = minutes(tree["within"]) if "within" in tree else math.inf
    without = tree.get("without")

    def fits(deed: Any) -> bool:
        return all(compare(deed.get(name)) for name, compare in where)

    def happened(world: World) -> bool:
        return any(fits(deed) and world.minute - deed["minute"] <= within
                   for deed in world.deeds(kind))  # fmt: skip

    def alone(world: World) -> bool:
        """Something happened, its time is over, and what should have followed did not."""
        followed = [(one["minute"], one["seq"]) for one in world.deeds(without)]
        return any(
            fits(deed)
            and world.minute - deed["minute"] >= within
            and not any(deed["minute"] <= at <= deed["minute"] + within and seq > deed["seq"] for at, seq in followed)
            for deed in world.deeds(kind)
        )

    return Condition(alone if without else happened, timed=within < math.inf)


def _comparison(wanted: Any) -> Callable[[Any], bool]:
    """How a field of an event is compared; a missing field is an empty one."""
    if not isinstance(wanted, dict):
        return lambda found: wanted in found if isinstance(found, list) else (found or False) == wanted
    tests = [_test(operator, value) for operator, value in wanted.items()]
    return lambda found: all(test(found) for test in tests)


def _test(operator: str, value: Any) -> Callable[[Any], bool]:
    match operator:
        case "any":
            return lambda found: bool(set(value) & _several(found))
        case "all":
            return lambda found: set(value) <= _several(found)
        case "none":
            return lambda found: not set(value) & _several(found)
        case "lt":
            return lambda found: _size(found) < value
        case "gt":
            return lambda found: _size(found) > value
    raise ValueError(f"not a comparison: {operator!r}")


def _several(found: Any) -> set[Any]:
    if found is None:
        return set()
    return set(found) if isinstance(found, list) else {found}


def _size(found: Any) -> float:
    if isinstance(found, int | float) and not isinstance(found, bool):
        return found
    return len(found) if isinstance(found, list | str) else 0
