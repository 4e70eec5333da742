"""What happens to texts that are sent, as sentences without gender, the actor after a colon."""

from django.utils.translation import gettext_lazy as _

from comms.events import LANGUAGE, PURPOSE
from comms.sending.models.deliveries import Outcome
from comms.states import HeldBack
from crisisdesk.core.errors import constraint_message
from crisisdesk.core.log.events import declare


def _outcome(code: str) -> str:
    """The words for what came of an attempt; an old code nobody knows any more reads as itself."""
    return str(Outcome(code).label) if code in Outcome.values else code


def _held_back(code: str) -> str:
    if code not in HeldBack.values:
        return code
    label = str(HeldBack(code).label)
    return label[:1].lower() + label[1:]


def _listed(codes: list[str]) -> str:
    return ", ".join(codes)


OUTCOME = {"outcome": _outcome, **LANGUAGE}

declare("statement.sent_out", _("Given to the channels – {purpose}, version {number} ({language}): {actor}"),
        tone="step", words=PURPOSE)  # fmt: skip
declare("statement.scheduled", _("To be published later – {purpose}, version {number} ({language}): {actor}"),
        tone="step", words=PURPOSE)  # fmt: skip
declare("statement.unscheduled", _("Not published later – {purpose}, version {number} ({language}): {actor}"),
        words=PURPOSE)  # fmt: skip
declare("statement.missed", _("Not sent at its time, decide anew – {purpose}, version {number} ({language}): {actor}"),
        tone="bad", words=PURPOSE)  # fmt: skip
declare("statement.held_back", _("Approved and not sent, {why} – {purpose}, version {number} ({language}): {actor}"),
        tone="bad", words={**PURPOSE, "why": _held_back})  # fmt: skip
declare("statement.waits_at", _("Not reached, closed or stopped: {accounts} – {purpose} ({language}): {actor}"),
        tone="bad", words={**PURPOSE, "accounts": _listed})  # fmt: skip
declare("statement.withdrawn", _("Withdrawn – {purpose}, version {number} ({language}): {actor}"), tone="bad",
        words=PURPOSE)  # fmt: skip

declare("delivery.sent", _("Sent ({account}, {language}): {actor}"), tone="good", words=LANGUAGE)
declare("delivery.posted", _("Published by hand ({account}, {language}): {actor}"), tone="good", words=LANGUAGE)
declare(
    "delivery.marked_sent", _("Confirmed that it is out ({account}, {language}): {actor}"), tone="good", words=LANGUAGE
)
declare("delivery.removed", _("Deleted there by hand ({account}, {language}): {actor}"), tone="good", words=LANGUAGE)
declare("delivery.unticked", _("Not published after all ({account}, {language}): {actor}"), words=LANGUAGE)
declare("delivery.linked", _("Address of the post added ({account}, {language}): {actor}"), words=LANGUAGE)
declare(
    "delivery.differs", _("Posted with a different text ({account}, {language}): {actor}"), tone="bad", words=LANGUAGE
)
declare("delivery.dead", _("Not sent – {outcome} ({account}, {language}): {actor}"), tone="bad", words=OUTCOME)
declare(
    "delivery.unconfirmed",
    _("Not known whether it arrived ({account}, {language}): {actor}"),
    tone="bad",
    words=LANGUAGE,
)
declare("delivery.retried", _("To be tried again ({account}, {language}): {actor}"), tone="step", words=LANGUAGE)
declare(
    "delivery.sent_again",
    _("Not found there, sent once more ({account}, {language}): {actor}"),
    tone="step",
    words=LANGUAGE,
)

declare("account.opened", _("Channel added ({account}): {actor}"))
declare("account.changed", _("Channel changed ({account}): {actor}"))
declare("account.stopped", _("Channel stopped, the log-in was refused ({account}): {actor}"), tone="bad")
declare("account.resumed", _("Channel works again ({account}): {actor}"), tone="good")

declare("subscriber.asked", _("Asked to confirm a subscription ({account}): {actor}"))
declare("subscriber.known", _("Asked again for a subscription that stands ({account}): {actor}"))
declare("subscriber.confirmed", _("Subscription confirmed ({account}): {actor}"))
declare("subscriber.left", _("Unsubscribed ({account}): {actor}"))

constraint_message("comms_delivery_final", _("What is on its way is not changed any more. Withdraw it and start anew."))
constraint_message("comms_delivery_of_version", _("Only the approved text leaves the house"))
constraint_message("comms_delivery_allowed", _("Nobody has approved this text as it stands"))
constraint_message("comms_post_of_delivery", _("Only the approved text leaves the house"))
constraint_message("comms_post_final", _("A published text never changes. Withdraw it, or correct it with a new one."))
