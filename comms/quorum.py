"""Which people a text needs: stages of a policy, their conditions, whether they can be met, whether they got weaker.

Pure computation over roles and people; people are any hashable identifiers.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any, TypeVar

Person = TypeVar("Person", bound=Hashable)

# How an event names a stage for somebody who is quoted.
QUOTED = "quoted"
# What the note says of a text for which a policy asks nobody: the communications lead reads it.
FALLBACK_ROLES = ("comms_lead",)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What a policy looks at: severity 1 (gravest) to 4, code of the kind of crisis, marks of the statement, and the
    people whose words it quotes."""

    severity: int
    kind: str = ""
    tags: frozenset[str] = frozenset()
    quoted: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """When a stage is asked for; an empty set means any, an empty tag none."""

    severities: frozenset[int] = frozenset()
    kinds: frozenset[str] = frozenset()
    except_kinds: frozenset[str] = frozenset()
    tag: str = ""

    def holds(self, circumstances: Circumstances) -> bool:
        """Whether the stage is asked for under these circumstances."""
        return (
            (not self.severities or circumstances.severity in self.severities)
            and (not self.kinds or circumstances.kind in self.kinds)
            and circumstances.kind not in self.except_kinds
            and (not self.tag or self.tag in circumstances.tags)
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """`required` people out of any of the roles; stages of equal `order` run side by side.

    `minutes` without an answer let the deputy decide too, twice as many the executive; 0 never widens. The roles of an
    `informed` stage are told of the text and do not decide. A `quoted` stage names no roles: asked, it becomes one
    stage for each `person` quoted, whom nobody stands in for.
    """

    roles: tuple[str, ...]
    required: int = 1
    order: int = 1
    minutes: int = 0
    informed: bool = False
    quoted: bool = False
    person: Any = None
    when: Condition = field(default_factory=Condition)

    @property
    def code(self) -> str:
        """How an event names whom the stage asks: the roles, or `quoted`."""
        return "/".join(self.roles) or QUOTED

    def as_json(self) -> dict[str, Any]:
        """The stage as a request keeps it; conditions have been decided by then."""
        whom: dict[str, Any] = {"roles": list(self.roles)} if self.roles else {"person": str(self.person)}
        return {**whom, "required": self.required, "order": self.order, "minutes": self.minutes}

    def for_person(self, person: Any) -> "Stage":
        """The stage in which this person agrees to being quoted."""
        return replace(self, roles=(), required=1, minutes=0, person=person)


def asked(policies: Iterable[Sequence[Stage]], circumstances: Circumstances) -> list[Stage]:
    """The stages of all policies that apply, those for the same roles or person merged into the stricter one.

    A text for which no role is asked goes to the communications lead: silence of a policy is no approval, and to agree
    to being quoted is none of the text.
    """
    merged: dict[tuple[tuple[str, ...], Any], Stage] = {}
    for stage in _each(_holding(policies, circumstances), circumstances.quoted):
        roles = tuple(sorted(set(stage.roles)))
        known = merged.get((roles, stage.person))
        found = replace(stage, roles=roles, when=Condition()) if known is None else _stricter(known, stage)
        merged[roles, stage.person] = found
    if not any(stage.roles for stage in merged.values()):
        merged[FALLBACK_ROLES, None] = Stage(FALLBACK_ROLES)
    return sorted(merged.values(), key=lambda stage: stage.order)


def _each(stages: Iterable[Stage], quoted: Sequence[Any]) -> Iterator[Stage]:
    """The stages in which somebody decides, those for the people quoted once for each of them."""
    for stage in stages:
        if stage.quoted:
            yield from (stage.for_person(person) for person in quoted)
        elif not stage.informed:
            yield stage


def told(policies: Iterable[Sequence[Stage]], circumstances: Circumstances) -> list[str]:
    """The roles that get to know of a text without deciding about it; who decides need not be told."""
    policies = list(policies)
    deciding = {role for stage in asked(policies, circumstances) for role in stage.roles}
    roles = {role for stage in _holding(policies, circumstances) if stage.informed for role in stage.roles}
    return sorted(roles - deciding)


def _holding(policies: Iterable[Sequence[Stage]], circumstances: Circumstances) -> Iterator[Stage]:
    return (stage for stages in policies for stage in stages if stage.when.holds(circumstances))


def _stricter(one: Stage, other: Stage) -> Stage:
    waits = [minutes for minutes in (one.minutes, other.minutes) if minutes]
    return replace(
        one,
        required=max(one.required, other.required),
        order=min(one.order, other.order),
        minutes=min(waits, default=0),
    )


def unfilled(stages: Sequence[Stage], candidates: Mapping[int, Collection[Person]]) -> list[int]:
    """Indexes of the stages that cannot get their people, every person counting once; empty if all can be met.

    `candidates` maps a stage's index to who may decide there. Found by augmenting paths (maximum bipartite matching).
    """
    seats = [index for index, stage in enumerate(stages) for _ in range(stage.required)]
    seated: dict[Person, int] = {}

    def seat(place: int, tried: set[Person]) -> bool:
        for person in candidates.get(seats[place], ()):
            if person in tried:
                continue
            tried.add(person)
            if person not in seated or seat(seated[person], tried):
                seated[person] = place
                return True
        return False

    return sorted({seats[place] for place in range(len(seats)) if not seat(place, set())})


def weaker(old: Sequence[Stage], new: Sequence[Stage], kinds: Collection[str], tags: Collection[str]) -> bool:
    """Whether under any circumstances `new` would let through what `old` would not.

    Everybody the old stages ask for needs a place of their own among the new ones, open to no further roles: two stages
    that become one ask one person less.
    """
    return any(
        not _kept(asked([old], circumstances), asked([new], circumstances))
        for circumstances in _all_circumstances(kinds, tags)
    )


def _kept(old: Sequence[Stage], new: Sequence[Stage]) -> bool:
    """Whether each place of the old stages is matched by a different place of the new ones."""
    places = [(index, place) for index, stage in enumerate(new) for place in range(stage.required)]
    fitting = {
        wanted: [place for place in places if _no_wider(new[place[0]], stage)] for wanted, stage in enumerate(old)
    }
    return not unfilled(old, fitting)


def _no_wider(new: Stage, old: Stage) -> bool:
    """Whether whoever may decide in the new stage may decide in the old one."""
    return new.person == old.person and set(new.roles) <= set(old.roles)


def opens_sooner(old: int, new: int) -> bool:
    """Whether deputies and executives would be let in earlier: after fewer minutes, or at all (0 is never)."""
    return new > 0 and (old == 0 or new < old)


def _all_circumstances(kinds: Collection[str], tags: Collection[str]) -> Iterator[Circumstances]:
    marks = [frozenset[str](), *(frozenset([tag]) for tag in tags)]
    for severity, kind, marked, quoted in product(range(1, 5), ["", *kinds], marks, [(), ("somebody",)]):
        yield Circumstances(severity, kind, marked, quoted)
