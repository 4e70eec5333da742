"""Bringing approved versions out: only here are deliveries made, only here is it said what became of them."""

from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db.models import prefetch_related_objects
from django.utils.translation import gettext_lazy as _

from cases.models import Realm
from comms.actions.inputs import PublishInputs
from comms.actions.versions import about as about_version
from comms.actions.versions import case_is_open
from comms.citing import says_nothing_wrong
from comms.models import StatementState, StatementVersion, authority_of
from comms.notices import tell_publishers
from comms.sending.clearance import parts_for
from comms.sending.models import Account, Delivery, DeliveryAttempt, DeliveryState, Operation, Outcome, RecipientState
from comms.sending.models.accounts import AccountQuerySet
from comms.sending.models.deliveries import MOST_LOOKS
from comms.states import HeldBack
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inner, Inputs, Instant, Text
from crisisdesk.core.actions.wording import edge_refused
from crisisdesk.core.errors import Invalid, NotNow, Stale, Unmet
from crisisdesk.core.models import Event

_WHOLE_ADDRESS = URLValidator(schemes=["https", "http"])

# A text scheduled for ten must not appear by itself at eleven because the desk was down: then a person decides.
LATEST = timedelta(minutes=15)


def send_out(act: Act, version: StatementVersion) -> list[Delivery]:
    """Give an approved version to its channels. The shared step of publishing, releasing and approving.

    Nothing leaves before the embargo, which is part of what was approved.
    """
    if unmet := in_the_way(version):
        raise NotNow([unmet])
    accounts = list(_open_accounts(version))
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
        **about_version(version),
    )
    _tell_what_is_not_reached(act, version, accounts)
    return deliveries


def in_the_way(version: StatementVersion) -> Unmet | None:
    """What keeps an approved version from leaving at all, whoever would send it out now."""
    if version.statement.case.realm != Realm.LIVE:
        return Unmet(HeldBack.EXERCISE, _("An exercise reaches no live channel"))
    if wrong := says_nothing_wrong(version):
        return wrong
    if not _open_accounts(version).exists():
        message = _("None of the chosen channels is open for this language; choose another one")
        return Unmet(HeldBack.NO_CHANNEL, message)
    return None


def _open_accounts(version: StatementVersion) -> AccountQuerySet:
    accounts = Account.objects.speaking(version.language)
    return accounts.filter(uuid__in=version.channels, brand=version.statement.case.brand_id)


def send_or_hold_back(act: Act, version: StatementVersion) -> None:
    """What follows an approval: the version leaves, or it stays approved and people are told what is in the way.

    Whoever decided about the text is not to undo the decision because a channel is closed.
    """
    unmet = in_the_way(version)
    if unmet is None:
        send_out(act, version)
        return
    version.held_back = HeldBack(unmet.code)
    act.save(version)
    act.record("statement.held_back", on=version, why=version.held_back, **about_version(version))
    tell_publishers(act, version, "statement.held_back", why=version.held_back)


def _tell_what_is_not_reached(act: Act, version: StatementVersion, accounts: list[Account]) -> None:
    """The text left, but not everywhere: a channel it was approved for is closed, or stopped until it is put right."""
    open_now = {account.uuid for account in accounts if account.stopped_at is None}
    if open_now >= set(version.channels):
        return
    approved_for = Account.objects.filter(uuid__in=version.channels, brand=version.statement.case.brand_id)
    missing = [account for account in approved_for if account.uuid not in open_now]
    if missing:
        act.record(
            "statement.waits_at", on=version, accounts=[account.code for account in missing], **about_version(version)
        )
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
    act.record("statement.scheduled", on=version, at=at.isoformat(), **about_version(version))
    return version


@action("comms.unschedule_statement", needs=Capability.PUBLISH, moves="unschedule", title=_("Do not publish later"))
def unschedule_statement(version: StatementVersion, act: Act) -> StatementVersion:
    """Take a scheduled version out of the calendar; it stays approved."""
    version.statement.scheduled_at = None
    act.save(version.statement)
    act.record("statement.unscheduled", on=version, **about_version(version))
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
    if too_late or publish_statement.unmet(act.actor, version) or in_the_way(version):
        act.move(version, "unschedule")
        act.save(version)
        act.record("statement.missed", on=version, **about_version(version))
        tell_publishers(act, version, "statement.missed", round_=f"{version.number} {at and at.isoformat()}")
    else:
        send_out(act, version)
    return version


for leaving_verb in (publish_statement, schedule_statement):
    leaving_verb.guard(case_is_open)
    leaving_verb.guard(not_allowed)
    leaving_verb.guard(says_nothing_wrong)


_EDGES: dict[Outcome, str] = {
    Outcome.SENT: "confirm",
    Outcome.FOUND: "confirm",
    Outcome.UNKNOWN: "lose",
    Outcome.NOT_SENT: "bury",
    Outcome.RATE_LIMITED: "bury",
    Outcome.REJECTED: "bury",
    Outcome.UNAUTHORISED: "bury",
}


class SettleInputs(Inputs):
    """What a worker found."""

    fence = Inner(of=int)
    outcome = Inner(of=Outcome)
    started_at = Inner(of=datetime)
    answer = Inner(of=str, required=False)
    remote_id = Inner(of=str, required=False)
    remote_url = Inner(of=str, required=False)


