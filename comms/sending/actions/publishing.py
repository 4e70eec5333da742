"""Publishing: an approved version is given to its channels, now or at its time; and what follows once it is public."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from cases.actions.clocks import meet_clock, start_clock
from cases.actions.tasks import fulfil
from cases.models import ClockCode, DoneBy, Realm
from comms.actions.inputs import PublishInputs
from comms.actions.versions import (
    about,
    case_is_open,
    primary_version,
)
from comms.citing import says_nothing_wrong
from comms.models import Statement, StatementVersion, authority_of
from comms.notices import tell_publishers
from comms.sending.clearance import parts_for
from comms.sending.models import (
    Account,
    Delivery,
    Operation,
)
from comms.sending.models.accounts import AccountQuerySet
from comms.states import PUBLIC_PURPOSES, HeldBack, Purpose, StatementState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import (
    Instant,
)
from crisisdesk.core.actions.wording import edge_refused
from crisisdesk.core.errors import Invalid, NotNow, Stale, Unmet
from crisisdesk.core.models import Event

_KEEPS_PEOPLE_POSTED = frozenset({Purpose.FIRST, Purpose.UPDATE, Purpose.APOLOGY})
# A text scheduled for ten must not appear by itself at eleven because the desk was down: then a person decides.
LATEST = timedelta(minutes=15)


def send_out(act: Act, version: StatementVersion) -> list[Delivery]:
    """Give an approved version to its channels. The shared step of publishing, releasing and approving.

    Nothing leaves before the embargo, which is part of what was approved.
    """
    if unmet := in_the_way(version, act):
        raise NotNow([unmet])
    accounts = _accounts_of(version, act)
    act.move(version, "publish")
    version.held_back = ""
    act.save(version)
    prefetch_related_objects([version], "texts")  # final by now, and read for every account
    deliveries = act.all_later([row for account in accounts for row in _deliveries(act, version, account)])
    act.record(
        "statement.sent_out",
        on=version,
        payload_hash=version.payload_hash,
        accounts=[account.code for account in accounts],
        **about(version),
    )
    _tell_what_is_not_reached(act, version, accounts)
    return deliveries


def in_the_way(version: StatementVersion, act: Act) -> Unmet | None:
    """What keeps an approved version from leaving at all, whoever would send it out now."""
    if version.statement.case.realm != Realm.LIVE:
        return Unmet(HeldBack.EXERCISE, _("An exercise reaches no live channel"))
    if wrong := says_nothing_wrong(version, act):
        return wrong
    if not _accounts_of(version, act):
        message = _("None of the chosen channels is open for this language; choose another one")
        return Unmet(HeldBack.NO_CHANNEL, message)
    return None


def _accounts_of(version: StatementVersion, act: Act) -> list[Account]:
    return act.once(("accounts", version.pk), lambda: list(_open_accounts(version)))


def _open_accounts(version: StatementVersion) -> AccountQuerySet:
    accounts = Account.objects.speaking(version.language)
    return accounts.filter(uuid__in=version.channels, brand=version.statement.case.brand_id)


def send_or_hold_back(act: Act, version: StatementVersion) -> None:
    """What follows an approval: the version leaves, or it stays approved and people are told what is in the way.

    Whoever decided about the text is not to undo the decision because a channel is closed.
    """
    unmet = in_the_way(version, act)
    if unmet is None:
        send_out(act, version)
        return
    version.held_back = HeldBack(unmet.code)
    act.save(version)
    act.record("statement.held_back", on=version, why=version.held_back, **about(version))
    tell_publishers(act, version, "statement.held_back", why=version.held_back)


def _tell_what_is_not_reached(act: Act, version: StatementVersion, accounts: list[Account]) -> None:
    """The text left, but not everywhere: a channel it was approved for is closed, or stopped until it is put right."""
    open_now = {account.uuid for account in accounts if account.stopped_at is None}
    if open_now >= set(version.channels):
        return
    approved_for = Account.objects.filter(uuid__in=version.channels, brand=version.statement.case.brand_id)
    missing = [account for account in approved_for if account.uuid not in open_now]
    if missing:
        act.record("statement.waits_at", on=version, accounts=[account.code for account in missing], **about(version))
        names = {language: ", ".join(account.name_in(language) for account in missing) for language in ("cs", "en")}
        tell_publishers(act, version, "statement.not_everywhere", accounts=names)


def _deliveries(act: Act, version: StatementVersion, account: Account) -> list[Delivery]:
    return [
        Delivery(
            version=version,
            account=account,
            language=version.language,
            part=part.number,
            parts=part.of,
            by_hand=account.by_hand,
            idempotency_key=Delivery.key(version, account, part.number, Operation.PUBLISH),
            payload_hash=version.payload_hash,
            headline=part.headline,
            text=part.text,
            due_at=max(act.now, version.embargo_until or act.now),
        )
        for part in parts_for(version, account)
    ]


def read_this_text(version: StatementVersion, payload_hash: str) -> None:
    """Refuse a verb whose caller read another text than the one that would leave."""
    if payload_hash != version.payload_hash:
        raise Stale(_("The text has changed since you read it. Read it again."), current_hash=version.payload_hash)


def not_allowed(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """A text leaves only when it was approved word for word, or signed as an untouched template."""
    if not version.states.allows("publish", version.state):
        return edge_refused(version)
    if authority_of(version) is None:
        return Unmet("not_approved", _("This text is not approved as it stands"))
    return None


def _sent_out_by(version: StatementVersion, act: Act, **values: Any) -> StatementVersion | None:
    """The version if this very person gave it to the channels and it is still there."""
    if version.state != StatementState.PUBLISHING:
        return None
    mine = Event.objects.filter(
        kind="statement.sent_out", object_type="comms.statementversion", object_id=version.uuid, actor=act.actor.label
    )
    return version if mine.exists() else None


@action(
    "comms.publish_statement",
    needs=Capability.PUBLISH,
    needs_fresh=True,
    repeat=_sent_out_by,
    title=_("Publish"),
    inputs=PublishInputs,
)
def publish_statement(version: StatementVersion, act: Act, *, payload_hash: str) -> StatementVersion:
    """Give an approved version to its channels now."""
    read_this_text(version, payload_hash)
    send_out(act, version)
    return version


class ScheduleInputs(PublishInputs):
    """When it is to leave."""

    at = Instant(_("Publish at"))


@action(
    "comms.schedule_statement",
    needs=Capability.PUBLISH,
    moves="schedule",
    needs_fresh=True,
    title=_("Publish later"),
    inputs=ScheduleInputs,
)
def schedule_statement(version: StatementVersion, act: Act, *, payload_hash: str, at: datetime) -> StatementVersion:
    """Publish an approved version at a later instant. If it cannot leave then, a person decides anew."""
    read_this_text(version, payload_hash)
    if at <= act.now:
        raise Invalid({"at": _("Choose a time in the future, or publish now")})
    if version.embargo_until and at < version.embargo_until:
        raise Invalid({"at": _("The embargo ends later; choose a time after it")})
    version.statement.scheduled_at = at
    version.held_back = ""
    act.save(version.statement)
    act.record("statement.scheduled", on=version, at=at.isoformat(), **about(version))
    return version


@action("comms.unschedule_statement", needs=Capability.PUBLISH, moves="unschedule", title=_("Do not publish later"))
def unschedule_statement(version: StatementVersion, act: Act) -> StatementVersion:
    """Take a scheduled version out of the calendar; it stays approved."""
    version.statement.scheduled_at = None
    act.save(version.statement)
    act.record("statement.unscheduled", on=version, **about(version))
    return version


def _nothing_to_publish(version: StatementVersion, act: Act) -> StatementVersion | None:
    """The version itself where it was taken out of the calendar meanwhile, or put to a later time."""
    at = version.statement.scheduled_at
    due = version.state == StatementState.SCHEDULED and at is not None and at <= act.now
    return None if due else version


@action("comms.publish_scheduled", title=_("Publish what was scheduled"), repeat=_nothing_to_publish, by_system=True)
def publish_scheduled(version: StatementVersion, act: Act) -> StatementVersion:
    """At its time: give a scheduled version to its channels. What cannot leave then stays approved, and people decide.

    Whatever would keep a person from publishing it now keeps the desk from it too.
    """
    at = version.statement.scheduled_at
    too_late = at is not None and act.now - at > LATEST
    if too_late or publish_statement.unmet(act.actor, version) or in_the_way(version, act):
        act.move(version, "unschedule")
        act.save(version)
        act.record("statement.missed", on=version, **about(version))
        tell_publishers(act, version, "statement.missed", round_=f"{version.number} {at and at.isoformat()}")
    else:
        send_out(act, version)
    return version


for leaving_verb in (publish_statement, schedule_statement):
    leaving_verb.guard(case_is_open)
    leaving_verb.guard(not_allowed)
    leaving_verb.guard(says_nothing_wrong)


# --- after an approval ------------------------------------------------------------------------------------------------


def go_on(act: Act, version: StatementVersion) -> None:
    """What follows an approval: wait for the time chosen, leave at once, or stay approved until a person publishes.
    Nothing of it is refused to whoever approved: what cannot leave is told to those who can do something about it.

    A translation waits for the primary language; approved before it, it leaves together with it.
    """
    statement = version.statement
    if not version.is_primary and not _primary_is_out(version):
        return
    if statement.scheduled_at is not None and statement.scheduled_at > act.now:
        act.move(version, "schedule")
        act.save(version)
        act.record("statement.scheduled", on=version, at=statement.scheduled_at.isoformat(), **about(version))
        return
    if statement.scheduled_at is not None or not statement.publish_when_approved:
        return
    send_or_hold_back(act, version)
    if version.is_primary and _primary_is_out(version):
        for translation in statement.versions.filter(state=StatementState.APPROVED).exclude(language=version.language):
            send_or_hold_back(act, translation)


def _primary_is_out(version: StatementVersion) -> bool:
    primary = primary_version(version)
    return primary is not None and primary.state in (
        StatementState.SCHEDULED,
        StatementState.PUBLISHING,
        StatementState.CORRECTED,
    )


@publish_statement.guard
@schedule_statement.guard
def primary_is_out_first(version: StatementVersion, act: Act, **values: Any) -> Unmet | None:
    """The primary language goes out first."""
    if version.is_primary or _primary_is_out(version):
        return None
    return Unmet("primary_first", _("The text in the primary language goes out first"))


# --- after the public can read it -------------------------------------------------------------------------------------


def mark_published(act: Act, version: StatementVersion) -> None:
    """The public can read it now: note the instant, stop and start the clocks. A step of whatever brought it out."""
    if version.published_at is not None:
        return
    version.published_at = act.now
    act.save(version)
    act.record("statement.published", on=version, payload_hash=version.payload_hash, **about(version))
    statement, case = version.statement, version.statement.case
    for clock in _clocks_met(statement.purpose):
        meet_clock(act, case, clock, language=version.language)
    if version.is_primary:
        if (deed := f"statement.published:{statement.purpose}") in DoneBy.values:
            fulfil(act, case, DoneBy(deed))
        for language in statement.languages()[1:]:
            start_clock(act, case, ClockCode.EN, subject=_translation(statement, language))
        if statement.purpose in _KEEPS_PEOPLE_POSTED:
            start_clock(act, case, ClockCode.NEXT, due=version.next_update_at)
    else:
        meet_clock(act, case, ClockCode.EN, subject=_translation(statement, version.language))
    if statement.purpose == Purpose.CORRECTION and statement.supersedes is not None:
        _correct(act, statement.supersedes, version)


def _clocks_met(purpose: str) -> tuple[str, ...]:
    """What a published text answers: every public word is news, and the first one may be an apology."""
    if purpose in PUBLIC_PURPOSES:
        return (ClockCode.FIRST, ClockCode.NEXT)
    return {Purpose.STAFF: (ClockCode.STAFF,), Purpose.REPLY: (ClockCode.REPLY1,)}.get(Purpose(purpose), ())


def _translation(statement: Statement, language: str) -> str:
    return f"{statement.uuid}/{language}"


def _correct(act: Act, corrected: Statement, by: StatementVersion) -> None:
    """What was out in this language is corrected by the new text."""
    for version in corrected.versions.filter(language=by.language, state=StatementState.PUBLISHING):
        act.move(version, "correct")
        act.save(version)
        act.record("statement.corrected", on=version, by=str(by.uuid), **about(version))
