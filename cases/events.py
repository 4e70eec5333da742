"""What can happen in a crisis, as sentences without gender: what happened first, the actor after a colon."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from cases.models.policies import ClockCode, Severity
from cases.models.protocols import DoneBy
from cases.models.signals import SignalOrigin
from crisisdesk.core.access.roles import Role
from crisisdesk.core.log.events import declare


def _label(choices: Any) -> Any:
    """The word for a code of `choices` in the reader's language; a code nobody knows any more reads as itself."""
    return lambda code: str(choices(code).label) if code in choices.values else str(code)


ROLE = {"role": _label(Role)}
CLOCK = {"clock": _label(ClockCode)}
DEED = {"deed": _label(DoneBy)}
SEVERITY = {"severity": _label(Severity), "before": _label(Severity)}

declare("signal.reported", _("Signal ({origin}): {actor}"), words={"origin": _label(SignalOrigin)})
declare("signal.taken_over", _("Taken over: {actor}"), tone="good")
declare("signal.dismissed", _("Signal dismissed: {actor}"))
declare("signal.attached", _("Signal added to the case: {actor}"), tone="step")

declare("case.opened", _("Case opened: {actor}"), tone="step")
declare("case.changed", _("Description of the case changed: {actor}"))
declare("case.made_confidential", _("Case made confidential: {actor}"), tone="step")
declare("case.opened_to_brand", _("Case no longer confidential: {actor}"), tone="step")
declare("case.severity_assessed", _("Severity set to {severity}: {actor}"), tone="step", words=SEVERITY)
declare("case.activated", _("Case activated, severity {severity}: {actor}"), tone="step", words=SEVERITY)
declare("case.watched", _("Case left to watch until {until}: {actor}"))
declare("case.dismissed", _("Case dismissed: {actor}"))
declare("case.merged", _("Case merged into {into}: {actor}"))
declare("case.absorbed", _("Another case merged into this one ({other}): {actor}"))
declare("case.statement_waived", _("Decided to make no public statement: {actor}"), tone="step")
declare("case.contained", _("Under control: {actor}"), tone="good")
declare("case.relapsed", _("The crisis broke out again: {actor}"), tone="bad")
declare("case.resolved", _("Resolved: {actor}"), tone="good")
declare("case.review_started", _("Review started: {actor}"), tone="step")
declare("case.closed", _("Closed: {actor}"), tone="good")
declare("case.reopened", _("Opened again: {actor}"), tone="bad")

declare("role.offered", _("Role offered ({role} – {user}): {actor}"), tone="step", words=ROLE)
declare("role.accepted", _("Role accepted ({role}): {actor}"), tone="good", words=ROLE)
declare("role.taken", _("Role taken on ({role}): {actor}"), tone="good", words=ROLE)
declare("role.declined", _("Role declined ({role}): {actor}"), tone="bad", words=ROLE)
declare("role.lapsed", _("No answer in time ({role} – {user}): {actor}"), tone="bad", words=ROLE)
declare("role.withdrawn", _("Offer of a role withdrawn ({role} – {user}): {actor}"), words=ROLE)
declare("role.deputy_asked", _("Deputy asked ({role} – {user}): {actor}"), tone="step", words=ROLE)
declare("role.ended", _("Role ended ({role} – {user}): {actor}"), words=ROLE)

declare("task.added", _("Task added: {actor}"))
declare("task.assigned", _("Task handed on ({user}): {actor}"))
declare("task.started", _("Task started: {actor}"))
declare("task.finished", _("Task done: {actor}"), tone="good")
declare("task.fulfilled", _("Task done ({deed}): {actor}"), tone="good", words=DEED)
declare("task.fulfilled_before", _("Task was done before ({deed} – {user}): {actor}"), tone="good", words=DEED)
declare("task.blocked", _("Task blocked: {actor}"), tone="bad")
declare("task.skipped", _("Task skipped: {actor}"))

declare("clock.breached", _("Limit passed ({clock}): {actor}"), tone="bad", words=CLOCK)
declare("clock.ticked_off", _("Marked as done ({clock}): {actor}"), tone="good", words=CLOCK)

declare("fact.added", _("Fact recorded: {actor}"))
declare("fact.changed", _("Fact changed: {actor}"))
declare("fact.confirmed", _("Fact confirmed: {actor}"), tone="good")
declare("fact.refuted", _("Fact refuted: {actor}"), tone="bad")
declare("fact.retired", _("Fact no longer relevant: {actor}"))

declare("case_evidence.added", _("Evidence no. {number} added: {actor}"), tone="step")
declare("case_evidence.changed", _("Evidence no. {number} described anew: {actor}"))
declare("case_evidence.removed", _("File of a piece of evidence removed: {actor}"))
declare("case_evidence.opened", _("Original of a file downloaded: {actor}"))
declare("signal.file_added", _("File added to the signal: {actor}"))

declare("note.added", _("Note: {actor}"))
declare("decision.added", _("Decision: {actor}"), tone="step")

declare("kind.created", _("Kind of crisis added: {actor}"))
declare("kind.changed", _("Kind of crisis changed: {actor}"))
declare("severity_policy.created", _("Severity policy added: {actor}"))
declare("severity_policy.changed", _("Severity policy changed: {actor}"))
declare("severity_policy.limit_set", _("Limit changed ({clock}, {severity}): {actor}"), words={**CLOCK, **SEVERITY})
declare("protocol.created", _("Protocol added: {actor}"))
declare("protocol.changed", _("Protocol changed: {actor}"))
declare("protocol.drafted", _("New version of a protocol started: {actor}"))
declare("protocol.published", _("Version of a protocol published: {actor}"), tone="step")
