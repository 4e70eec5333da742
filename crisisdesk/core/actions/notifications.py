"""Verbs of notifications: reading one's own, and sending again what was given up."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Instant
from crisisdesk.core.errors import Unmet
from crisisdesk.core.log.events import declare
from crisisdesk.core.models import DeadNotice, Notification, Organisation, Way

declare("notice.retried", _("Notification sent again ({kind}): {actor}"))


def _read_before(notice: Notification, act: Act, **values: Any) -> Notification | None:
    return notice if notice.read_at is not None else None


@action("core.mark_notice_read", needs=None, repeat=_read_before, records=False, title=_("Mark as read"))
def mark_notice_read(notice: Notification, act: Act) -> Notification:
    """Mark one of one's own notifications as read.

    No event: what somebody has read is a private matter, no proof of anything, and every reading would write into the
    one chain of the installation.
    """
    notice.read_at = act.now
    return act.save(notice)


@mark_notice_read.guard
def stands_in_ones_list(notice: Notification, act: Act, **values: Any) -> Unmet | None:
    """Only one's own list is read; a mail knows nothing of its reader."""
    if notice.way == Way.LIST and act.actor.same_as(notice.user_id):
        return None
    return Unmet("not_yours", _("Only what stands in your own list can be marked as read"))


class ReadAllInputs(Inputs):
    """Up to when."""

    until = Instant(required=False, page=False, help=_("Leaves alone what came later; default is now."))


@action("core.mark_all_notices_read", needs=None, records=False, title=_("Mark all as read"), inputs=ReadAllInputs)
def mark_all_notices_read(organisation: Organisation, act: Act, *, until: datetime | None = None) -> int:
    """Mark everything in one's own list as read, as far as it was there at `until`; returns how many.

    Without an event, for the reasons given at `mark_notice_read`. `until` spares what came while the list was read.
    """
    mine = Notification.objects.visible_to(act.actor).unread().filter(created_at__lte=until or act.now)
    return mine.update(read_at=act.now)


@mark_all_notices_read.guard
def has_a_list(organisation: Organisation, act: Act, **values: Any) -> Unmet | None:
    """The desk itself has no list, and strangers have none."""
    if act.actor.user is None:
        return Unmet("person", _("Sign in to see your notifications"))
    return None


@action("core.retry_notice", needs=Capability.MANAGE, title=_("Try again"))
def retry_notice(notice: DeadNotice, act: Act) -> DeadNotice:
    """Send a notification again that was given up, with all its tries before it."""
    notice.dead_at, notice.unsent, notice.last_error = None, "", ""
    notice.attempts, notice.due_at = 0, act.now
    act.later(notice)
    act.record("notice.retried", on=notice, kind=notice.kind, user=notice.user_id)
    return notice
