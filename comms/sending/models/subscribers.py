"""Who gets a brand's texts by mail, and which text each of them got."""

import hashlib
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from comms.sending.models.accounts import Account
from comms.sending.models.deliveries import Delivery
from crisisdesk.core import clock
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models import DeskModel, Due
from crisisdesk.core.states import States


class SubscriberState(models.TextChoices):
    """Double opt-in: an address gets nothing but one question until its holder has answered."""

    ASKED = "asked", _("asked to confirm")
    CONFIRMED = "confirmed", _("confirmed")
    LEFT = "left", _("unsubscribed")


class SubscriberQuerySet(DeskQuerySet):
    """Subscribers: addresses of strangers, so only administrators of the brand see them."""

    def visible_to(self, principal: Principal) -> Self:
        """Those of the brands one manages."""
        if principal.is_system:
            return self.all()
        return self.filter(account__brand__in=sorted(principal.brands_with(Capability.MANAGE)))


class Subscriber(DeskModel, Due):
    """Somebody who asked for a brand's texts by mail. The due part is the mail that asks them to confirm."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscribers")
    address = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=3)
    state = models.CharField(_("state"), max_length=10, choices=SubscriberState, default=SubscriberState.ASKED)
    asked_at = models.DateTimeField(default=clock.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = SubscriberQuerySet.as_manager()
    task: ClassVar[str] = "comms.ask_subscribers"
    scope_path: ClassVar[str] = "account__brand"
    states: ClassVar[States | None] = States(
        SubscriberState,
        start=[SubscriberState.ASKED],
        edges={
            "ask": ([SubscriberState.ASKED, SubscriberState.LEFT], SubscriberState.ASKED),
            "confirm": ([SubscriberState.ASKED], SubscriberState.CONFIRMED),
            "leave": ([SubscriberState.ASKED, SubscriberState.CONFIRMED], SubscriberState.LEFT),
        },
    )

    class Meta(Due.Meta):
        verbose_name = _("e-mail subscriber")
        verbose_name_plural = _("e-mail subscribers")
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(
                "account",
                Lower("address"),
                name="comms_subscriber_once",
                violation_error_message=_("This address is on the list already"),
            ),
            models.CheckConstraint(condition=Q(state__in=SubscriberState.values), name="comms_subscriber_state"),
        )

    def __str__(self) -> str:
        return self.address


class RecipientState(models.TextChoices):
    """One mail to one subscriber. `sending` is noted before the server gets the text and never left without an answer
    except by a worker that died: then nobody knows, and nothing is sent again by itself."""

    WAITING = "waiting", _("waiting")
    SENDING = "sending", _("being handed over")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused")
    UNCONFIRMED = "unconfirmed", _("not known whether it arrived")
    LEFT = "left", _("unsubscribed before it was sent")


class Recipient(DeskModel):
    """One subscriber of one e-mail delivery: the row that makes sure nobody gets a text twice."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="recipients")
    subscriber = models.ForeignKey(Subscriber, on_delete=models.PROTECT, related_name="received")
    state = models.CharField(max_length=12, choices=RecipientState, default=RecipientState.WAITING)
    handed_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=300, blank=True)

    scope_path: ClassVar[str] = "delivery__version__statement__case"

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=["delivery", "subscriber"], name="comms_recipient_once"),
            models.CheckConstraint(condition=Q(state__in=RecipientState.values), name="comms_recipient_state"),
        )

    def __str__(self) -> str:
        return f"{self.delivery_id}/{self.subscriber_id}"

    @property
    def message_key(self) -> str:
        """The same for every attempt at this mail, so that a server or a reader can tell a repetition."""
        return hashlib.sha256(f"{self.delivery.idempotency_key}/{self.subscriber.uuid}".encode()).hexdigest()[:40]
