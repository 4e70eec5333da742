"""Deliveries: one row for each text, account, language and part, and a line for each attempt."""

import hashlib
from collections.abc import Iterable
from typing import ClassVar, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from comms.models.statements import StatementVersion
from comms.sending.models.accounts import Account
from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models import DeskModel, Due, Entry
from crisisdesk.core.states import States


class DeliveryState(models.TextChoices):
    """`pending` also holds what waits for a person's hand; `unconfirmed` is never sent again by itself."""

    PENDING = "pending", _("waiting")
    CLAIMED = "claimed", _("being sent")
    SENT = "sent", _("sent")
    RETRY = "retry", _("will be tried again")
    DEAD = "dead", _("not sent")
    UNCONFIRMED = "unconfirmed", _("not known whether it arrived")


class Operation(models.TextChoices):
    """What is done on the other side."""

    PUBLISH = "publish", _("publish")
    EDIT = "edit", _("change")
    DELETE = "delete", _("delete")


class Stopped(models.TextChoices):
    """Why the desk itself did not let a delivery go on. What else stands in `last_error` are the other side's words."""

    WITHDRAWN = "withdrawn", _("stopped, the statement was withdrawn")
    NOT_WITHDRAWN = "not_withdrawn", _("not deleted, the statement is not withdrawn")
    NOT_RELEASED = "not_released", _("not sent, the statement is not released")
    EXERCISE = "exercise", _("not sent, an exercise reaches no live channel")
    NOT_APPROVED = "not_approved", _("not sent, nobody approved this text as it stands")
    CHANNEL = "channel", _("not sent, this channel or language was not approved")
    OTHER_TEXT = "other_text", _("not sent, the text is not the one that was approved")
    WRONG = "wrong", _("not sent, what the text says of a fact turned out wrong")


# How often an attempt without an answer is looked for before a person has to decide.
MOST_LOOKS = 3

_S = DeliveryState

DELIVERY_STATES = States(
    DeliveryState,
    start=[_S.PENDING],
    edges={
        "claim": ([_S.PENDING, _S.RETRY], _S.CLAIMED),
        "confirm": ([_S.CLAIMED, _S.UNCONFIRMED], _S.SENT),
        "wait": ([_S.CLAIMED], _S.RETRY),
        "lose": ([_S.CLAIMED], _S.UNCONFIRMED),
        "again": ([_S.CLAIMED, _S.UNCONFIRMED], _S.PENDING),
        "bury": ([_S.PENDING, _S.RETRY, _S.CLAIMED, _S.UNCONFIRMED], _S.DEAD),
        "revive": ([_S.DEAD], _S.PENDING),
        "tick": ([_S.PENDING], _S.SENT),
        "untick": ([_S.SENT], _S.PENDING),
        "mark_sent": ([_S.UNCONFIRMED], _S.SENT),
        "send_again": ([_S.UNCONFIRMED], _S.PENDING),
    },
)


class DeliveryQuerySet(DeskQuerySet):
    """Deliveries and what waits in them."""

    def stuck(self) -> "DeliveryQuerySet":
        """What does not go on by itself: not sent, sent nobody knows whether, or waiting at a stopped channel."""
        undecided = Q(state=DeliveryState.UNCONFIRMED, looked__gte=MOST_LOOKS)
        waiting = Q(state__in=[DeliveryState.PENDING, DeliveryState.RETRY], account__stopped_at__isnull=False)
        return self.filter(undecided | waiting | Q(state=DeliveryState.DEAD) & ~Q(last_error=Stopped.WITHDRAWN))

    def for_people(self) -> "DeliveryQuerySet":
        """What waits for somebody to post it."""
        return self.filter(by_hand=True, state=DeliveryState.PENDING)

    def account_names(self, uuids: Iterable[UUID]) -> dict[UUID, dict[str, str]]:
        """How the course calls the accounts of these deliveries, in the reader's language."""
        rows = self.filter(uuid__in=uuids).select_related("account")
        return {row.uuid: {"account": row.account.name} for row in rows}


