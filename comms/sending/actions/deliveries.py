"""Deliveries: what became of a version on each channel, and what people do where that is not clear."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from comms.models import StatementState
from comms.sending.actions.publishing import mark_published
from comms.sending.models import Delivery, DeliveryAttempt, DeliveryState, Operation, Outcome, RecipientState
from comms.sending.models.deliveries import MOST_LOOKS
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inner, Inputs, Text
from crisisdesk.core.errors import Invalid, Unmet

_WHOLE_ADDRESS = URLValidator(schemes=["https", "http"])

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
