"""A run: minute after minute, what the team does, what the scenario holds in store, and how the public answers.

`advance(scenario, effects, state, until, events)` gives a new state and what came out; it changes nothing it was given.
Order in a tick: the facilitator's commands, what the team did, triggers (until nothing moves, at most 20 rounds), the
feed, marks for the scores. An event of minute m has its effect in tick m + 1, however the minutes are cut into calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from training.engine import clock, events, feed
from training.engine.chance import uniforms
from training.engine.commands import obey
from training.engine.conditions import Condition
from training.engine.deeds import do
from training.engine.effects import Effects
from training.engine.events import EventRefused
from training.engine.mood import mood, need
from training.engine.people import answer_due, appears, heard
from training.engine.scenarios import Inject, Scenario
from training.engine.times import minutes

FORMAT = "crisisdesk.state/1"
ROUNDS = 20
MOST_EVENTS = 20_000

State = dict[str, Any]
Output = dict[str, Any]


def begin(scenario: Scenario, effects: Effects, seed: int) -> State:
    """The state before minute 0. `seed` is a whole number of up to 64 bits."""
    if not 0 <= seed < 2**64:
        raise ValueError("a seed lies between 0 and 2**64 - 1")
    return {
        "format": FORMAT, "scenario": scenario.sha256, "effects": effects.name, "seed": seed,
        "minute": -1, "seq": 0, "log": [],
        "clock": clock.fresh(),
        "injects": {
            name: {"status": "waiting", "due": max(one.at, one.window[0]) if one.at is not None else None,
                   "at": None, "times": 0, "forced": False}
            for name, one in scenario.injects.items()
        },
        "edits": {}, "facts": {}, "rumours": {}, "heard": {},
        "said": [], "position": {}, "contradictions": [], "knockouts": [],
        "decisions": {}, "consequences": {}, "tasks": {},
        "posts": {}, "personas": {}, "pending": [],
        "statements": 0, "promises": [], "spoken": [], "calm": 1.0, "cluster": scenario.data["cluster"], "held": False,
        "feed": feed.first_state(scenario),
    }  # fmt: skip


def advance(
    scenario: Scenario, effects: Effects, state: State, until: int, log: Iterable[Any] = ()
) -> tuple[State, list[Output]]:
    """Run every minute up to and with `until` (at most the scenario's length).

    `log` may be the whole log: what the state has taken in already is passed over, and what happened in minute `until`
    or later waits for the next call. Raises EventRefused for an event that is out of order or out of shape, and
    ValueError for a state of another scenario, effects file or format.
    """
    if (state["format"], state["scenario"], state["effects"]) != (FORMAT, scenario.sha256, effects.name):
        raise ValueError("this state belongs to another scenario, effects file or format")
    run = Run(scenario, effects, json.loads(json.dumps(state)))
    run.queue = _new_events(scenario, effects, state, log)
    for minute in range(state["minute"] + 1, min(until, scenario.length) + 1):
        run.tick(minute)
    return run.state, run.outputs


def replay(
    scenario: Scenario, effects: Effects, seed: int, log: Iterable[Any] = (), until: int | None = None
) -> tuple[State, list[Output]]:
    """The whole course from scenario, seed and log."""
    return advance(scenario, effects, begin(scenario, effects, seed), scenario.length if until is None else until, log)


def fork(scenario: Scenario, effects: Effects, seed: int, log: Iterable[Any], at: int) -> tuple[State, list[Any]]:
    """The state at minute `at` and the log up to there, for a run that goes on differently."""
    kept = [event for event in log if event["minute"] < at]
    return replay(scenario, effects, seed, kept, at)[0], kept


def _new_events(scenario: Scenario, effects: Effects, state: State, log: Iterable[Any]) -> list[Any]:
    """The events the state does not know yet, checked: in order of seq, minutes never falling, none in the past."""
    fresh: list[Any] = []
    known: dict[str, Any] = {
        **dict.fromkeys(("claims", "denies", "unknown", "fact"), scenario.facts),
        "strategy": effects.data["strategies"], "purpose": events.STRATEGY_OF_PURPOSE,
        "elements": {name for weights in effects.data["elements"].values() for name in weights},
        "decision": scenario.decisions, "inject": scenario.injects, "persona": scenario.personas,
        "task": scenario.tasks, "value": {one["id"] for one in scenario.data["values"]},
    }  # fmt: skip
    options = {name: decision.worth for name, decision in scenario.decisions.items()}
    seq, minute = state["seq"], state["minute"]
    for event in log:
        if isinstance(event, dict) and isinstance(event.get("seq"), int) and event["seq"] <= state["seq"]:
            continue
        events.check(event)
        events.check_names(event, known, options)
        if event["seq"] <= seq:
            raise EventRefused("out_of_order", "seq")
        if event["minute"] < minute:
            raise EventRefused("in_the_past", "minute")
        seq, minute = event["seq"], event["minute"]
        fresh.append(event)
    if len(fresh) + len(state["log"]) > MOST_EVENTS:
        raise EventRefused("too_many")
    return fresh


class Run:
    """One stretch of a run. Deeds, commands and people work through it; conditions ask it (see `conditions.World`)."""

    def __init__(self, scenario: Scenario, effects: Effects, state: State) -> None:
        self.scenario, self.effects, self.state = scenario, effects, state
        self.outputs: list[Output] = []
        self.queue: list[Any] = []
        self.minute: int = state["minute"]
        self.feed = feed.Feed(scenario, effects, state["seed"], state["feed"])
        self.by_kind: dict[str, list[Any]] = {}
        for event in state["log"]:
            self.by_kind.setdefault(event["kind"], []).append(event)
        self.confirmations = [(at, fact) for at, fact in scenario.confirmations if fact not in state["facts"]]
        self.line_chances = {name: uniforms(state["seed"], f"line:{name}") for name in scenario.networks}
        self.changed, self.unsettled = True, False
        self.mood = self._mood()
        self._note_due()

    # -- what conditions ask

    def deeds(self, kind: str) -> list[Any]:
        """What the team did of this kind."""
        return self.by_kind.get(kind, [])

    def knows(self, fact: str) -> bool:
        """Whether the fact is confirmed or was revealed."""
        return fact in self.state["facts"]

    def claimed(self, fact: str) -> bool:
        """Whether the team asserted it in public."""
        return any(one["fact"] == fact and one["how"] == "claims" for one in self.state["said"])

    def chosen(self, decision: str) -> str | None:
        """The option taken, by word, by deed or by silence."""
        option: str | None = self.state["decisions"].get(decision, {}).get("option")
        return option

    def posted(self, last: int, network: str | None) -> int:
        """Posts of the last minutes."""
        return self.feed.posted(last, network)

    # -- one minute

    def tick(self, minute: int) -> None:
        """Everything that belongs to one minute, in the order the module describes."""
        self.minute = self.state["minute"] = minute
        self._take_events()
        while self.confirmations and self.confirmations[0][0] <= minute:
            self.learn(self.confirmations.pop(0)[1], "confirmed")
        if self.changed or minute >= self.next_due or self.watching:
            self._triggers()
        if self.changed:
            self.mood = self._mood()
            self._note_due()
            self.changed = self.unsettled
        counts = self.feed.tick(minute, self.mood, self.state["statements"])
        if counts:
            self.out("crowd", counts=counts, lines=heard(self, counts))
        self._marks()

    def out(self, kind: str, **values: Any) -> None:
        """Say what came out in this minute."""
        self.outputs.append({"minute": self.minute, "kind": kind, **values})

    def _take_events(self) -> None:
        now: list[Any] = []
        while self.queue and self.queue[0]["minute"] < self.minute:
            now.append(self.queue.pop(0))
        for event in now:
            self.state["log"].append(event)
            self.by_kind.setdefault(event["kind"], []).append(event)
        for event in sorted(now, key=lambda one: (one["kind"] in events.DEEDS, one["seq"])):
            (do if event["kind"] in events.DEEDS else obey)(self, event)
            self.changed = True
        if now:
            self.state["seq"] = max(event["seq"] for event in now)

    def _mood(self) -> float:
        return mood(self.effects, self.state["spoken"], self.need(), self.state["calm"])

    def need(self) -> float:
        """What people expect of us now."""
        return need(self.effects, self.state["cluster"], history=bool(self.scenario.data.get("history")))

    def _note_due(self) -> None:
        dues = [row["due"] for row in self.state["injects"].values() if row["status"] == "waiting"]
        dues += [row["until"] for row in self.state["decisions"].values() if row.get("open") is not None
                 and row["option"] is None]  # fmt: skip
        dues += [row["due"] for row in self.state["pending"]]
        self.watching = any(condition.timed for condition in self._open_conditions())
        self.next_due = min((due for due in dues if due is not None), default=self.scenario.length + 1)

    def _open_conditions(self) -> Iterator[Condition]:
        """The conditions that have still something to bring about."""
        state, scenario = self.state, self.scenario
        for name, row in state["injects"].items():
            when = scenario.injects[name].when
            if when is not None and row["due"] is None and row["status"] == "waiting":
                yield when
        for name, row in state["decisions"].items():
            if row.get("open") is not None and row["option"] is None:
                yield from (condition for _, condition in scenario.decisions[name].seen_by)
        yield from (one[0] for name, one in scenario.consequences.items() if name not in state["consequences"])
        yield from (condition for name, condition in scenario.tasks.items() if name not in state["tasks"])

    def _marks(self) -> None:
        if self.minute == self.scenario.data["rubric"]["golden_minutes"] and not self.state["statements"]:
            self.out("mark", code="golden_window_missed")
        for promise in self.state["promises"]:
            # What was said during the promised minute is in the log one tick later.
            if promise["due"] + 1 == self.minute:
                later = [one for one in self.deeds("statement.published") if one["seq"] > promise["seq"]]
                if not later:
                    self.out("mark", code="promise_broken", seq=promise["seq"])

    # -- triggers

    def _triggers(self) -> None:
        everything = self.changed
        self.unsettled = False
        for _ in range(ROUNDS):
            moved = answer_due(self)
            moved |= self._deliver_due()
            moved |= self._ask(everything or moved)
            if not moved:
                return
            self.changed = everything = True
        self.unsettled = True  # goes on in the next minute

    def _deliver_due(self) -> bool:
        moved = False
        for name, row in self.state["injects"].items():
            if row["status"] == "waiting" and row["due"] is not None and row["due"] <= self.minute:
                self._deliver(name, self.scenario.injects[name], row)
                moved = True
        for name, row in self.state["decisions"].items():
            if row.get("open") is not None and row["option"] is None and row["until"] <= self.minute:
                self.decide(name, self.scenario.decisions[name].data["silence"], "silence", None)
                moved = True
        return moved

    def _ask(self, everything: bool) -> bool:
        """Ask the conditions that may have changed; whether one led to something."""
        state, moved = self.state, False
        for name, row in state["injects"].items():
            inject = self.scenario.injects[name]
            if row["due"] is not None or row["status"] != "waiting" or inject.when is None:
                continue
            if (everything or inject.when.timed) and inject.when.holds(self):
                row["due"] = max(self.minute + inject.delay, inject.window[0])
                moved = True
        for name, decision in self.scenario.decisions.items():
            row = state["decisions"].get(name)
            if row is not None and row.get("open") is not None and row["option"] is None:
                for option, condition in decision.seen_by:
                    if (everything or condition.timed) and condition.holds(self):
                        self.decide(name, option, "deed", None)
                        moved = True
                        break
        for name, (condition, effect) in self.scenario.consequences.items():
            if name not in state["consequences"] and (everything or condition.timed) and condition.holds(self):
                state["consequences"][name] = self.minute
                self.out("consequence", id=name)
                self._take_effect(effect, f"consequence:{name}")
                moved = True
        for name, condition in self.scenario.tasks.items():
            if name not in state["tasks"] and (everything or condition.timed) and condition.holds(self):
                state["tasks"][name] = self.minute
        return moved

    def _deliver(self, name: str, inject: Inject, row: Any) -> None:
        data = {**inject.data, **self.state["edits"].get(name, {})}
        until = inject.window[1]
        why = ""
        if not row["forced"]:
            if until is not None and self.minute > until:
                why = "window"
            elif inject.unless is not None and inject.unless.holds(self):
                why = "unless"
            elif data["kind"] == "scheduled_campaign" and self.state["held"]:
                why = "held"
        if why:
            row["status"] = "skipped"
            self.out("skipped", id=name, why=why)
            return
        late = self.minute - row["due"]
        row["times"] += 1
        row["at"] = self.minute if row["at"] is None else row["at"]
        if row["times"] < inject.times:
            row["due"] = self.minute + inject.every
        else:
            row["status"] = "delivered"
        row["forced"] = False
        self._appear(name, inject, data, late, row["times"])

    def _appear(self, name: str, inject: Inject, data: Any, late: int, times: int) -> None:
        """An inject reaches the exercise, with everything that hangs on it."""
        state = self.state
        persona = self.scenario.personas.get(data.get("persona", ""))
        network = persona["network"] if persona else None
        post = name if times == 1 else f"{name}.{times}"
        self.out("inject", id=name, post=post, inject=data["kind"], public=inject.public, persona=data.get("persona"),
                 network=network, text=data["text"], priority=bool(data.get("priority")), late=late)  # fmt: skip
        if inject.public:
            for fact in data.get("claims", []):
                state["rumours"].setdefault(fact, name)
        for fact in data.get("reveals", []):
            self.learn(fact, "revealed")
        appears(self, post, name, data, inject)
        calls = data.get("feed", {})
        tag = calls.get("tag")
        shock = calls.get("shock", 0)
        if data["kind"] == "scheduled_campaign" and "shock" not in calls:
            shock = self.effects.data["shocks"]["promo"]
        self.feed.shock(shock, network)
        self.calm(calls.get("calm", 0))
        if tag:
            self.out("tag", tag=tag, id=name)
        if "knockout" in data:
            self.knock_out(data["knockout"], f"inject:{name}")
        for other, row in state["injects"].items():
            if self.scenario.injects[other].after == name and row["status"] == "waiting" and row["due"] is None:
                one = self.scenario.injects[other]
                row["due"] = max(self.minute + one.delay, one.window[0])
        for decision in self.scenario.decisions.values():
            if decision.at == name and state["decisions"].get(decision.data["id"], {}).get("open") is None:
                self._open(decision.data["id"], decision.window)

    def _open(self, name: str, window: int) -> None:
        row = self.state["decisions"].setdefault(name, {"option": None, "by": None, "evidence": None, "at": None})
        row["open"], row["until"] = self.minute, self.minute + window
        self.out("decision", id=name, until=row["until"])
        early = row.pop("early", None)
        if early is not None:
            self.decide(name, early["option"], "choice", early["evidence"])

    def _take_effect(self, effect: Any, source: str) -> None:
        if "fire" in effect:
            row = self.state["injects"][effect["fire"]]
            if row["status"] == "waiting":
                row["due"] = self.minute + (minutes(effect["delay"]) if "delay" in effect else 0)
        self.feed.shock(effect.get("shock", 0))
        self.calm(effect.get("calm", 0))
        self.state["feed"]["severity"] *= effect.get("severity", 1)
        self.state["cluster"] = effect.get("cluster", self.state["cluster"])
        for fact in effect.get("reveals", []):
            self.learn(fact, "revealed")
        if "knockout" in effect:
            self.knock_out(effect["knockout"], source)

    # -- what deeds, commands and people bring about

    def decide(self, name: str, option: str, by: str, evidence: str | None) -> None:
        """Settle a decision; whatever settled it first stands."""
        row = self.state["decisions"].setdefault(
            name, {"open": None, "until": None, "option": None, "by": None, "evidence": None, "at": None}
        )
        if row["option"] is not None:
            return
        if row["open"] is None:
            row.setdefault("early", {"option": option, "evidence": evidence})
            return
        row.update(option=option, by=by, evidence=evidence, at=self.minute)
        self.out("decided", id=name, option=option, by=by)
        self.changed = True

    def learn(self, fact: str, how: str) -> None:
        """The team knows a fact from now on. What was said against it before is now seen to be wrong."""
        if fact in self.state["facts"]:
            return
        self.state["facts"][fact] = self.minute
        self.changed = True
        self.out("fact", id=fact, how=how)
        position = self.state["position"].get(fact)
        truth = self.scenario.facts[fact]["truth"]
        if position and truth is not None and (position["how"] == "claims") != truth:
            self.contradict(fact, [position["evidence"], f"fact:{fact}"])

    def contradict(self, fact: str, evidence: list[str]) -> None:
        """What we said does not go together, with itself or with what turned out. Once for each fact."""
        if any(one["fact"] == fact for one in self.state["contradictions"]):
            return
        self.state["contradictions"].append({"fact": fact, "minute": self.minute, "evidence": evidence})
        self.out("contradiction", fact=fact)
        if "contradict" not in self.scenario.tags:
            self.feed.shock(self.effects.data["shocks"]["contradict"])

    def knock_out(self, code: str, evidence: str) -> None:
        """Something that caps the result, once for each kind."""
        if all(one["code"] != code for one in self.state["knockouts"]):
            self.state["knockouts"].append({"code": code, "minute": self.minute, "evidence": [evidence]})
            self.out("knockout", code=code, evidence=evidence)

    def calm(self, share: float) -> None:
        """A friendly voice takes away a share of the excitement."""
        if share:
            self.state["calm"] *= 1 - share
            self.changed = True
