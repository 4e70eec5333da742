"""What happens to texts that leave the house, as sentences without gender, the actor after a colon."""

from django.utils.translation import gettext_lazy as _

from comms.models.deliveries import Outcome
from crisisdesk.core.events import declare


def _outcome(code: str) -> str:
    """The words for what came of an attempt; an old code nobody knows any more reads as itself."""
    return str(Outcome(code).label) if code in Outcome.values else code


OUTCOME = {"outcome": _outcome}

declare("statement.sent_out", _("Given to the channels ({language}, version {number}): {actor}"), tone="step")
declare("statement.scheduled", _("To be published later ({language}, version {number}): {actor}"), tone="step")
declare("statement.unscheduled", _("Taken out of the calendar ({language}, version {number}): {actor}"))
declare("statement.missed", _("Not sent at its time, decide anew ({language}, version {number}): {actor}"), tone="bad")
declare("statement.withdrawn", _("Withdrawn ({language}, version {number}): {actor}"), tone="bad")

declare("delivery.sent", _("Sent ({account}, {language}): {actor}"), tone="good")
declare("delivery.posted", _("Published by hand ({account}, {language}): {actor}"), tone="good")
declare("delivery.marked_sent", _("Confirmed that it is out ({account}, {language}): {actor}"), tone="good")
declare("delivery.removed", _("Deleted there by hand ({account}, {language}): {actor}"), tone="good")
declare("delivery.unticked", _("Not published after all ({account}, {language}): {actor}"))
declare("delivery.linked", _("Address of the post added ({account}, {language}): {actor}"))
declare("delivery.differs", _("Posted with a different text ({account}, {language}): {actor}"), tone="bad")
declare("delivery.dead", _("Not sent – {outcome} ({account}, {language}): {actor}"), tone="bad", words=OUTCOME)
declare("delivery.unconfirmed", _("Not known whether it arrived ({account}, {language}): {actor}"), tone="bad")
declare("delivery.retried", _("To be tried again ({account}, {language}): {actor}"), tone="step")
declare("delivery.sent_again", _("Not found there, sent once more ({account}, {language}): {actor}"), tone="step")

declare("account.opened", _("Channel added ({account}): {actor}"))
declare("account.changed", _("Channel changed ({account}): {actor}"))
declare("account.stopped", _("Channel stopped, the log-in was refused ({account}): {actor}"), tone="bad")
declare("account.resumed", _("Channel works again ({account}): {actor}"), tone="good")

declare("subscriber.asked", _("Asked to confirm a subscription ({account}): {actor}"))
declare("subscriber.known", _("Asked again for a subscription that stands ({account}): {actor}"))
declare("subscriber.confirmed", _("Subscription confirmed ({account}): {actor}"))
declare("subscriber.left", _("Unsubscribed ({account}): {actor}"))
