"""Signals: raising one, taking it over, and deciding what becomes of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.actions.clocks import SIGNAL_CODES, cancel_clocks, meet_clock, start_clocks
from cases.actions.entries import case_is_open, needed
from cases.actions.evidence import keep_with, take_along
from cases.actions.inputs import kind_of_crisis, severity_of
from cases.models import Case, ClockCode, CrisisKind, Severity, Signal, SignalOrigin
from cases.notices import tell_duty
from cases.states import SignalState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import LONGEST_TEXT, Address, Inner, Inputs, Instant, Many, Reason, Row, Text, Title
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.files.receiving import Received
from crisisdesk.core.models import Brand


def raise_signal(
    act: Act,
    brand: Brand,
    *,
    title: str,
    origin: str,
    text: str = "",
    links: Sequence[str] = (),
    kind: CrisisKind | None = None,
    severity: int | None = None,
    detected_at: datetime | None = None,
    reported_at: datetime | None = None,
    reporter: str = "",
    screenshot: Received | None = None,
) -> Signal:
    """Put a signal on the desk and start its clocks. Every way in ends here.

    Without a `severity` it is the one its kind starts from, else elevated. `reporter` is the name and contact of
    somebody without an account.
    """
    start = kind.start_severity if kind else Severity.ELEVATED
    signal = Signal(
        brand=brand,
        kind=kind,
        title=needed(title, "title", _("Say in one line what is going on"))[:200],
        text=text.strip(),
        links=[link.strip() for link in links if link.strip()],
        origin=origin,
        severity=severity or start,
        detected_at=detected_at,
        reported_at=reported_at or act.now,
    )
    if signal.zero > act.now:
        raise Invalid({"detected_at": _("This lies in the future; choose the time at which it was noticed")})
    if reporter.strip():
        signal.reporter = act.entry("name", on=brand, text=reporter.strip())
    act.save(signal)
    start_clocks(act, signal, SIGNAL_CODES)
    act.record(
        "signal.reported",
        on=signal,
        occurred_at=signal.zero,
        brand=brand.slug,
        origin=signal.origin,
        severity=int(signal.severity),
    )
    if screenshot is not None:
        keep_with(act, signal, screenshot)
    tell_duty(act, signal)
    return signal


class ReportInputs(Inputs):
    """A new signal; `severity` is provisional and follows the kind where it is left out."""

    title = Title(_("What is going on"), help=_("One line"), missing=_("Say in one line what is going on"))
    text = Text(_("More about it"), longest=LONGEST_TEXT, rows=4, required=False)
    links = Many(_("Links"), each=Address(), most=50, required=False, help=_("One on each line"))
    kind = kind_of_crisis(required=False, nullable=True)
    severity = severity_of(required=False, page=False)
    detected_at = Instant(_("First noticed"), required=False, help=_("Empty means now"))
    reporter = Text(longest=500, required=False, page=False)
    screenshot = Inner(of=Received, required=False)


@action(
    "cases.report_signal",
    needs=Capability.CONTRIBUTE,
    title=_("Report a signal"),
    creates=True,
    inputs=ReportInputs,
)
def report_signal(
    brand: Brand,
    act: Act,
    *,
    title: str,
    text: str = "",
    links: Sequence[str] = (),
    kind: CrisisKind | None = None,
    severity: int | None = None,
    detected_at: datetime | None = None,
    reporter: str = "",
    screenshot: Received | None = None,
) -> Signal:
    """Report something that may become a crisis. Its clocks start at the moment it was detected, else now.

    A `screenshot` shows it; it becomes evidence of the case that the signal is opened into.
    """
    return raise_signal(
        act,
        brand,
        title=title,
        text=text,
        links=links,
        kind=kind,
        severity=severity,
        detected_at=detected_at,
        reporter=reporter,
        screenshot=screenshot,
        origin=SignalOrigin.API if act.actor.via == "api" else SignalOrigin.REPORT,
    )


@report_signal.guard
def brand_is_active(brand: Brand, act: Act, **given: object) -> Unmet | None:
    """Nobody looks at signals of a brand that was put away."""
    return None if brand.active else Unmet("inactive", _("This brand is not active; choose another one"))


def taken_by_another(signal: Signal, act: Act, **given: object) -> Unmet | None:
    """Who was slower learns who is looking after it."""
    if signal.state == SignalState.NEW or signal.taken_by is None or act.actor.same_as(signal.taken_by_id):
        return None
    return Unmet(
        "taken",
        _("Taken over already: %(name)s") % {"name": signal.taken_by.short_name},
        {"user": str(signal.taken_by.uuid), "name": signal.taken_by.name},
    )


def standing_take_over(signal: Signal, act: Act, **given: object) -> Signal | None:
    """The signal as it is, for the person who took it over before."""
    taken = signal.state in (SignalState.TAKEN_OVER, SignalState.ATTACHED)
    return signal if taken and act.actor.same_as(signal.taken_by_id) else None


def take(act: Act, signal: Signal) -> None:
    """Note who looks after the signal from now on and stop the clock of taking over."""
    signal.taken_by, signal.taken_at = act.user, act.now
    meet_clock(act, signal, ClockCode.ACK)
    act.record("signal.taken_over", on=signal, brand=signal.brand.slug)


@action(
    "cases.take_over_signal",
    needs=Capability.LEAD,
    moves="take_over",
    repeat=standing_take_over,
    title=_("Take over"),
)
def take_over_signal(signal: Signal, act: Act) -> Signal:
    """Say “I am looking after this”. What becomes of the signal is decided afterwards."""
    take(act, signal)
    return signal


take_over_signal.guard(taken_by_another)


class DismissSignalInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why this is no crisis"))


@action("cases.dismiss_signal", needs=Capability.LEAD, moves="dismiss", title=_("Dismiss"), inputs=DismissSignalInputs)
def dismiss_signal(signal: Signal, act: Act, *, reason: str) -> Signal:
    """Put a signal aside because it is no crisis, with the reason. Its clocks stop."""
    settle(act, signal)
    cancel_clocks(act, signal)
    entry = act.entry("reason", on=signal, text=reason)
    act.record("signal.dismissed", on=signal, entry=entry, brand=signal.brand.slug)
    return signal


def _open_cases(principal: Principal, signal: Signal) -> QuerySet[Any]:
    return Case.objects.visible_to(principal).open().filter(brand=signal.brand_id).order_by("-created_at")


class ToCaseInputs(Inputs):
    """The case, by its reference."""

    case = Row(_("Case"), of=Case, by="reference", offered=_open_cases)


@action("cases.attach_signal", needs=Capability.LEAD, moves="attach", title=_("Add to a case"), inputs=ToCaseInputs)
def attach_signal(signal: Signal, act: Act, *, case: Case) -> Signal:
    """Add the signal to a case that is open already. The case has its own clocks; the signal's stop."""
    if case.brand_id != signal.brand_id:
        raise Invalid({"case": _("This case belongs to another brand")})
    if not act.actor.has(Capability.CONTRIBUTE, case):
        raise Invalid({"case": _("You do not contribute to this case; choose another one")})
    closed = case_is_open(case, act)
    if closed is not None:
        act.refuse(closed.code, closed.message)
    settle(act, signal)
    cancel_clocks(act, signal)
    signal.case = case
    take_along(act, signal, case)
    act.record("signal.attached", on=case, signal=str(signal.uuid), origin=signal.origin)
    return signal


def settle(act: Act, signal: Signal) -> None:
    """Take a signal over that nobody has looked after yet, and note when it was decided about."""
    if signal.taken_at is None:
        take(act, signal)
    signal.decided_at = act.now
