"""Published by hand: people post the text, tick it off, and note where it stands."""

from typing import Any
from urllib.parse import urlsplit

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comms.sending.actions.deliveries import about, mark_out, whole_address, withdrawn
from comms.sending.channels.manual import same_text
from comms.sending.clearance import refusal
from comms.sending.models import Delivery, DeliveryState, Operation
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Reason, Text, YesNo
from crisisdesk.core.errors import Invalid, Unmet


def _ticked_by(delivery: Delivery, act: Act, **values: Any) -> Delivery | None:
    """The delivery if this very person has ticked it off already."""
    mine = delivery.state == DeliveryState.SENT and delivery.by_hand and act.actor.same_as(delivery.posted_by_id)
    return delivery if mine else None


class TickInputs(Inputs):
    """A text was posted by hand, or deleted there."""

    url = Text(_("Address of the post"), longest=1_000, required=False, help=_("Can be added later"))
    posted = Text(
        _("The text as it stands there"),
        longest=100_000,
        rows=3,
        strip=False,
        required=False,
        help=_("Paste it to have it compared with what was approved"),
    )
    differs = YesNo(_("The text differs and cannot be put right there"), required=False)
    reason = Reason(_("Why it differs"), required=False)


@action(
    "comms.tick_delivery",
    needs=Capability.PUBLISH,
    moves="tick",
    repeat=_ticked_by,
    title=_("Published"),
    inputs=TickInputs,
)
def tick_delivery(
    delivery: Delivery, act: Act, *, url: str = "", posted: str = "", differs: bool = False, reason: str = ""
) -> Delivery:
    """Note that somebody has posted this by hand, or removed it there.

    `posted` is the text as it stands there, where the person pasted it: it has to say what was approved, apart from
    what networks do to spaces, emoji and links. A text that differs and cannot be put right there is noted with
    `differs` and a reason.
    """
    if delivery.operation == Operation.PUBLISH and (code := refusal(delivery)):
        act.refuse("not_released", _("This text must not go out as it stands"), refusal=code)
    delivery.remote_url = whole_address(url) or delivery.remote_url
    delivery.differs = bool(posted.strip()) and not same_text(posted, delivery.text)
    if delivery.differs and not differs:
        raise Invalid({"posted": _("This is not the approved text. Put it right there, or say why it differs.")})
    if delivery.differs and not reason:
        raise Invalid({"reason": _("Say in a few words why the text differs")})
    delivery.posted_by = act.user
    if delivery.differs:
        entry = act.entry("reason", on=delivery, text=reason)
        act.record("delivery.differs", on=delivery, entry=entry, **about(delivery))
    mark_out(act, delivery, "delivery.posted" if delivery.operation == Operation.PUBLISH else "delivery.removed")
    return delivery


@tick_delivery.guard
def _is_by_hand(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    return None if delivery.by_hand else Unmet("sends_itself", _("The desk sends this by itself"))


@tick_delivery.guard
def _not_ticked_yet(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    if delivery.state != DeliveryState.SENT or delivery.posted_by is None:
        return None
    return Unmet("ticked", format_lazy(_("Ticked off already: {name}"), name=delivery.posted_by.short_name))


tick_delivery.guard(withdrawn)


class UrlInputs(Inputs):
    """Where it can be seen."""

    url = Text(_("Address of the post"), longest=1_000, missing=_("Paste the address of the post"))


@action("comms.link_delivery", needs=Capability.PUBLISH, title=_("Add the address"), inputs=UrlInputs)
def link_delivery(delivery: Delivery, act: Act, *, url: str) -> Delivery:
    """Note where a text that was posted by hand can be seen; the address may follow the tick."""
    address = whole_address(url)
    delivery.remote_url = address
    act.save(delivery)
    act.record("delivery.linked", on=delivery, host=urlsplit(address).hostname or "", **about(delivery))
    return delivery


@link_delivery.guard
def _is_posted(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    if delivery.by_hand and delivery.state == DeliveryState.SENT:
        return None
    return Unmet("not_posted", _("Tick it off first"))


class UntickInputs(Inputs):
    """What happened."""

    reason = Reason(_("What happened"), missing=_("Say in a few words what happened"))


@action(
    "comms.untick_delivery",
    needs=Capability.PUBLISH,
    moves="untick",
    title=_("Not published after all"),
    inputs=UntickInputs,
)
def untick_delivery(delivery: Delivery, act: Act, *, reason: str) -> Delivery:
    """Take back a tick that was a mistake: the text waits to be posted again."""
    delivery.done_at, delivery.posted_by, delivery.remote_url, delivery.differs = None, None, "", False
    entry = act.entry("reason", on=delivery, text=reason)
    act.record("delivery.unticked", on=delivery, entry=entry, **about(delivery))
    return delivery


@untick_delivery.guard
def _was_by_hand(delivery: Delivery, act: Act, **values: Any) -> Unmet | None:
    return None if delivery.by_hand else Unmet("sent_by_desk", _("The desk has sent this; it can be withdrawn"))


untick_delivery.guard(withdrawn)
