"""Who gets a brand's texts by mail: asked twice, left with one click."""

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from comms.sending.models import Account, AccountKind, Subscriber, SubscriberState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Email, Inputs, Language
from crisisdesk.core.errors import Unmet

# One question to confirm per address in this time: the form must not be a way to flood somebody's mailbox.
ASK_AGAIN_AFTER = timedelta(minutes=10)
# Questions to confirm per account in that time; beyond it the form asks to come back later.
MOST_QUESTIONS = 500


class SubscriberInputs(Inputs):
    """An address to be asked whether it wants the texts."""

    address = Email(_("Your e-mail"))
    language = Language(hidden=True)


@action("comms.subscribe", needs=Capability.MANAGE, creates=True, title=_("Subscribe"), inputs=SubscriberInputs)
def subscribe(account: Account, act: Act, *, address: str, language: str) -> Subscriber:
    """Ask the holder of an address to confirm that they want the brand's texts.

    Somebody who has confirmed already, or was asked a moment ago, gets no further mail; the answer is the same, so
    that nobody learns who is on the list.
    """
    subscriber = (
        Subscriber.objects.select_for_update(no_key=True).filter(account=account, address__iexact=address).first()
    )
    if subscriber is None:
        subscriber = Subscriber(account=account, address=address, due_at=act.now)
    elif subscriber.state == SubscriberState.CONFIRMED or act.now - subscriber.asked_at < ASK_AGAIN_AFTER:
        act.record("subscriber.known", on=subscriber, account=account.code)
        return subscriber
    else:
        act.move(subscriber, "ask")
    subscriber.language, subscriber.asked_at = language, act.now
    subscriber.due_at, subscriber.done_at, subscriber.dead_at = act.now, None, None
    act.later(subscriber)
    act.record("subscriber.asked", on=subscriber, account=account.code, language=language)
    return subscriber


@subscribe.guard
def _takes_subscribers(account: Account, act: Act, **values: Any) -> Unmet | None:
    if account.kind == AccountKind.EMAIL and account.active:
        return None
    return Unmet("no_list", _("This channel has no list of subscribers"))


@subscribe.guard
def _not_flooded(account: Account, act: Act, **values: Any) -> Unmet | None:
    lately = Subscriber.objects.filter(account=account, asked_at__gt=act.now - ASK_AGAIN_AFTER)
    if lately.count() < MOST_QUESTIONS:
        return None
    return Unmet("busy", _("Very many people are subscribing right now. Please try again in ten minutes."))


@action("comms.confirm_subscription", moves="confirm", title=_("Confirm the subscription"), by_system=True)
def confirm_subscription(subscriber: Subscriber, act: Act) -> Subscriber:
    """The holder of the address has answered: from now on every text goes there."""
    subscriber.confirmed_at, subscriber.left_at = act.now, None
    act.record("subscriber.confirmed", on=subscriber, account=subscriber.account.code)
    return subscriber


@action("comms.unsubscribe", needs=Capability.MANAGE, moves="leave", title=_("Unsubscribe"))
def unsubscribe(subscriber: Subscriber, act: Act) -> Subscriber:
    """Nothing more goes to this address."""
    subscriber.left_at = act.now
    act.record("subscriber.left", on=subscriber, account=subscriber.account.code)
    return subscriber