class Delivery(DeskModel, Due):
    """One text on its way to one account. Nothing else decides whether something was sent.

    `payload_hash` is the version's (the database refuses another one); `headline` and `text` are what the channel
    gets, derived from the approved texts when the row is made. `looked` counts the tries to find out what became of
    an attempt without an answer.
    """

    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="deliveries")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="deliveries")
    language = models.CharField(max_length=3)
    part = models.PositiveSmallIntegerField(default=1)
    parts = models.PositiveSmallIntegerField(default=1)
    operation = models.CharField(max_length=8, choices=Operation, default=Operation.PUBLISH)
    of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by")
    by_hand = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=12, choices=DeliveryState, default=DeliveryState.PENDING)
    idempotency_key = models.CharField(max_length=64, unique=True, editable=False)
    payload_hash = models.CharField(max_length=64)
    headline = models.TextField(blank=True)
    text = models.TextField()
    remote_id = models.CharField(max_length=300, blank=True)
    remote_url = models.CharField(max_length=1000, blank=True)
    looked = models.PositiveSmallIntegerField(default=0)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    differs = models.BooleanField(default=False)

    objects = DeliveryQuerySet.as_manager()
    scope_path: ClassVar[str] = "version__statement__case"
    task: ClassVar[str] = "comms.send_due"
    states: ClassVar[States | None] = DELIVERY_STATES

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("account__position", "account_id", "language", "part", "operation")
        indexes = (
            models.Index(
                fields=["due_at"], condition=Q(done_at=None, dead_at=None, by_hand=False), name="comms_delivery_due"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["version", "account", "language", "part", "operation"],
                name="comms_delivery_once",
                violation_error_message=_("This text is on its way to this account already"),
            ),
            models.CheckConstraint(condition=Q(state__in=DeliveryState.values), name="comms_delivery_state"),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.SENT, done_at__isnull=False)
                | (~Q(state=DeliveryState.SENT) & Q(done_at=None)),
                name="comms_delivery_sent_is_done",
            ),
            models.CheckConstraint(
                condition=Q(state=DeliveryState.DEAD, dead_at__isnull=False)
                | (~Q(state=DeliveryState.DEAD) & Q(dead_at=None)),
                name="comms_delivery_dead_is_over",
            ),
        )

    def __str__(self) -> str:
        return f"{self.account} · {self.language} · {self.get_operation_display()}"

    @classmethod
    def claimable(cls) -> "models.QuerySet[Self]":
        """Due rows that the machine sends, on accounts that still let us in, unless a person has to decide."""
        return (
            super()
            .claimable()
            .filter(by_hand=False, account__stopped_at=None)
            .exclude(state=DeliveryState.UNCONFIRMED, looked__gte=MOST_LOOKS)
        )

    def held(self, fence: int) -> "models.QuerySet[Self]":
        """This row as a query, empty once a later claim or a withdrawal has taken it over."""
        return self._mine(fence)

    @property
    def waits_for_decision(self) -> bool:
        """Whether only a person can say what became of it."""
        return self.state == DeliveryState.UNCONFIRMED and self.looked >= MOST_LOOKS

    @property
    def stopped(self) -> str:
        """Why the desk gave it up, in the reader's language; empty where the other side decided, or it goes on."""
        known = self.state == DeliveryState.DEAD and self.last_error in Stopped.values
        return str(Stopped(self.last_error).label) if known else ""

    @staticmethod
    def key(version: StatementVersion, account: Account, part: int, operation: str) -> str:
        """The idempotency key: the same for every attempt at the same thing."""
        named = f"{version.uuid}/{account.uuid}/{version.language}/{part}/{operation}"
        return hashlib.sha256(named.encode()).hexdigest()


class Aggregate(models.TextChoices):
    """What the deliveries of a version say together."""

    PUBLISHING = "publishing", _("being published")
    PUBLISHED = "published", _("published")
    PARTIAL = "partial", _("partly published")
    FAILED = "failed", _("not published")
    UNCONFIRMED = "unconfirmed", _("publication not confirmed")


def aggregate(deliveries: Iterable[Delivery]) -> Aggregate:
    """The state of a version, computed from what was to bring it out and never written by hand.

    What a person still has to post does not hold up the word "published": the page shows it beside.
    """
    rows = [row for row in deliveries if row.operation == Operation.PUBLISH]
    out = any(row.state == _S.SENT for row in rows)
    states = {row.state for row in rows if not (row.by_hand and row.state == _S.PENDING)}
    if any(row.waits_for_decision for row in rows):
        return Aggregate.UNCONFIRMED
    if states & {_S.PENDING, _S.CLAIMED, _S.RETRY, _S.UNCONFIRMED} or not states:
        return Aggregate.PUBLISHING
    if _S.DEAD in states:
        return Aggregate.PARTIAL if out else Aggregate.FAILED
    return Aggregate.PUBLISHED


class Outcome(models.TextChoices):
    """What came of one attempt."""

    SENT = "sent", _("sent")
    FOUND = "found", _("found on the other side")
    ABSENT = "absent", _("not there: safe to send")
    UNFINISHED = "unfinished", _("part of it sent, goes on")
    NOT_SENT = "not_sent", _("not sent, tried again later")
    RATE_LIMITED = "rate_limited", _("the other side asks to wait")
    REJECTED = "rejected", _("refused by the other side")
    AUTH = "auth", _("log-in refused")
    UNKNOWN = "unknown", _("no answer: not known whether it arrived")
    UNAUTHORISED = "unauthorised", _("not approved as it stands: not sent")


class DeliveryAttempt(DeskModel):
    """One attempt and its answer; written once, kept for good."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="attempts_made")
    fence = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(default=clock.now)
    outcome = models.CharField(max_length=14, choices=Outcome)
    answer = models.TextField(blank=True)
    remote_id = models.CharField(max_length=300, blank=True)

    scope_path: ClassVar[str] = "delivery__version__statement__case"
    frozen: ClassVar[str] = "always"

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.delivery_id} · {self.get_outcome_display()}"


class Withdrawal(DeskModel):
    """A published version taken back by one person: final. `public_note` stands in the text's place."""

    version = models.OneToOneField(StatementVersion, on_delete=models.PROTECT, related_name="withdrawal")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    reason = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="+")
    public_note = models.TextField(_("public note"), blank=True)

    scope_path: ClassVar[str] = "version__statement__case"
    frozen: ClassVar[str] = "always"

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")

    def __str__(self) -> str:
        return f"{self.version}"
