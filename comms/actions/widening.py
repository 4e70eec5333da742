"""Widening: where nobody decides in time, deputies and then the executive may decide too."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from comms.actions.versions import (
    about,
)
from comms.candidates import Candidates
from comms.models import RequestStage
from comms.notices import tell_next
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Unmet


@action("comms.widen_stage", title=_("Note that more people may decide"), by_system=True)
def widen_stage(stage: RequestStage, act: Act) -> RequestStage:
    """Note in the course that the deputy, or then the executive, may decide too, or that nobody is there who could.

    Time never approves anything.
    """
    request = stage.request
    level = "executive" if stage.executive_at is not None and stage.executive_at <= act.now else "deputy"
    candidates = Candidates(request.version)
    asked = candidates.deputies(stage.roles) if level == "deputy" else candidates.executives()
    asked -= set(request.approvals.values_list("user_id", flat=True))  # nobody decides twice
    if not asked:
        kind, notice = "approval.unanswered", ""
    elif level == "executive":
        kind, notice = "approval.widened", "approval.executive"
    elif candidates.own(stage.roles):
        kind, notice = "approval.widened", "approval.deputy"
    else:
        kind = notice = "approval.left_to_deputy"
    act.record(kind, on=request, roles="/".join(stage.roles), level=level, **about(request.version))
    if notice:
        tell_next(act, stage, asked, kind=notice)
    if level == "deputy" and stage.executive_at is not None:
        stage.due_at, stage.lease_until, stage.fence = stage.executive_at, None, stage.fence + 1
        act.save(stage)
    return stage


@widen_stage.guard
def time_has_come(stage: RequestStage, act: Act, **values: Any) -> Unmet | None:
    """Only an open stage whose time has come."""
    if stage.filled_at or stage.done_at or stage.due_at > act.now:
        return Unmet("not_due", _("Its time has not come"))
    return None
