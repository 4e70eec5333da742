"""What makes a scenario one from which something can be learned, as far as it can be seen without running it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from training.engine import clock
from training.engine.documents import Document
from training.engine.faults import Fault, Path, shown
from training.engine.scenarios import OWN_KINDS, PUBLIC_KINDS, Scenario
from training.engine.times import minutes, offset

SHORTEST_GOLDEN_SECONDS = 300
DRILL_SECONDS = (300, 600)
REACTIONS = ("answered", "dismissed", "hidden", "deleted", "ignored")
# Media write elsewhere; everything else public needs a place where people can answer.
MEDIA_KINDS = frozenset({"article", "broadcast"})
CROWD_LINES = 6
NEVER = math.inf


class _Rules:
    """The rules over one scenario of right shape whose names all lead somewhere."""

    def __init__(self, document: Document) -> None:
        self.document, self.data = document, document.data
        self.faults: list[Fault] = []
        self.drill = self.data.get("format") == "drill"
        self.injects = {inject["id"]: inject for inject in self.data["injects"]}
        self.facts = {fact["id"]: fact for fact in self.data["facts"]}

    def fault(self, code: str, path: Path, *, advice: bool = False, **values: object) -> None:
        """Note one fault at the line of `path`."""
        line, column = self.document.place(path)
        self.faults.append(Fault(code, line, column, path, shown(values), advice))

    def run(self) -> list[Fault]:
        """All rules; first those on which the others build."""
        self.clock()
        if self.faults:
            return self.faults
        self.length = minutes(self.data["clock"]["segments"][-1]["until"])
        for rule in (
            self.rubric, self.opening, self.people, self.crowd, self.fact_ledger, self.rumours, self.objectives,
            self.decisions, self.plans, self.learning, self.reachable, self.untranslated,
        ):  # fmt: skip
            rule()
        return sorted(self.faults, key=lambda fault: fault.line)

    # -- clock and rubric

    def clock(self) -> None:
        before = 0
        for index, segment in enumerate(self.data["clock"]["segments"]):
            until = minutes(segment["until"])
            if until <= before:
                self.fault("segments_fall", ("clock", "segments", index, "until"), found=segment["until"])
            before = max(before, until)
        golden = self.data["rubric"]["golden_minutes"]
        if golden > before:
            self.fault("golden_after_end", ("rubric", "golden_minutes"), found=golden)

    def rubric(self) -> None:
        total = sum(self.data["rubric"]["weights"].values())
        if abs(total - 100) > 1e-9:
            self.fault("weights", ("rubric", "weights"), found=round(total, 6))
        rates = Scenario.from_data(self.data).rates
        golden = clock.wall_at(rates, clock.fresh(), self.data["rubric"]["golden_minutes"])
        if golden is not None and golden < SHORTEST_GOLDEN_SECONDS:
            self.fault("golden_too_short", ("rubric", "golden_minutes"), found=f"{golden / 60:.1f}")
        whole = clock.wall_at(rates, clock.fresh(), self.length) or 0
        if self.drill and not DRILL_SECONDS[0] <= whole <= DRILL_SECONDS[1]:
            self.fault("drill_length", ("clock", "segments"), advice=True, found=f"{whole / 60:.0f}")

    def opening(self) -> None:
        opens = [index for index, inject in enumerate(self.data["injects"]) if inject.get("opens_case")]
        if len(opens) != 1:
            self.fault("opening_count", ("injects",), found=len(opens))
        for index in opens:
            at = self.data["injects"][index]["trigger"].get("at")
            if at is None or minutes(at) != 0:
                self.fault("opening_time", ("injects", index, "trigger"))

    # -- people

    def people(self) -> None:
        data, feeds = self.data, set(self.data["feed"]["networks"])
        if not any(one["id"] == "staff" for one in data["stakeholders"]):
            self.fault("staff_missing", ("stakeholders",))
        if "care" not in data["roles"]:
            self.fault("care_missing", ("roles",), advice=True)
        colleagues = data.get("colleagues", [])
        if not colleagues and len(data["roles"]) > 1 and not self.drill:
            self.fault("colleagues_missing", ("roles",), advice=True)
        for index, one in enumerate(colleagues):
            if one["role"] == data["plays"]:
                self.fault("colleague_plays_trainee", ("colleagues", index, "role"), role=one["role"])
            for language in ("cs", "en"):
                if "{fact}" not in one["objects"][language]:
                    self.fault("objection_without_fact", ("colleagues", index, "objects", language))
        networks = {}
        for index, persona in enumerate(data["personas"]):
            networks[persona["id"]] = persona["network"]
            lacking = [how for how in REACTIONS if how not in persona.get("says", {})]
            if persona["network"] in feeds and lacking:
                self.fault("persona_silent", ("personas", index), name=persona["id"], lacking=", ".join(lacking))
        for index, inject in enumerate(data["injects"]):
            elsewhere = networks.get(inject.get("persona")) not in feeds
            if inject["kind"] in PUBLIC_KINDS - MEDIA_KINDS - OWN_KINDS and elsewhere:
                self.fault("public_without_network", ("injects", index), kind=inject["kind"])

    def crowd(self) -> None:
        found = len(self.data.get("crowd", []))
        if found < CROWD_LINES:
            self.fault("crowd_small", ("crowd",), advice=True, found=found, least=CROWD_LINES)

    # -- truth

    def fact_ledger(self) -> None:
        for index, fact in enumerate(self.data["facts"]):
            if (fact["truth"] is None) != (fact["confirmed_at"] is None):
                self.fault("truth_and_time", ("facts", index), name=fact["id"])
            elif fact["confirmed_at"] is not None and minutes(fact["confirmed_at"]) > self.length:
                self.fault("confirmed_after_end", ("facts", index, "confirmed_at"), name=fact["id"])

    def rumours(self) -> None:
        """Whatever untrue is spread has to be refutable, and the reference run has to refute it."""
        spread = {name for inject in self.data["injects"] if inject["kind"] in PUBLIC_KINDS
                  for name in inject.get("claims", []) if self.facts[name]["truth"] is False}  # fmt: skip
        for index, fact in enumerate(self.data["facts"]):
            if fact["id"] in spread and fact["confirmed_at"] is not None:
                known = minutes(fact["confirmed_at"])
                if not any(minutes(step["at"]) >= known for step in self.steps("denies", fact["id"])):
                    self.fault("rumour_not_refuted", ("facts", index), name=fact["id"], at=offset(known))

    def steps(self, key: str, name: str) -> Iterator[Any]:
        """The steps of the reference run that say this about a fact."""
        for step in self.data["reference_run"]:
            if name in step.get(key, []) and step["do"] != "statement.submitted":
                yield step

    def learning(self) -> None:
        """Something to be misled by, and something to tell before others do."""
        if self.drill:
            return
        if not any(inject.get("red_herring") for inject in self.data["injects"]):
            self.fault("no_red_herring", ("injects",))
        told = [fact for fact in self.data["facts"] if fact.get("disclosable") and fact["truth"] is True]
        if not any(True for fact in told for _ in self.steps("claims", fact["id"])):
            self.fault("no_disclosure", ("facts",))

    # -- what is counted

    def objectives(self) -> None:
        weights = self.data["rubric"]["weights"]
        for index, objective in enumerate(self.data["objectives"]):
            if not any(weights[name] for name in objective.get("rubric", [])):
                self.fault("objective_unlinked", ("objectives", index), name=objective["id"])

    def decisions(self) -> None:
        asked = set(_decisions_in(self.data))
        for index, decision in enumerate(self.data["decisions"]):
            if decision["id"] not in asked:
                self.fault("decision_idle", ("decisions", index), name=decision["id"])
            if max(option["worth"] for option in decision["options"]) < 1:
                self.fault("no_best_option", ("decisions", index, "options"), advice=True, name=decision["id"])

    def plans(self) -> None:
        for run in ("reference_run", "clumsy_run"):
            for index, step in enumerate(self.data.get(run, [])):
                if minutes(step["at"]) >= self.length:
                    self.fault("step_after_end", (run, index, "at"), at=step["at"])
                if "next_at" in step and minutes(step["next_at"]) <= minutes(step["at"]):
                    self.fault("promise_past", (run, index, "next_at"), at=step["next_at"])

    # -- what can happen

    def reachable(self) -> None:
        """Every inject needs a way to happen within the length; waiting for oneself is none."""
        earliest = self.earliest()
        for index, inject in enumerate(self.data["injects"]):
            when = earliest[inject["id"]]
            until = minutes(inject["window"]["until"]) if "until" in inject.get("window", {}) else self.length
            if when == NEVER:
                self.fault("inject_cycle", ("injects", index, "trigger"), name=inject["id"])
            elif when > min(until, self.length):
                self.fault("inject_unreachable", ("injects", index, "trigger"), name=inject["id"], at=offset(int(when)))

    def earliest(self) -> dict[str, float]:
        """The earliest minute at which each inject can happen, whatever the team does; `NEVER` if nothing leads there.

        Bounds only fall from round to round, and one more inject is settled in each, so the rounds are bounded.
        """
        found = dict.fromkeys(self.injects, NEVER)
        for _ in range(len(found) + 1):
            before = dict(found)
            for name, inject in self.injects.items():
                found[name] = min(found[name], self._earliest_of(inject, found))
            if found == before:
                break
        return found

    def _earliest_of(self, inject: Any, found: dict[str, float]) -> float:
        trigger = inject["trigger"]
        delay = minutes(trigger["delay"]) if "delay" in trigger else 0
        if "at" in trigger:
            when: float = minutes(trigger["at"])
        elif "after" in trigger:
            when = found[trigger["after"]] + delay
        elif "when" in trigger:
            when = self._earliest_true(trigger["when"], found) + delay
        else:
            fired = [one for one in self.data["consequences"] if one["then"].get("fire") == inject["id"]]
            when = 0 if not fired else min(
                self._earliest_true(one["if"], found) + (minutes(one["then"]["delay"]) if "delay" in one["then"] else 0)
                for one in fired
            )  # fmt: skip
        return max(when, minutes(inject["window"]["from"]) if "from" in inject.get("window", {}) else 0)

    def _earliest_true(self, tree: Any, found: dict[str, float]) -> float:
        match tree:
            case {"all": parts}:
                return max(self._earliest_true(part, found) for part in parts)
            case {"any": parts}:
                return min(self._earliest_true(part, found) for part in parts)
            case {"elapsed_gt": time}:
                return minutes(time) + 1
            case {"fact_known": name}:
                confirmed = self.facts[name]["confirmed_at"]
                ways = [found[one["id"]] for one in self.data["injects"] if name in one.get("reveals", [])]
                return min([*ways, minutes(confirmed) if confirmed is not None else NEVER])
            case {"decision": name}:
                decision = next(one for one in self.data["decisions"] if one["id"] == name)
                return found[decision["at"]]
            case {"event": _, "without": _, "within": time}:
                return minutes(time)
        return 0

    # -- language

    def untranslated(self) -> None:
        """Two languages with the same sentence are usually one language."""
        for path, text in _texts(self.data, ()):
            if text["cs"] == text["en"] and len(text["cs"].split()) > 2:
                self.fault("untranslated", path, advice=True, text=text["cs"])


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict):
        if set(value) == {"cs", "en"}:
            yield path, value
            return
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _decisions_in(data: Any) -> Iterator[str]:
    """Every decision that a condition of an inject or a consequence asks about."""

    def within(tree: Any) -> Iterator[str]:
        if isinstance(tree, dict):
            if isinstance(tree.get("decision"), str):
                yield tree["decision"]
            for inner in tree.values():
                yield from within(inner)
        elif isinstance(tree, list):
            for inner in tree:
                yield from within(inner)

    for inject in data["injects"]:
        yield from within([inject["trigger"].get("when"), inject.get("unless")])
    for one in data["consequences"]:
        yield from within(one["if"])


def rule_faults(document: Document) -> list[Fault]:
    """What the rules find."""
    return _Rules(document).run()
