"""Whether a text may leave with what it says of facts: asked at every step from submitting to a delivery's claim."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comms.models import Stance, StatementVersion
from comms.states import StatementState
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Text, Unmet

_CODES = {Stance.ASSERT: "refuted_fact", Stance.DENY: "confirmed_fact"}
_DRAFT: dict[str, Text] = {
    Stance.ASSERT: _("A cited fact has been refuted. Take it out of the text and of the list, or deny it."),
    Stance.DENY: _("The text denies a fact that has been confirmed. Change the text and what it says of the fact."),
}
_IN_APPROVAL: dict[str, Text] = {
    Stance.ASSERT: _("A cited fact has been refuted since the text was sent. Return it for changes."),
    Stance.DENY: _("A fact that the text denies has been confirmed since it was sent. Return it for changes."),
}
_APPROVED: dict[str, Text] = {
    Stance.ASSERT: _("A cited fact has been refuted since the text was approved. Start a new version."),
    Stance.DENY: _("A fact that the text denies has been confirmed since it was approved. Start a new version."),
}


def says_nothing_wrong(version: StatementVersion, act: Act | None = None, **values: Any) -> Unmet | None:
    """What turned out wrong is not said, however far the text has come. A guard of the verbs about versions."""

    def find() -> str | None:
        found: str | None = version.citations.contradicted().values_list("stance", flat=True).first()
        return found

    # Several verbs of one act ask it of one version; its facts change under the lock of the case and nowhere else.
    wrong = act.once(("contradicted", version.pk), find) if act else find()
    if wrong is None:
        return None
    remedies = {StatementState.DRAFT: _DRAFT, StatementState.IN_APPROVAL: _IN_APPROVAL}
    stance = Stance(wrong)
    return Unmet(_CODES[stance], remedies.get(StatementState(version.state), _APPROVED)[stance])
