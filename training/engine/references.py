"""Names that lead somewhere: every id once, every mention of an id, every field of a deed, every condition whole."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Any

from training.engine.documents import Document
from training.engine.events import DEEDS, field_faults
from training.engine.faults import Fault, Path, shown

# One of these makes a condition; the others go along with it.
LEAVES = ("all", "any", "not", "event", "fact_claimed", "fact_known", "elapsed_gt", "feed_gt", "decision")
COMPANIONS = {"where": "event", "within": "event", "without": "event", "chose": "decision"}
TRIGGERS = ("at", "after", "when", "manual")

_LISTS = (
    "objectives", "values", "facts", "personas", "injects", "decisions", "consequences", "stakeholders", "colleagues",
)  # fmt: skip


class _Names:
    """The ids of a scenario by what they name."""

    def __init__(self, data: Any) -> None:
        self.of: dict[str, set[str]] = {kind: {item["id"] for item in data.get(kind, [])} for kind in _LISTS}
        self.of["roles"] = set(data["roles"])
        self.of["tasks"] = {item["id"] for item in data["rubric"]["process"]}
        self.of["audience"] = self.of["roles"] | self.of["stakeholders"]
        self.options = {item["id"]: {option["id"] for option in item["options"]} for item in data["decisions"]}


class _Checker:
    """Walks a scenario of the right shape and collects what leads nowhere."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.data = document.data
        self.names = _Names(self.data)
        self.faults: list[Fault] = []

    def fault(self, code: str, path: Path, **values: object) -> None:
        """Note one fault at the line of `path`."""
        line, column = self.document.place(path)
        self.faults.append(Fault(code, line, column, path, shown(values)))

    def named(self, kind: str, name: str, path: Path) -> None:
        """`name` has to be the id of a `kind`."""
        if name not in self.names.of[kind]:
            self.fault("unknown_name", path, what=kind, name=name, known=", ".join(sorted(self.names.of[kind])))

    def every(self, kind: str, names: list[str], path: Path) -> None:
        """Each of `names` has to be the id of a `kind`."""
        for index, name in enumerate(names):
            self.named(kind, name, (*path, index))

    # -- the parts of a scenario

    def run(self) -> list[Fault]:
        """All faults in order of lines."""
        data = self.data
        for kind in _LISTS:
            self.unique(kind, data.get(kind, []), (kind,))
        self.unique("rubric.process", data["rubric"]["process"], ("rubric", "process"))
        self.roles()
        for index, inject in enumerate(data["injects"]):
            self.inject(inject, ("injects", index))
        for index, decision in enumerate(data["decisions"]):
            self.decision(decision, ("decisions", index))
        for index, consequence in enumerate(data["consequences"]):
            self.tree(consequence["if"], ("consequences", index, "if"))
            self.effect(consequence["then"], ("consequences", index, "then"))
        self.every("audience", data["rubric"]["tell"], ("rubric", "tell"))
        for index, item in enumerate(data["rubric"]["process"]):
            self.tree(item["done"], ("rubric", "process", index, "done"))
        for run in ("reference_run", "clumsy_run"):
            for index, step in enumerate(data.get(run, [])):
                self.step(step, (run, index))
        return sorted(self.faults, key=lambda fault: fault.line)

    def unique(self, what: str, items: list[Any], path: Path) -> None:
        seen: set[str] = set()
        for index, item in enumerate(items):
            if item["id"] in seen:
                self.fault("id_twice", (*path, index, "id"), name=item["id"], what=what)
            seen.add(item["id"])

    def roles(self) -> None:
        self.named("roles", self.data["plays"], ("plays",))
        for index, colleague in enumerate(self.data.get("colleagues", [])):
            self.named("roles", colleague["role"], ("colleagues", index, "role"))

    def inject(self, inject: Any, path: Path) -> None:
        trigger = inject["trigger"]
        kinds = [key for key in TRIGGERS if key in trigger]
        if len(kinds) != 1 or ("delay" in trigger and kinds[0] not in ("after", "when")):
            self.fault("trigger_mixed", (*path, "trigger"), keys=", ".join(trigger))
        if "after" in trigger:
            self.named("injects", trigger["after"], (*path, "trigger", "after"))
        if "when" in trigger:
            self.tree(trigger["when"], (*path, "trigger", "when"))
        if "unless" in inject:
            self.tree(inject["unless"], (*path, "unless"))
        if "persona" in inject:
            self.named("personas", inject["persona"], (*path, "persona"))
        for key in ("claims", "reveals"):
            self.every("facts", inject.get(key, []), (*path, key))

    def decision(self, decision: Any, path: Path) -> None:
        self.named("injects", decision["at"], (*path, "at"))
        self.unique("options", decision["options"], (*path, "options"))
        self.option(decision["id"], decision["silence"], (*path, "silence"))
        for index, option in enumerate(decision["options"]):
            if "seen_by" in option:
                self.tree(option["seen_by"], (*path, "options", index, "seen_by"))

    def option(self, decision: str, option: str, path: Path) -> None:
        known = self.names.options.get(decision, set())
        if decision in self.names.options and option not in known:
            self.fault("unknown_name", path, what="options", name=option, known=", ".join(sorted(known)))

    def effect(self, effect: Any, path: Path) -> None:
        if "fire" in effect:
            self.named("injects", effect["fire"], (*path, "fire"))
        if "delay" in effect and "fire" not in effect:
            self.fault("tree_needs", (*path, "delay"), key="delay", needs="fire")
        self.every("facts", effect.get("reveals", []), (*path, "reveals"))

    def tree(self, tree: Any, path: Path) -> None:
        leaves = [key for key in LEAVES if key in tree]
        if len(leaves) != 1:
            self.fault("tree_mixed", path, keys=", ".join(tree))
            return
        for key, needs in COMPANIONS.items():
            if key in tree and needs not in tree:
                self.fault("tree_needs", (*path, key), key=key, needs=needs)
        leaf = leaves[0]
        value = tree[leaf]
        if leaf in ("all", "any"):
            for index, inner in enumerate(value):
                self.tree(inner, (*path, leaf, index))
        elif leaf == "not":
            self.tree(value, (*path, leaf))
        elif leaf == "event":
            self.event(tree, path)
        elif leaf in ("fact_claimed", "fact_known"):
            self.named("facts", value, (*path, leaf))
        elif leaf == "decision":
            self.named("decisions", value, (*path, leaf))
            if "chose" not in tree:
                self.fault("tree_needs", (*path, leaf), key="decision", needs="chose")
            chosen = tree.get("chose", [])
            for option in [chosen] if isinstance(chosen, str) else chosen:
                self.option(value, option, (*path, "chose"))

    def event(self, tree: Any, path: Path) -> None:
        for key in ("event", "without"):
            if key in tree and tree[key] not in DEEDS:
                near = difflib.get_close_matches(tree[key], DEEDS, n=1, cutoff=0)
                self.fault("unknown_event", (*path, key), name=tree[key], near=near[0])
        fields = DEEDS.get(tree["event"])
        for key in tree.get("where", {}):
            if fields is not None and key not in fields:
                listed = ", ".join(sorted(fields)) or "–"
                self.fault("field_not_of_deed", (*path, "where", key), field=key, deed=tree["event"], known=listed)
        if "without" in tree and "within" not in tree:
            self.fault("tree_needs", (*path, "without"), key="without", needs="within")

    def step(self, step: Any, path: Path) -> None:
        """One step of a plan: its fields belong to its deed and name what there is."""
        deed = step["do"]
        fields = set(step) - {"at", "do", "why"}
        foreign, lacking = field_faults(deed, fields)
        for name in sorted(foreign):
            known = ", ".join(sorted(DEEDS[deed])) or "–"
            self.fault("field_not_of_deed", (*path, name), field=name, deed=deed, known=known)
        for name in sorted(lacking):
            self.fault("field_of_deed_missing", path, field=name, deed=deed)
        for key in ("claims", "denies", "unknown"):
            self.every("facts", step.get(key, []), (*path, key))
        for name, key, kind in self.mentions(step):
            self.named(kind, name, (*path, key))
        if deed == "choice.made" and "option" in step and "decision" in step:
            self.option(step["decision"], step["option"], (*path, "option"))

    def mentions(self, step: Any) -> Iterator[tuple[str, str, str]]:
        """The names a step mentions: the name, its key, what it has to be the name of."""
        single = {"of": "injects", "post": "injects", "decision": "decisions", "task": "tasks", "value": "values",
                  "role": "roles"}  # fmt: skip
        for key, kind in single.items():
            if key in step:
                yield step[key], key, kind
        for name in step.get("who", []):
            yield name, "who", "audience"
        to = step.get("to", [])
        kind = "roles" if step["do"] == "case.escalated" else "injects"
        for name in [to] if isinstance(to, str) else to:
            yield name, "to", kind


def plan_faults(document: Document, scenario: Any) -> list[Fault]:
    """What in a plan of the right shape does not fit the scenario it is meant for."""
    checker = _Checker(Document(scenario))
    checker.document = document
    for index, step in enumerate(document.data["plan"]):
        checker.step(step, ("plan", index))
    return sorted(checker.faults, key=lambda fault: fault.line)


def reference_faults(document: Document) -> list[Fault]:
    """What in a scenario of the right shape names something that is not there or does not fit."""
    return _Checker(document).run()
