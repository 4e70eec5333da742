"""What every channel can be asked, and how it answers.

A channel knows how one kind of account takes a text and nothing of approval, retries or states; those are the core's.
It gets a `Delivery` whose text was approved and either returns a `Receipt`, or raises. `classify` says what an
exception means; whatever it does not know is `unknown`, and then nothing is sent again until `find` has looked.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from django.utils.translation import gettext as _

from comms.sending.limits import Limit
from comms.sending.models import Account, Delivery, Outcome

# More parts than this is not a thread any more.
MOST_PARTS = 10


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do.

    `sends`: a machine sends (otherwise a person posts and ticks). `exactly_once`: sending the same thing twice leaves
    one. `finds`: `find` can tell whether something arrived. `edits`, `deletes`: what is out can be changed, removed.
    """

    sends: bool
    exactly_once: bool = False
    finds: bool = False
    edits: bool = False
    deletes: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """The other side has it. `remote_id` names it there, `remote_url` is where people see it."""

    remote_id: str = ""
    remote_url: str = ""
    detail: str = ""


class ChannelError(Exception):
    """An answer of the other side whose meaning the channel knows. `wait` is how long it asked us to wait."""

    def __init__(self, outcome: Outcome, detail: str = "", *, wait: timedelta | None = None) -> None:
        self.outcome = outcome
        self.detail = detail
        self.wait = wait
        super().__init__(detail)


class Channel(ABC):
    """One kind of channel: how it takes a text, and how it finds one again."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def limit(self, account: Account) -> Limit | None:
        """How long a text may be there; None where nobody counts."""
        return account.spoken_to.limit if account.spoken_to else None

    def split(self, account: Account, text: str) -> list[str]:
        """The text as the posts it becomes there; one where the network does not know threads."""
        limit = self.limit(account)
        if limit is None or not limit.splits or limit.count(text).used > limit.most * MOST_PARTS:
            return [text]
        return limit.split(text)

    def validate(self, account: Account, text: str) -> list[str]:
        """Sentences about what the other side would refuse; empty when the text fits."""
        limit = self.limit(account)
        counts = [limit.count(part) for part in self.split(account, text)] if limit else []
        return [
            _("%(account)s: %(used)d of %(most)d %(unit)s. Shorten the text for this channel.")
            % {"account": account.name, "used": count.used, "most": count.most, "unit": unit_name(count.unit)}
            for count in counts
            if not count.fits
        ]

    @abstractmethod
    def publish(self, delivery: Delivery) -> Receipt:
        """Bring the text out. `ChannelError(UNFINISHED)` asks to be called again soon to go on."""

    def find(self, delivery: Delivery) -> Receipt:
        """What became of an attempt without an answer: the receipt, `ABSENT` (safe to send) or `UNKNOWN`, raised."""
        raise ChannelError(Outcome.UNKNOWN)

    def edit(self, delivery: Delivery) -> Receipt:
        """Change what `delivery.of` brought out."""
        raise ChannelError(Outcome.REJECTED, "edit")

    def delete(self, delivery: Delivery) -> Receipt:
        """Remove what `delivery.of` brought out."""
        raise ChannelError(Outcome.REJECTED, "delete")

    def classify(self, error: Exception) -> Outcome:
        """What an exception means for the text: by default nobody knows."""
        return error.outcome if isinstance(error, ChannelError) else Outcome.UNKNOWN


def unit_name(unit: str) -> str:
    """The unit of a count in the reader's language."""
    return {
        "graphemes": _("characters"),
        "characters": _("characters"),
        "weighted": _("weighted characters"),
        "bytes": _("bytes"),
        "messages": _("text messages"),
    }[unit]
