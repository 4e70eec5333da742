"""What can happen in an exercise: the kinds of events with the fields each may carry.

An event is a flat mapping `{"seq", "minute", "kind", …fields}`. `seq` orders the log; `minute` is the scenario minute
during which it happened, so it has its effect in the tick that ends this minute (`minute + 1`). Wall time, where a
command concerns the clock, is `wall`: seconds since the exercise began.
"""

from __future__ import annotations

from typing import Any

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
    "clock.speed": frozenset({"wall", "rate"}),
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
    "clock.speed": frozenset({"wall", "rate"}),
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


def field_faults(kind: str, fields: Any) -> tuple[set[str], set[str]]:
    """The fields that do not belong to this kind, and those it lacks."""
    names = set(fields)
    return names - KINDS.get(kind, frozenset()), ALL_NEEDS.get(kind, frozenset()) - names
