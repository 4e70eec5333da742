"""Starting, meeting and breaking time limits."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases import clocks
from cases.clocks import Limit
from cases.models import Case, Clock, ClockCode, PolicyLimit, SeverityPolicy, Signal
from cases.querysets import ClockQuerySet
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Text
from crisisdesk.core.errors import Unmet

# Clocks a signal starts; they move to the case that is opened for it.
SIGNAL_CODES = (ClockCode.ACK, ClockCode.SEV, ClockCode.LEAD)
# Clocks the activation adds. All of these count from the moment the signal was detected.
ACTIVATION_CODES = (ClockCode.HOLD, ClockCode.REPLY1, ClockCode.FIRST, ClockCode.STAFF, ClockCode.REPORT)
_FROM_ZERO = frozenset({*SIGNAL_CODES, *ACTIVATION_CODES})
# Clocks a person may tick off with a note, because the desk itself cannot see the work they stand for.
BY_HAND = frozenset({ClockCode.HOLD, ClockCode.REPLY1, ClockCode.STAFF, ClockCode.PRESS, ClockCode.REPORT})

Parent = Case | Signal


def policy_of(parent: Parent) -> SeverityPolicy | None:
    """The policy for a signal or case: its kind's, else the standard one."""
    if parent.kind is not None and parent.kind.policy is not None:
        return parent.kind.policy
    return SeverityPolicy.objects.filter(standard=True).first()


def limits_of(parent: Parent) -> dict[str, Limit]:
    """The limits at the present severity by clock code: from the case's own copy of the policy once it has one."""
    snapshot = parent.policy_snapshot if isinstance(parent, Case) else {}
    if snapshot:
        stored = snapshot["limits"].get(str(parent.severity), {})
        return {code: Limit.from_json(limit) for code, limit in stored.items()}
    rows = PolicyLimit.objects.filter(policy=policy_of(parent), severity=parent.severity)
    return {row.code: row.as_limit() for row in rows}


def start_clock(
    act: Act,
    parent: Parent,
    code: str,
    *,
    subject: str = "",
    start: datetime | None = None,
    due: datetime | None = None,
    again: bool = False,
) -> Clock | None:
    """Start the clock of a signal or case and return it; None where the policy has no such limit.

    It counts from the time zero of the parent where the policy says so and from now otherwise. `due` sets the instant
    instead of the policy (a promise made to somebody). `subject` tells clocks of one code apart. A clock that runs
    already is returned as it is.
    """
    running = _running(parent, code, subject)
    if running is not None:
        return running
    start = start or _start(act, parent, code)
    if due is None:
        limit = limits_of(parent).get(code)
        if limit is None:
            return None
        due = clocks.due_at(start, limit, parent.zone, again=again)
    return act.later(_clock(parent, code, start, due, subject))


def start_clocks(act: Act, parent: Parent, codes: Iterable[str]) -> None:
    """Start the clocks of several codes that do not run yet, as far as the policy has limits for them."""
    limits = limits_of(parent)
    running = set(_clocks(parent).running().filter(subject="").values_list("code", flat=True))
    started = []
    for code in codes:
        if code in limits and code not in running:
            start = _start(act, parent, code)
            started.append(_clock(parent, code, start, clocks.due_at(start, limits[code], parent.zone)))
    Clock.objects.bulk_create(started)
    if any(clock.due_at <= act.now for clock in started):
        act.wake(Clock.task)


def meet_clock(
    act: Act,
    parent: Parent,
    code: str,
    subject: str = "",
    at: datetime | None = None,
    language: str = "",
) -> Clock | None:
    """Stop the running clock because what it measures has happened (`at`, else now); None where none runs.

    A text published in a `language` other than the case's primary one does not meet the clock.
    """
    if language and isinstance(parent, Case) and language != parent.primary_language:
        return None
    clock = _running(parent, code, subject)
    if clock is None:
        return None
    clock.met_at = at or act.now
    if clock.met_at > clock.due_at:
        _break(act, clock)
    return _stop(act, clock)


def cancel_clocks(act: Act, parent: Parent, codes: Iterable[str] | None = None) -> None:
    """Stop running clocks that have lost their meaning: all of them, or those of some codes."""
    running = _clocks(parent).running()
    if codes is not None:
        running = running.filter(code__in=list(codes))
    running.update(cancelled_at=act.now, done_at=act.now, lease_until=None)


def move_clocks(signal: Signal, case: Case) -> None:
    """Hand the clocks of a signal, stopped ones included, to the case opened for it."""
    signal.clocks.update(signal=None, case=case)


