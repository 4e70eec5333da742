"""How texts are spoken of on pages: their status, their language, who decides."""

from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comms.models import StatementState, StatementVersion
from comms.states import Status
from crisisdesk.core.languages import language_name
from crisisdesk.core.templatetags.desk import pill

register = template.Library()
register.filter("language_name", language_name)

_TONES = {
    Status.IN_APPROVAL: "step",
    Status.APPROVED: "ok",
    Status.SCHEDULED: "warn",
    Status.PUBLISHED: "ok",
    Status.NEEDS_ATTENTION: "bad",
}
# What became of a published text is said instead of "published".
_AFTERWARDS = {StatementState.CORRECTED: "warn", StatementState.RETRACTED: "bad"}


@register.simple_tag
def status(version: StatementVersion | None) -> SafeString:
    """The status people read, as a small label."""
    if version is None:
        return SafeString(pill(_("not begun")))
    if version.state in _AFTERWARDS:
        return SafeString(pill(version.get_state_display(), _AFTERWARDS[StatementState(version.state)]))
    if version.status == Status.SCHEDULED and version.state == StatementState.PUBLISHING:  # seconds, not a plan
        return SafeString(pill(version.get_state_display(), "step"))
    return SafeString(pill(version.status.label, _TONES.get(version.status, "")))


@register.filter
def who_decided(row: dict[str, Any]) -> str:
    """Who has decided in a stage, deputies with the person whose place they took."""
    said = []
    for decision in row["decisions"]:
        name = decision.user.short_name
        if decision.on_behalf_of:
            name = _("{deputy} for {person}").format(deputy=name, person=decision.on_behalf_of.short_name)
        said.append(name)
    return ", ".join(said)
