"""What can happen in an exercise: the kinds of events with the fields each may carry.

An event is a flat mapping `{"seq", "minute", "kind", …fields}`. `seq` orders the log; `minute` is the scenario minute
during which it happened, so it has its effect in the tick that ends this minute (`minute + 1`). Wall time, where a
command concerns the clock, is `wall`: seconds since the exercise began.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from training.engine.times import minutes

_SAID = frozenset({
    "strategy", "claims", "denies", "unknown", "elements", "personal_data", "names_employee",
})  # fmt: skip
_STATEMENT = _SAID | {"statement", "purpose", "channels", "key_message", "next_at", "compensation"}
_ANSWER = _SAID | {"to", "private", "copy_paste"}

# What trainees do. The names follow the verbs of the desk.
DEEDS: dict[str, frozenset[str]] = {
    "case.taken": frozenset(),
    "case.severity_set": frozenset({"level"}),
    "case.owner_set": frozenset({"role"}),
    "case.escalated": frozenset({"to"}),
    "people.told": frozenset({"who"}),
    "campaign.held": frozenset(),
    "campaign.released": frozenset(),
    "evidence.saved": frozenset({"of"}),
    "statement.submitted": _STATEMENT,
    "statement.published": _STATEMENT,
    "statement.withdrawn": frozenset({"statement"}),
    "reply.posted": _ANSWER,
    "message.answered": _ANSWER,
    "post.hidden": frozenset({"post", "announced", "copy_kept"}),
    "post.deleted": frozenset({"post", "announced", "copy_kept"}),
    "choice.made": frozenset({"decision", "option", "confidence", "rationale"}),
    "task.done": frozenset({"task"}),
    "value.rated": frozenset({"value", "kept", "by"}),
}

# Without these a deed means nothing.
NEEDED: dict[str, frozenset[str]] = {
    "case.severity_set": frozenset({"level"}),
    "case.owner_set": frozenset({"role"}),
    "case.escalated": frozenset({"to"}),
    "people.told": frozenset({"who"}),
    "statement.published": frozenset({"purpose"}),
    "statement.submitted": frozenset({"statement", "purpose"}),
    "statement.withdrawn": frozenset({"statement"}),
    "reply.posted": frozenset({"to"}),
    "message.answered": frozenset({"to"}),
    "post.hidden": frozenset({"post"}),
    "post.deleted": frozenset({"post"}),
    "choice.made": frozenset({"decision", "option"}),
    "task.done": frozenset({"task"}),
    "value.rated": frozenset({"value", "kept"}),
}

# What the facilitator does; each is an event, so a steered run replays.
COMMANDS: dict[str, frozenset[str]] = {
    "clock.paused": frozenset({"wall"}),
    "clock.resumed": frozenset({"wall"}),
    "clock.frozen": frozenset({"wall", "topic"}),
    "clock.speed": frozenset({"wall", "factor"}),
    "clock.jumped": frozenset({"wall", "to_minute"}),
    "inject.fired": frozenset({"inject"}),
    "inject.skipped": frozenset({"inject"}),
    "inject.edited": frozenset({"inject", "text", "persona", "shock"}),
    "persona.spoke": frozenset({"persona", "text", "network", "shock", "reply_to"}),
    "feed.heat": frozenset({"factor"}),
    "fact.revealed": frozenset({"fact"}),
    "note.made": frozenset({"text"}),
    "objective.rated": frozenset({"objective", "rating", "text", "anchor"}),
    "elements.confirmed": frozenset({"anchor", "elements"}),
    "run.forked": frozenset({"at", "of"}),
}

COMMAND_NEEDS: dict[str, frozenset[str]] = {
    "clock.paused": frozenset({"wall"}),
    "clock.resumed": frozenset({"wall"}),
    "clock.frozen": frozenset({"wall"}),
    "clock.speed": frozenset({"wall", "factor"}),
    "clock.jumped": frozenset({"wall", "to_minute"}),
    "inject.fired": frozenset({"inject"}),
    "inject.skipped": frozenset({"inject"}),
    "inject.edited": frozenset({"inject"}),
    "persona.spoke": frozenset({"persona", "text"}),
    "feed.heat": frozenset({"factor"}),
    "fact.revealed": frozenset({"fact"}),
    "note.made": frozenset({"text"}),
    "objective.rated": frozenset({"objective", "rating"}),
    "elements.confirmed": frozenset({"anchor", "elements"}),
    "run.forked": frozenset({"at"}),
}

KINDS = DEEDS | COMMANDS
ALL_NEEDS = NEEDED | COMMAND_NEEDS
HEAD = frozenset({"seq", "minute", "kind", "actor"})

# The stance of a text that names none, by its purpose.
STRATEGY_OF_PURPOSE = {
    "acknowledge": "concern", "update": "inform", "explain": "inform", "apology": "apology", "correction": "concern",
}  # fmt: skip


CLOCK_COMMANDS = frozenset(kind for kind in COMMANDS if kind.startswith("clock."))
# What is said: it may assert, deny and promise.
SPOKEN = frozenset({"statement.published", "reply.posted", "message.answered"})
# What may be noted after the end, when the course is fixed: only the scores read it.
AFTERWARDS = frozenset({"value.rated", "elements.confirmed", "objective.rated", "note.made"})

_TEXTS = frozenset({"actor", "kind", "statement", "purpose", "strategy", "role", "of", "post", "decision", "option",
                    "rationale", "task", "value", "by", "topic", "inject", "persona", "network", "reply_to", "fact",
                    "objective", "next_at"})  # fmt: skip
_LISTS = frozenset({"claims", "denies", "unknown", "elements", "channels", "who"})
_FLAGS = frozenset({"key_message", "compensation", "personal_data", "names_employee", "private", "copy_paste",
                    "announced", "copy_kept", "kept"})  # fmt: skip
_RANGES: dict[str, tuple[float, float]] = {
    "level": (1, 4), "confidence": (0, 1), "wall": (0, 1e9), "factor": (0.05, 20), "to_minute": (0, 100_000),
    "shock": (0, 100), "rating": (0, 5), "anchor": (0, 1e9), "at": (0, 100_000),
}  # fmt: skip
HEAT = (0.5, 2.0)


class EventRefused(ValueError):
    """The event cannot be taken into a log; `code` says why, `field` where."""

    def __init__(self, code: str, field: str = "") -> None:
        self.code, self.field = code, field
        super().__init__(f"{code}: {field}" if field else code)


def check(event: Any) -> None:
    """Refuse an event that does not have the shape of its kind. Raises EventRefused; never changes anything."""
    if not isinstance(event, dict) or not isinstance(event.get("kind"), str) or event["kind"] not in KINDS:
        raise EventRefused("unknown_kind", "kind")
    for name in ("seq", "minute"):
        if not isinstance(event.get(name), int) or isinstance(event[name], bool) or event[name] < 0:
            raise EventRefused("not_a_number", name)
    foreign, lacking = field_faults(event["kind"], set(event) - HEAD)
    if foreign or lacking:
        raise EventRefused("unknown_field" if foreign else "missing_field", sorted(foreign or lacking)[0])
    for name, value in event.items():
        if name not in ("seq", "minute") and not _fits(event["kind"], name, value):
            raise EventRefused("wrong_value", name)


def check_names(event: Any, known: Mapping[str, Container[str]], options: Mapping[str, Container[str]]) -> None:
    """Refuse an event that names what the scenario does not have. `known`: by field, what may stand there."""
    for field in known.keys() & event.keys():
        value = event[field]
        for name in value if isinstance(value, list) else [value]:
            if name not in known[field]:
                raise EventRefused("unknown_name", field)
    if event["kind"] == "choice.made" and event["option"] not in options[event["decision"]]:
        raise EventRefused("unknown_name", "option")
    if "next_at" in event:
        try:
            minutes(event["next_at"])
        except ValueError:
            raise EventRefused("wrong_value", "next_at") from None


def _fits(kind: str, name: str, value: Any) -> bool:
    if name in _LISTS or (name == "to" and isinstance(value, list)):
        return isinstance(value, list) and len(value) <= 30 and all(isinstance(one, str) for one in value)
    if name in _FLAGS:
        return isinstance(value, bool)
    if name == "text":
        texts = list(value.values()) if isinstance(value, dict) else [value]
        return all(isinstance(one, str) and len(one) <= 5000 for one in texts)
    low, high = HEAT if (kind, name) == ("feed.heat", "factor") else _RANGES.get(name, (0, 0))
    if high:
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    return isinstance(value, str) and len(value) <= 5000


def field_faults(kind: str, fields: Any) -> tuple[set[str], set[str]]:
    """The fields that do not belong to this kind, and those it lacks."""
    names = set(fields)
    return names - KINDS.get(kind, frozenset()), set(ALL_NEEDS.get(kind, frozenset()) - names)