def retime_clocks(act: Act, case: Case, old: dict[str, Limit]) -> None:
    """Follow a new severity or policy (`old` are the limits until now): running clocks count anew from the same start.

    A passed limit stays passed, an instant that was promised stays promised, a clock without a limit from now on is
    cancelled, and on a case in course one that is new there starts.
    """
    new = limits_of(case)
    if new == old:
        return
    clocks_of_case = list(case.clocks.filter(cancelled_at=None))
    reported = any(clock.code == ClockCode.REPORT and clock.met_at for clock in clocks_of_case)
    for clock in clocks_of_case:
        again = reported and clock.code == ClockCode.REPORT
        if clock.is_running and clock.breached_at is None and _follows(clock, old, case, again=again):
            _retime(act, clock, new.get(clock.code), case, again=again)
    known = {clock.code for clock in clocks_of_case}
    wanted = (ClockCode.SEV, *(ACTIVATION_CODES if case.activated_at else ()))
    start_clocks(act, case, [code for code in wanted if code not in known])


def breach_standing(clock: Clock, act: Act) -> Clock | None:
    """The clock itself where there is nothing to break: stopped, broken before, or due later."""
    over = clock.is_running and clock.breached_at is None and clock.due_at <= act.now
    return None if over else clock


@action("cases.breach_clock", title=_("Note that a limit was passed"), repeat=breach_standing, by_system=True)
def breach_clock(clock: Clock, act: Act) -> Clock:
    """Note that the limit of a clock was passed, exactly once for each clock."""
    _break(act, clock)
    return act.save(clock)


def _hold_or_contribute(clock: Clock) -> Capability:
    return Capability.HOLD if clock.code == ClockCode.HOLD else Capability.CONTRIBUTE


class TickOffInputs(Inputs):
    """What was done."""

    note = Text(_("What was done"), longest=1_000, missing=_("Say in a sentence what was done"))


@action("cases.tick_off_clock", needs=_hold_or_contribute, title=_("Mark as done"), inputs=TickOffInputs)
def tick_off_clock(clock: Clock, act: Act, *, note: str) -> Clock:
    """Mark what a clock measures as done, with a sentence about what was done. The report's clock starts anew."""
    clock.met_at = act.now
    if clock.met_at > clock.due_at:
        _break(act, clock)
    _stop(act, clock)
    entry = act.entry("note", on=clock, text=note)
    act.record("clock.ticked_off", on=clock, entry=entry, clock=clock.code)
    if clock.code == ClockCode.REPORT and clock.case is not None:
        start_clock(act, clock.case, clock.code, start=act.now, again=True)
    return clock


@tick_off_clock.guard
def is_running(clock: Clock, act: Act, **given: object) -> Unmet | None:
    """A clock is stopped once."""
    return None if clock.is_running else Unmet("stopped", _("This clock has been stopped already"))


@tick_off_clock.guard
def is_ticked_off_by_hand(clock: Clock, act: Act, **given: object) -> Unmet | None:
    """What the desk sees for itself, nobody ticks off."""
    if clock.code in BY_HAND:
        return None
    return Unmet("measured", _("The desk stops this clock itself when it happens"))


def _start(act: Act, parent: Parent, code: str) -> datetime:
    return parent.zero if code in _FROM_ZERO else act.now


def _clock(parent: Parent, code: str, start: datetime, due: datetime, subject: str = "") -> Clock:
    clock = Clock(code=code, subject=subject, started_at=start, due_at=due, warn_at=clocks.warn_at(start, due))
    setattr(clock, "case" if isinstance(parent, Case) else "signal", parent)
    return clock


def _follows(clock: Clock, limits: dict[str, Limit], case: Case, *, again: bool) -> bool:
    """Whether the clock runs at its limit of the policy and not at an instant somebody promised."""
    limit = limits.get(clock.code)
    return limit is not None and clock.due_at == clocks.due_at(clock.started_at, limit, case.zone, again=again)


def _retime(act: Act, clock: Clock, limit: Limit | None, case: Case, *, again: bool) -> None:
    if limit is None:
        clock.cancelled_at = act.now
        _stop(act, clock)
        return
    clock.due_at = clocks.due_at(clock.started_at, limit, case.zone, again=again)
    clock.warn_at = clocks.warn_at(clock.started_at, clock.due_at)
    clock.lease_until, clock.fence = None, clock.fence + 1  # who claimed the old instant has nothing to finish
    act.later(clock)


def _clocks(parent: Parent) -> ClockQuerySet:
    return Clock.objects.filter(**{"case" if isinstance(parent, Case) else "signal": parent})


def _running(parent: Parent, code: str, subject: str) -> Clock | None:
    return _clocks(parent).running().filter(code=code, subject=subject).first()


def _break(act: Act, clock: Clock) -> None:
    if clock.breached_at is None:
        clock.breached_at = clock.due_at
        parent = clock.case or clock.signal
        act.record("clock.breached", on=parent, occurred_at=clock.due_at, clock=clock.code, clock_uuid=str(clock.uuid))


def _stop(act: Act, clock: Clock) -> Clock:
    clock.done_at, clock.lease_until = act.now, None
    return act.save(clock)
