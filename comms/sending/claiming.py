"""Sending: claim one delivery, ask whether it may leave, hand it to its channel, write down what came of it.

There is one claim, under a lease with a fencing number, taken by whichever worker is first. The claiming transaction
asks for clearance and marks the row as claimed; so a row that is found claimed after its lease ran out was in the hands
of a worker that died, and is looked for on the other side before anything is sent again.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction

from comms.sending.actions.accounts import stop_account
from comms.sending.actions.deliveries import note_attempt, settle_delivery
from comms.sending.channels import Channel, ChannelError, Receipt, channel_of
from comms.sending.clearance import refusal
from comms.sending.models import Delivery, DeliveryState, Operation, Outcome
from comms.sending.models.deliveries import MOST_LOOKS
from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM
from crisisdesk.core.errors import NotNow
from crisisdesk.core.jobs.due import RETRY_AFTER, SECONDS, next_try
from crisisdesk.core.models.due import TakenOver

log = logging.getLogger(__name__)

# A channel that takes longer renews its lease (see the e-mail channel).
LEASE = timedelta(seconds=30)
# What the other side refused for now is tried once and then after each of the kernel's pauses.
MOST_TRIES = len(RETRY_AFTER) + 1
LOOK_AGAIN = timedelta(seconds=5)

WAITED_FOR = (Outcome.NOT_SENT, Outcome.RATE_LIMITED)


def send_due(*, most: int = 200) -> int:
    """Send what is due until nothing is left, `most` were handled or the time of a run is up; returns how many."""
    until = time.monotonic() + SECONDS
    for handled in range(most):
        if time.monotonic() > until:
            return handled
        attempt = claim()
        if attempt is None:
            return handled
        try:
            attempt.carry_out()
        except Exception:
            # The lease runs out and the delivery is looked at anew; the others must not wait for this one.
            log.exception("delivery %s", attempt.delivery.pk)
    return most


def claim() -> "Attempt | None":
    """Take one due delivery, or None. Clearance is asked for in the same transaction."""
    with transaction.atomic():
        rows = Delivery.claim(limit=1, lease=LEASE)
        if not rows:
            return None
        delivery = rows[0]
        refused = ""
        found_in = DeliveryState(delivery.state)
        if found_in in {DeliveryState.PENDING, DeliveryState.RETRY}:
            refused = refusal(delivery)
            if not refused:
                delivery.state = DeliveryState.CLAIMED
                delivery.held(delivery.fence).update(state=DeliveryState.CLAIMED)
        return Attempt(delivery, found_in, refused)


class Attempt:
    """One claimed delivery in the hands of this worker."""

    def __init__(self, delivery: Delivery, found_in: DeliveryState, refused: str) -> None:
        self.delivery = delivery
        self.found_in = found_in
        self.refused = refused
        self.started_at: datetime = clock.now()
        self.channel: Channel = channel_of(delivery.account)

    def carry_out(self) -> None:
        """Send or look; whatever comes of it is written down unless somebody else has taken over."""
        try:
            if self.refused == "embargo":
                self._back(DeliveryState.PENDING, self.delivery.version.embargo_until or clock.now())
            elif self.refused:
                self._settle(Outcome.UNAUTHORISED, self.refused)
            elif self.found_in in {DeliveryState.PENDING, DeliveryState.RETRY}:
                self._send()
            else:
                self._look()
        except TakenOver:
            log.info("delivery %s was taken over", self.delivery.pk)

    def _send(self) -> None:
        do = {
            Operation.PUBLISH: self.channel.publish,
            Operation.EDIT: self.channel.edit,
            Operation.DELETE: self.channel.delete,
        }[Operation(self.delivery.operation)]
        try:
            receipt = do(self.delivery)
        except TakenOver:
            raise
        except Exception as error:
            self._failed(self.channel.classify(error), error)
        else:
            self._out(Outcome.SENT, receipt)

    def _failed(self, outcome: Outcome, error: Exception) -> None:
        answer = str(error) or type(error).__name__
        if outcome in {Outcome.UNFINISHED, Outcome.ABSENT}:
            self._back(DeliveryState.PENDING, clock.now(), Outcome.UNFINISHED, answer)
        elif outcome == Outcome.AUTH:
            self._back(DeliveryState.RETRY, clock.now(), outcome, answer)
            stop_account(self.delivery.account, SYSTEM)
        elif outcome in WAITED_FOR and self._tries() < MOST_TRIES:
            pause = next_try(self._tries())
            asked = getattr(error, "wait", None) or pause
            self._back(DeliveryState.RETRY, clock.now() + max(pause, asked), outcome, answer)
        else:
            self._settle(outcome, answer)
            if outcome == Outcome.UNKNOWN and self.channel.capabilities.finds:
                self._back(DeliveryState.UNCONFIRMED, clock.now() + LOOK_AGAIN)
            elif outcome == Outcome.UNKNOWN:
                self._find()

    def _tries(self) -> int:
        """How often the other side has said "not now", this time included."""
        return self.delivery.attempts_made.filter(outcome__in=WAITED_FOR).count() + 1

    def _look(self) -> None:
        """Find out what became of an attempt without an answer."""
        if self.found_in == DeliveryState.CLAIMED:
            self._settle(Outcome.UNKNOWN, "the worker stopped")
        self._find()

    def _find(self) -> None:
        try:
            receipt = self.channel.find(self.delivery)
        except ChannelError as error:
            if error.outcome == Outcome.ABSENT:
                self._back(DeliveryState.PENDING, clock.now() + self._breath(), Outcome.ABSENT, error.detail)
            else:
                self._not_found(error.detail)
        else:
            self._out(Outcome.FOUND, receipt)

    def _breath(self) -> timedelta:
        """How long to wait before going on: hardly at all after a worker of ours died, ever longer after a server that
        takes a text and falls silent, because each try may leave another mail of which nobody knows."""
        if self.found_in == DeliveryState.CLAIMED:
            return LOOK_AGAIN
        return next_try(self.delivery.attempts_made.filter(outcome=Outcome.UNKNOWN).count())

    def _not_found(self, detail: str) -> None:
        looked = self.delivery.looked + 1 if self.channel.capabilities.finds else MOST_LOOKS
        self._back(DeliveryState.UNCONFIRMED, clock.now() + LOOK_AGAIN * looked, Outcome.UNKNOWN, detail, looked)

    def _out(self, outcome: Outcome, receipt: Receipt) -> None:
        """The name on the other side first, in a transaction of its own: whatever happens next, it is known."""
        Delivery.objects.filter(pk=self.delivery.pk).update(remote_id=receipt.remote_id, remote_url=receipt.remote_url)
        self._settle(outcome, receipt.detail, receipt)

    def _settle(self, outcome: Outcome, answer: str, receipt: Receipt | None = None) -> None:
        receipt = receipt or Receipt()
        try:
            settled = settle_delivery(
                self.delivery,
                SYSTEM,
                fence=self.delivery.fence,
                outcome=outcome,
                started_at=self.started_at,
                answer=answer,
                remote_id=receipt.remote_id,
                remote_url=receipt.remote_url,
            )
        except NotNow as refused:
            raise TakenOver from refused
        self.delivery.state = settled.state

    def _back(
        self, state: DeliveryState, at: datetime, outcome: Outcome | None = None, answer: str = "", looked: int = 0
    ) -> None:
        """Let go: the delivery waits until `at`."""
        with transaction.atomic():
            mine = self.delivery.held(self.delivery.fence).update(
                state=state, due_at=at, lease_until=None, last_error=answer[:2000], looked=looked
            )
            if not mine:
                raise TakenOver
            if outcome is not None:
                note_attempt(self.delivery, outcome, self.started_at, answer)
