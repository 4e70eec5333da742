"""Every verb of a crisis."""

from cases.actions.activation import activate_case, assess_severity
from cases.actions.calling import call_team
from cases.actions.clocks import breach_clock, tick_off_clock
from cases.actions.entries import add_decision, add_note
from cases.actions.evidence import add_evidence, change_evidence, open_evidence, remove_evidence
from cases.actions.facts import add_fact, change_fact, confirm_fact, refute_fact, retire_fact
from cases.actions.lifecycle import (
    change_case,
    close_case,
    contain_case,
    dismiss_case,
    merge_case,
    relapse_case,
    reopen_case,
    resolve_case,
    set_confidential,
    start_review,
    waive_statement,
    watch_case,
)
from cases.actions.opening import open_case, take_and_lead
from cases.actions.protocols import (
    add_step,
    change_protocol,
    change_step,
    create_protocol,
    draft_protocol,
    publish_protocol,
    remove_step,
)
from cases.actions.roles import accept_role, decline_role, end_role, lapse_offer, offer_role, withdraw_offer
from cases.actions.setup import change_kind, change_policy, create_kind, create_policy, set_level, set_limit
from cases.actions.signals import attach_signal, dismiss_signal, report_signal, take_over_signal
from cases.actions.tasks import add_task, assign_task, block_task, finish_task, skip_task, start_task

__all__ = [
    "accept_role",
    "activate_case",
    "add_decision",
    "add_evidence",
    "add_fact",
    "add_note",
    "add_step",
    "add_task",
    "assess_severity",
    "assign_task",
    "attach_signal",
    "block_task",
    "breach_clock",
    "call_team",
    "change_case",
    "change_evidence",
    "change_fact",
    "change_kind",
    "change_policy",
    "change_protocol",
    "change_step",
    "close_case",
    "confirm_fact",
    "contain_case",
    "create_kind",
    "create_policy",
    "create_protocol",
    "decline_role",
    "dismiss_case",
    "dismiss_signal",
    "draft_protocol",
    "end_role",
    "finish_task",
    "lapse_offer",
    "merge_case",
    "offer_role",
    "open_case",
    "open_evidence",
    "publish_protocol",
    "refute_fact",
    "relapse_case",
    "remove_evidence",
    "remove_step",
    "reopen_case",
    "report_signal",
    "resolve_case",
    "retire_fact",
    "set_confidential",
    "set_level",
    "set_limit",
    "skip_task",
    "start_review",
    "start_task",
    "take_and_lead",
    "take_over_signal",
    "tick_off_clock",
    "waive_statement",
    "watch_case",
    "withdraw_offer",
]