@action(
    "comms.settle_delivery",
    title=_("Note what became of a delivery"),
    by_system=True,
    inputs=SettleInputs,
)
def settle_delivery(
    delivery: Delivery,
    act: Act,
    *,
    fence: int,
    outcome: Outcome,
    started_at: datetime,
    answer: str = "",
    remote_id: str = "",
    remote_url: str = "",
) -> Delivery:
    """What came of the attempt with this fence: it is out, it is lost, or nobody knows.

    `NOT_SENT` and `RATE_LIMITED` mean here that all tries are used up.
    """
    if delivery.fence != fence or delivery.done_at or delivery.dead_at:
        act.refuse("taken_over", _("Somebody else has taken this over"))
    note_attempt(delivery, outcome, started_at, answer, remote_id)
    act.move(delivery, _EDGES[outcome])
    delivery.last_error = "" if delivery.state == DeliveryState.SENT else answer[:2000]
    if delivery.state == DeliveryState.SENT:
        delivery.remote_id, delivery.remote_url = remote_id or delivery.remote_id, remote_url or delivery.remote_url
        mark_out(act, delivery, "delivery.sent")
        return delivery
    if delivery.state == DeliveryState.DEAD:
        delivery.dead_at = act.now
        delivery.lease_until = None
    act.save(delivery)
    kind = "delivery.dead" if delivery.state == DeliveryState.DEAD else "delivery.unconfirmed"
    act.record(kind, on=delivery, outcome=outcome.value, **about(delivery))
    return delivery


def note_attempt(
    delivery: Delivery, outcome: Outcome, started_at: datetime, answer: str = "", remote_id: str = ""
) -> None:
    """The line of one attempt. The other side's words are kept as they came."""
    DeliveryAttempt.objects.create(
        delivery=delivery,
        fence=delivery.fence,
        started_at=started_at,
        ended_at=clock.now(),
        outcome=outcome,
        answer=answer[:2000].replace("\x00", ""),
        remote_id=remote_id,
    )


def mark_out(act: Act, delivery: Delivery, kind: str, **payload: Any) -> None:
    """A delivery is out: save it, record it, and tell the version when it is the first the public can read."""
    from comms.actions.statements import mark_published

    delivery.done_at = act.now
    delivery.lease_until = None
    act.save(delivery)
    act.record(kind, on=delivery, **about(delivery), **payload)
    version = delivery.version
    if delivery.operation == Operation.PUBLISH and version.published_at is None:
        mark_published(act, version)


def about(delivery: Delivery) -> dict[str, Any]:
    """What every event of a delivery carries: codes and numbers, no prose."""
    return {
        "account": delivery.account.code,
        "language": delivery.language,
        "number": delivery.version.number,
        "part": delivery.part,
        "payload_hash": delivery.payload_hash,
    }


def withdrawn(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    """What was withdrawn or replaced is not sent any more."""
    if delivery.operation == Operation.PUBLISH and delivery.version.state != StatementState.PUBLISHING:
        return Unmet("not_released", _("This text was withdrawn or replaced; it is not sent any more"))
    return None


def whole_address(url: str) -> str:
    """A whole http(s) address without spaces around it, or nothing; raises `Invalid` for anything else."""
    given = url.strip()
    if given:
        try:
            _WHOLE_ADDRESS(given)
        except ValidationError as wrong:
            raise Invalid({"url": _("Paste the whole address, starting with https://")}) from wrong
    return given


@action("comms.retry_delivery", needs=Capability.PUBLISH, moves="revive", title=_("Try again"))
def retry_delivery(delivery: Delivery, act: Act) -> Delivery:
    """Try one delivery again that was given up; the others are left alone."""
    delivery.dead_at, delivery.due_at, delivery.last_error = None, act.now, ""
    act.later(delivery)
    act.record("delivery.retried", on=delivery, **about(delivery))
    return delivery


class SentInputs(Inputs):
    """Somebody found it on the other side."""

    url = Text(_("Address of the post"), longest=1_000, required=False)


@action(
    "comms.mark_delivery_sent", needs=Capability.PUBLISH, moves="mark_sent", title=_("It is out"), inputs=SentInputs
)
def mark_delivery_sent(delivery: Delivery, act: Act, *, url: str = "") -> Delivery:
    """Somebody looked on the other side and found it there."""
    delivery.remote_url = whole_address(url) or delivery.remote_url
    delivery.recipients.filter(state=RecipientState.UNCONFIRMED).update(state=RecipientState.SENT)
    mark_out(act, delivery, "delivery.marked_sent")
    return delivery


@action("comms.send_delivery_again", needs=Capability.PUBLISH, moves="send_again", title=_("It is not there, send it"))
def send_delivery_again(delivery: Delivery, act: Act) -> Delivery:
    """Somebody looked on the other side and did not find it: send it once more."""
    delivery.recipients.filter(state=RecipientState.UNCONFIRMED).update(state=RecipientState.WAITING)
    delivery.due_at, delivery.looked, delivery.last_error = act.now, 0, ""
    act.later(delivery)
    act.record("delivery.sent_again", on=delivery, **about(delivery))
    return delivery


def still_looking(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    """While the desk still looks for it, nobody has to decide."""
    if delivery.state == DeliveryState.UNCONFIRMED and delivery.looked < MOST_LOOKS:
        return Unmet("looking", _("The desk is still finding out; wait a moment"))
    return None


for repairing_verb in (retry_delivery, send_delivery_again):
    repairing_verb.guard(withdrawn)
for answering_verb in (mark_delivery_sent, send_delivery_again):
    answering_verb.guard(still_looking)
