"""Who may do and see what of the things that leave the house."""

from collections.abc import Mapping
from typing import Any

from comms.models import StatementVersion
from comms.sending import claiming as sending
from comms.sending.actions.by_hand import tick_delivery
from comms.sending.actions.publishing import schedule_statement
from comms.sending.models import Account, Delivery, DeliveryState, NewsroomPost, Subscriber
from comms.sending.models.deliveries import MOST_LOOKS
from comms.sending.subscriptions import confirm_token, leave_token
from crisisdesk.core import clock
from tests.comms import build as texts
from tests.comms.sending import build
from tests.conftest import World
from tests.permissions_table import HIDDEN, SEEN, PageRow, VerbRow

PUBLISHERS = frozenset({"duty", "comms_lead", "community"})
COMMUNICATIONS = frozenset({"duty", "crisis_lead", "comms_lead", "spokesperson", "community"})
ADMINISTRATORS = frozenset({"manager", "superuser"})
# Members of another brand do not know that this exists.
OUTSIDE: Mapping[str, int] = {"outsider": HIDDEN}


def _facebook(world: World) -> Delivery:
    return build.delivery(build.released(world), "facebook")


def _ticked(world: World) -> Delivery:
    return tick_delivery(_facebook(world), world.principal("community"))


def _in_state(world: World, state: str, **values: Any) -> Delivery:
    row = build.delivery(build.released(world), "newsroom")
    Delivery.objects.filter(pk=row.pk).update(state=state, **values)
    return Delivery.objects.get(pk=row.pk)


def _dead(world: World) -> Delivery:
    return _in_state(world, DeliveryState.DEAD, dead_at=clock.now())


def _undecided(world: World) -> Delivery:
    return _in_state(world, DeliveryState.UNCONFIRMED, looked=MOST_LOOKS)


def _scheduled(world: World) -> StatementVersion:
    version = texts.approved(world)
    who = world.principal("community", fresh=True)
    at = clock.now() + build.clock_second() * 3600
    return schedule_statement(version, who, payload_hash=version.payload_hash, at=at)


def _stopped(world: World) -> Account:
    account = build.account(world)
    account.stopped_at = clock.now()
    account.save()
    return account


def _subscriber(world: World) -> Subscriber:
    return build.subscriber(world, "eva@reader.example")


VERBS = (
    VerbRow("comms.publish_statement", texts.approved, PUBLISHERS, fresh=True),
    VerbRow("comms.schedule_statement", texts.approved, PUBLISHERS, fresh=True),
    VerbRow("comms.unschedule_statement", _scheduled, PUBLISHERS),
    VerbRow("comms.retry_delivery", _dead, PUBLISHERS),
    VerbRow("comms.mark_delivery_sent", _undecided, PUBLISHERS),
    VerbRow("comms.send_delivery_again", _undecided, PUBLISHERS),
    VerbRow("comms.tick_delivery", _facebook, PUBLISHERS),
    VerbRow("comms.link_delivery", _ticked, PUBLISHERS),
    VerbRow("comms.untick_delivery", _ticked, PUBLISHERS),
    VerbRow("comms.withdraw_statement", lambda world: build.released(world).statement, COMMUNICATIONS),
    VerbRow("comms.open_account", lambda world: world.brand, ADMINISTRATORS),
    VerbRow("comms.change_account", build.account, ADMINISTRATORS),
    VerbRow("comms.resume_account", _stopped, ADMINISTRATORS),
    VerbRow("comms.subscribe", build.account, ADMINISTRATORS),
    VerbRow("comms.unsubscribe", _subscriber, ADMINISTRATORS),
)


def _statement(world: World) -> Mapping[str, Any]:
    return {"uuid": build.released(world).statement.uuid}


def _brand(world: World) -> Mapping[str, Any]:
    return {"slug": world.brand.slug}


def _post(world: World) -> Mapping[str, Any]:
    build.released(world)
    sending.send_due()
    return {"slug": world.brand.slug, "uuid": NewsroomPost.objects.get().uuid}


def _by_link(token: Any) -> Any:
    return lambda world: {"slug": world.brand.slug, "token": token(_subscriber(world))}


PAGES = (
    PageRow("comms:by_hand", _statement, answers=OUTSIDE),
    PageRow("comms:deliveries", _statement, answers=OUTSIDE),
    PageRow("comms:withdraw", _statement, answers=OUTSIDE),
    PageRow("comms:tick", lambda world: {"uuid": _facebook(world).uuid}, answers=OUTSIDE),
    PageRow("comms:link", lambda world: {"uuid": _ticked(world).uuid}, answers=OUTSIDE),
    PageRow("comms:untick", lambda world: {"uuid": _ticked(world).uuid}, answers=OUTSIDE),
    PageRow("comms:card", lambda world: {"uuid": _facebook(world).uuid, "shape": "square"}, answers=OUTSIDE),
    PageRow("newsroom:brand", _brand, anonymous=SEEN),
    PageRow("newsroom:atom", _brand, anonymous=SEEN),
    PageRow("newsroom:json", _brand, anonymous=SEEN),
    PageRow("newsroom:post", _post, anonymous=SEEN),
    PageRow("newsroom:subscribe", _brand, anonymous=SEEN),
    PageRow("newsroom:confirm", _by_link(confirm_token), anonymous=SEEN),
    PageRow("newsroom:leave", _by_link(leave_token), anonymous=SEEN),
)

BUTTONS = {
    "comms:publish",
    "comms:schedule",
    "comms:unschedule",
    "comms:retry",
    "comms:sent",
    "comms:again",
}
