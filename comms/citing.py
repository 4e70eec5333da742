"""Whether a text may leave with the facts it cites, asked at every step from submitting to the claim of a delivery."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comms.models import StatementVersion
from comms.states import StatementState
from crisisdesk.core.acts import Act
from crisisdesk.core.errors import Text, Unmet

_REMEDIES: dict[str, Text] = {
    StatementState.DRAFT: _("A cited fact has been refuted. Take it out of the text and of the list."),
    StatementState.IN_APPROVAL: _("A cited fact has been refuted since the text was sent. Return it for changes."),
}
_REMEDY = _("A cited fact has been refuted since the text was approved. Start a new version.")


def cites_nothing_refuted(version: StatementVersion, act: Act | None = None, **values: Any) -> Unmet | None:
    """What turned out wrong is not said, however far the text has come. A guard of the verbs about versions."""
    if version.citations.contradicted().exists():
        return Unmet("refuted_fact", _REMEDIES.get(version.state, _REMEDY))
    return None
