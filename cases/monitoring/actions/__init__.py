"""Verbs of monitoring: sources, mentions, signals out of them, reports."""

from cases.monitoring.actions.mentions import attach_mentions, push_mentions, raise_signal_from_mentions
from cases.monitoring.actions.polling import note_look
from cases.monitoring.actions.reports import (
    create_report_address,
    report_by_address,
    revoke_report_address,
    rotate_report_address,
)
from cases.monitoring.actions.sources import create_source, edit_source, pause_source, poll_now, resume_source

__all__ = [
    "attach_mentions",
    "create_report_address",
    "create_source",
    "edit_source",
    "note_look",
    "pause_source",
    "poll_now",
    "push_mentions",
    "raise_signal_from_mentions",
    "report_by_address",
    "resume_source",
    "revoke_report_address",
    "rotate_report_address",
]
