"""A checked scenario made ready to run: times as minutes, conditions as functions, everything by its id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from training.engine.canonical import canonical_json, sha256
from training.engine.conditions import Condition, compiled
from training.engine.times import minute_of_week, minutes

PUBLIC_KINDS = frozenset({"post", "share", "screenshot", "rumour", "review", "leak", "fake_page", "own_post",
                          "scheduled_campaign", "article", "broadcast"})  # fmt: skip
OWN_KINDS = frozenset({"own_post", "scheduled_campaign"})
ANSWER_WITHIN = 60
DECISION_WINDOW = 120
CLUSTERS = ("victim", "accidental", "preventable")


@dataclass(frozen=True)
class Inject:
    """One input of the scenario, ready to be asked; minutes everywhere."""

    data: Any
    at: int | None
    after: str | None
    when: Condition | None
    delay: int
    unless: Condition | None
    window: tuple[int, int | None]
    every: int
    times: int
    public: bool


@dataclass(frozen=True)
class Decision:
    """One question to the trainee."""

    data: Any
    at: str
    window: int
    worth: dict[str, float]
    seen_by: tuple[tuple[str, Condition], ...]


@dataclass(frozen=True, eq=False)
class Scenario:
    """A scenario of checked shape and references. `sha256` names it wherever a run is stored."""

    data: Any
    sha256: str
    length: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", minutes(self.data["clock"]["segments"][-1]["until"]))

    @classmethod
    def from_data(cls, data: Any) -> Scenario:
        """The scenario in `data`, which has passed the linter."""
        text = canonical_json(data)
        return cls(json.loads(text), sha256(data))

    @cached_property
    def start(self) -> int:
        """The minute of the week at which the case opens."""
        return minute_of_week(self.data["clock"]["start"])

    @cached_property
    def rates(self) -> list[tuple[int, float]]:
        """The planned clock: until which minute, how many scenario minutes a real minute."""
        return [(minutes(segment["until"]), float(segment["rate"])) for segment in self.data["clock"]["segments"]]

    @cached_property
    def networks(self) -> list[str]:
        """The networks of the feed in the author's order."""
        return list(self.data["feed"]["networks"])

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The facts by id."""
        return {fact["id"]: fact for fact in self.data["facts"]}

    @cached_property
    def confirmations(self) -> list[tuple[int, str]]:
        """When which fact is confirmed, in order of time."""
        return sorted((minutes(fact["confirmed_at"]), name) for name, fact in self.facts.items()
                      if fact["confirmed_at"] is not None)  # fmt: skip

    @cached_property
    def personas(self) -> dict[str, Any]:
        """The personas by id."""
        return {persona["id"]: persona for persona in self.data["personas"]}

    @cached_property
    def colleagues(self) -> list[Any]:
        """The scripted people of the other roles."""
        return [{**one, "minutes": minutes(one["answers_after"])} for one in self.data.get("colleagues", [])]

    @cached_property
    def injects(self) -> dict[str, Inject]:
        """The injects by id, in the author's order."""
        return {inject["id"]: _inject(inject) for inject in self.data["injects"]}

    @cached_property
    def decisions(self) -> dict[str, Decision]:
        """The decisions by id."""
        return {
            one["id"]: Decision(
                one, one["at"], minutes(one["window"]) if "window" in one else DECISION_WINDOW,
                {option["id"]: float(option["worth"]) for option in one["options"]},
                tuple((option["id"], compiled(option["seen_by"])) for option in one["options"] if "seen_by" in option),
            )
            for one in self.data["decisions"]
        }  # fmt: skip

    @cached_property
    def consequences(self) -> dict[str, tuple[Condition, Any]]:
        """Condition and effect of each consequence."""
        return {one["id"]: (compiled(one["if"]), one["then"]) for one in self.data["consequences"]}

    @cached_property
    def tasks(self) -> dict[str, Condition]:
        """What the procedure asks for: by which condition each item is seen to be done."""
        return {item["id"]: compiled(item["done"]) for item in self.data["rubric"]["process"]}

    @cached_property
    def crowd(self) -> dict[str, dict[bool, list[tuple[int, str]]]]:
        """By network the lines of the crowd as (index, mood), the calm ones (True) apart."""
        lines = list(enumerate(self.data.get("crowd", [])))
        found: dict[str, dict[bool, list[tuple[int, str]]]] = {}
        for network in self.networks:
            mine = [(index, one["mood"]) for index, one in lines if one.get("network", network) == network]
            calm = {is_calm: [line for line in mine if (line[1] == "calm") is is_calm] for is_calm in (True, False)}
            found[network] = calm if mine else {}
        return found

    @cached_property
    def tags(self) -> frozenset[str]:
        """The shocks the author wrote, in whose place the engine keeps still."""
        shocks = [inject["feed"].get("tag") for inject in self.data["injects"] if "feed" in inject]
        shocks += [one["then"].get("tag") for one in self.data["consequences"]]
        return frozenset(tag for tag in shocks if tag)


def _inject(data: Any) -> Inject:
    trigger, window, repeat = data["trigger"], data.get("window", {}), data.get("repeat")
    return Inject(
        data=data,
        at=minutes(trigger["at"]) if "at" in trigger else None,
        after=trigger.get("after"),
        when=compiled(trigger["when"]) if "when" in trigger else None,
        delay=minutes(trigger["delay"]) if "delay" in trigger else 0,
        unless=compiled(data["unless"]) if "unless" in data else None,
        window=(
            minutes(window["from"]) if "from" in window else 0,
            minutes(window["until"]) if "until" in window else None,
        ),
        every=minutes(repeat["every"]) if repeat else 0,
        times=repeat["times"] if repeat else 1,
        public=data["kind"] in PUBLIC_KINDS,
    )
