"""Published by hand: a person posts the text and ticks it off; here is only what helps them do it right."""

from typing import ClassVar

import regex

from comms.sending.channels.base import Capabilities, Channel, ChannelError, Receipt
from comms.sending.models import AccountKind, Delivery, Outcome

_SPACES = regex.compile(r"[\p{Zs}\t]+")
_INVISIBLE = regex.compile(r"[\u00ad\u200b\u2060\ufeff\ufe0e\ufe0f]|(?<!\p{Extended_Pictographic}\ufe0f?)\u200d")
_LINE_ENDS = regex.compile(r"\r\n?|\u2028|\u2029")
_AROUND_LINES = regex.compile(r" *\n *")
_QUERY = regex.compile(r"(?<=https?://[^\s?#]*)\?([^\s#]*)", regex.IGNORECASE)
_TRACKING = regex.compile(r"(?:utm_\w+|fbclid|gclid|igsh(?:id)?|mc_[ce]id|s|t|si|ref_src)=[^&]*", regex.IGNORECASE)


class ManualChannel(Channel):
    """A network without an adapter, a shop notice, a hotline recording: posted by people."""

    kind: ClassVar[str] = AccountKind.MANUAL
    capabilities: ClassVar[Capabilities] = Capabilities(sends=False)

    def publish(self, delivery: Delivery) -> Receipt:
        """Never called: these rows are not claimable."""
        raise ChannelError(Outcome.REJECTED, "by hand")


def folded(text: str) -> str:
    """A text as a reader sees it, for comparing what was posted with what was approved.

    No-break and narrow spaces become spaces, invisible characters and emoji variants go, tracking parameters leave
    links, spaces at line ends and blank lines around the text do not count.
    """
    plain = _SPACES.sub(" ", _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text)))
    return _AROUND_LINES.sub("\n", _QUERY.sub(_without_tracking, plain)).strip()


def _without_tracking(query: "regex.Match[str]") -> str:
    kept = [part for part in query[1].split("&") if part and not _TRACKING.fullmatch(part)]
    return "?" + "&".join(kept) if kept else ""


def same_text(posted: str, approved: str) -> bool:
    """Whether a reader sees the same text in both."""
    return folded(posted) == folded(approved)
