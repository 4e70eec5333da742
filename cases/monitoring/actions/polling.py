"""Looking at feeds.

A look has two halves. The network half (`look_at`) reads the feed and touches no table, so no transaction waits for a
server elsewhere. The other half (`take_in`) is one transaction: the new rows, the cursor, the time of the next look,
and the signals that follow. A worker killed in between has changed nothing, and the source is due again when its
lease ends.
"""

import logging
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import Signal
from cases.monitoring import feeds, fetching, problems
from cases.monitoring.actions.raising import raise_by_itself
from cases.monitoring.actions.storing import NewMention, lag_of, store
from cases.monitoring.models import Mention, Source, SourceState
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inner, Inputs
from crisisdesk.core.jobs import due

log = logging.getLogger(__name__)

# A look takes 15 s on the network and, for the worst feeds, about as long to read.
LEASE = timedelta(minutes=2)
# A brand that was put away is not watched; whether it is back is asked this often.
AWHILE = timedelta(hours=1)
# One lost look is nothing; this many in a row are told.
TOLD_AFTER_FAILURES = 3


@dataclass(frozen=True)
class Look:
    """What looking at a feed brought: its items, what its server said for next time, or what went wrong."""

    feed: feeds.Feed = feeds.NOTHING
    validators: fetching.Validators = fetching.NOTHING_KNOWN
    problem: str = ""
    unchanged: bool = False

    @property
    def failed(self) -> bool:
        """Whether nothing could be read."""
        return bool(self.problem) and self.problem not in problems.FLAWS

    @property
    def sentence(self) -> Promise | str:
        """What went wrong and what to do about it, empty if nothing did."""
        return problems.sentence(self.problem)


def look_at(
    url: str,
    *,
    zone: str,
    known: fetching.Validators = fetching.NOTHING_KNOWN,
    seconds: float = fetching.TOTAL_SECONDS,
) -> Look:
    """Read a feed from the network. Never raises: what goes wrong is in the answer. `zone` is the brand's time zone."""
    try:
        answer = fetching.fetch(url, known=known, allowed=settings.FETCH_ALLOW_NETWORKS, seconds=seconds)
        if answer.unchanged:
            return Look(validators=answer.validators, unchanged=True)
        feed = feeds.read(answer.body, content_type=answer.content_type, url=answer.url, zone=ZoneInfo(zone))
    except fetching.FetchProblem as problem:
        log.info("feed not read: %s", problem)
        return Look(problem=problem.code)
    except Exception:
        log.exception("feed could not be read")
        return Look(problem="unexpected")
    # A flawed answer is asked for again as a whole: the next one may be complete.
    validators = fetching.NOTHING_KNOWN if feed.problem else answer.validators
    return Look(feed=feed, validators=validators, problem=feed.problem)


def find_feed(url: str, *, zone: str) -> tuple[str, Look]:
    """Look at what somebody typed in. Where it is a page that names its feed, the feed's address and that look."""
    look = look_at(url, zone=zone)
    for named in look.feed.advertised[:1]:
        second = look_at(named, zone=zone)
        if not second.failed:
            return named, second
    return url, look


def poll(state: SourceState) -> None:
    """One turn of one source: both halves. For `due.run`. What cannot be kept shows in the health of the source."""
    source = Source.objects.select_related("brand").get(pk=state.source_id)
    if not source.brand.active:
        state.retry(state.fence, clock.now() + AWHILE, "")
        return
    known = fetching.Validators(**state.cursor)
    look = look_at(source.url, zone=source.brand.time_zone, known=known)
    try:
        take_in(state, look)
    except Exception:
        log.exception("what source %s brought could not be kept", source.pk)
        take_in(state, Look(problem="unexpected"))


def take_in(state: SourceState, look: Look) -> None:
    """Keep what a look brought and set the next one. Nothing happens if a later turn or a verb has taken over."""
    with transaction.atomic():
        # The source before its state, as its verbs lock them.
        source = (
            Source.objects.select_for_update(no_key=True, of=("self",)).select_related("brand").get(pk=state.source_id)
        )
        if not state.retry(state.fence, next_look(source, state, look), str(look.problem)):
            return
        kept = keep(source, SourceState.objects.get(pk=state.pk), look)
        if kept.notable:
            note_look(source, SYSTEM, kept=kept)


def next_look(source: Source, state: SourceState, look: Look) -> datetime:
    """When to look again: at the usual interval, after failures in growing steps up to half an hour."""
    if look.failed:
        return clock.now() + due.next_try(state.failures + 1)
    return clock.now() + timedelta(minutes=source.poll_minutes)


@dataclass(frozen=True)
class Kept:
    """What became of a look: new mentions, how many were known, and whether the source began or ceased to fail."""

    arrived: list[Mention]
    known: int = 0
    first: bool = False
    problem: str = ""
    recovered: bool = False

    @property
    def notable(self) -> bool:
        """Whether there is anything to tell."""
        return bool(self.arrived or self.problem or self.recovered)


def keep(source: Source, state: SourceState, look: Look) -> Kept:
    """Store what a look brought, with cursor and health. Belongs into the caller's transaction."""
    if look.failed:
        return _keep_failure(state, look)
    arrived = store(source, map(NewMention.of_item, look.feed.items))
    kept = Kept(
        arrived,
        known=len(look.feed.items) - len(arrived),
        first=state.last_success_at is None,
        recovered=state.failures >= TOLD_AFTER_FAILURES,
    )
    state.cursor = asdict(look.validators)
    state.last_attempt_at = state.last_success_at = clock.now()
    state.failures, state.problem = 0, look.problem
    note_arrival(state, arrived)
    return kept


def _keep_failure(state: SourceState, look: Look) -> Kept:
    state.failures += 1
    state.problem = look.problem
    state.last_attempt_at = clock.now()
    # After a failure everything is read again: an answer to "what is new since" could hide what was lost with it.
    state.cursor = {}
    _save_health(state)
    return Kept([], problem=look.problem if state.failures == TOLD_AFTER_FAILURES else "")


def note_arrival(state: SourceState, arrived: list[Mention]) -> None:
    """Save the health of a source with what has just come in."""
    if arrived:
        state.last_item_at = clock.now()
        state.lag = lag_of(arrived)
    _save_health(state)


def _save_health(state: SourceState) -> None:
    # Only these columns: due date, lease and fence belong to whoever claims.
    state.save(
        update_fields=["cursor", "last_attempt_at", "last_success_at", "last_item_at", "lag", "failures", "problem"]
    )


def tell(source: Source, act: Act, kept: Kept) -> list[Signal]:
    """Record what came and raise the signals that follow from it."""
    if kept.problem:
        act.record("source.failing", on=source, problem=kept.problem)
    if kept.recovered:
        act.record("source.recovered", on=source)
    if not kept.arrived:
        return []
    act.record("mentions.received", on=source, new=len(kept.arrived), known=kept.known)
    return raise_by_itself(source, act, kept.arrived, first=kept.first)


class LookInputs(Inputs):
    """What the desk found."""

    kept = Inner(of=Kept)


@action("monitoring.note_look", title=_("Note what a look brought"), by_system=True, inputs=LookInputs)
def note_look(source: Source, act: Act, *, kept: Kept) -> list[Signal]:
    """Record what the desk found on looking at a feed: new mentions, a failure that lasts, or its end."""
    return tell(source, act, kept)
