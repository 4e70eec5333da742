"""Values that several actions about texts ask for."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comms import hashing
from crisisdesk.core.actions.inputs import LONGEST_REASON, Digest, Inputs, Text
from crisisdesk.core.errors import Text as Said

# Characters as they are typed; the actions say how long a text may be (`hashing.MOST_BYTES`).
LONGEST_WORDING = 2 * hashing.MOST_BYTES


def wording(label: Said = "", **options: Any) -> Text:
    """A text as it is typed: spaces and lines matter."""
    return Text(label, longest=LONGEST_WORDING, rows=10, strip=False, required=False, **options)


def read_text(**options: Any) -> Text:
    """The hash of a draft that was read, where somebody says which: what is not the present one is refused as stale."""
    return Text(longest=64, required=False, hidden=True, **options)


class PublishInputs(Inputs):
    """Which text was read."""

    payload_hash = Digest(initial=lambda principal, row: row.payload_hash)


class SubmitInputs(Inputs):
    """Which text was read."""

    base_hash = read_text()


class ApproveInputs(PublishInputs):
    """Exactly this text."""

    comment = Text(_("What has to change, or why"), longest=LONGEST_REASON, rows=3, required=False)


class TurnDownInputs(PublishInputs):
    """Exactly this text, and why not."""

    comment = Text(
        _("What has to change, or why"),
        longest=LONGEST_REASON,
        rows=3,
        missing=_("Say in a sentence what has to change, or why"),
    )
