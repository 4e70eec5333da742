"""Who is told what by mail, when, and in which words."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

from crisisdesk.core.errors import Text
from crisisdesk.core.models.notifications import Notification

if TYPE_CHECKING:
    from crisisdesk.core.actions.act import Act
    from crisisdesk.core.models import User

# Quiet hours (defaults D5): what is not urgent waits for the morning.
QUIET_FROM, QUIET_TO = time(22), time(7)


@dataclass(frozen=True)
class Notice:
    """The words of one kind of notification; `{fields}` are filled from its values, `words` translates codes first."""

    kind: str
    subject: Text
    text: Text
    button: Text
    words: dict[str, Any]


NOTICES: dict[str, Notice] = {}


def declare_notice(kind: str, *, subject: Text, text: Text, button: Text, words: dict[str, Any] | None = None) -> None:
    """Declare the words of a kind of notification once; they are filled in the recipient's language."""
    if kind in NOTICES:
        raise ValueError(f"notice {kind!r} is declared twice")
    NOTICES[kind] = Notice(kind, subject, text, button, words or {})


def after_quiet_hours(moment: datetime, zone: ZoneInfo) -> datetime:
    """The instant itself by day; in quiet hours the morning that ends them, right across changes of daylight time."""
    local = moment.astimezone(zone)
    if QUIET_TO <= local.time() < QUIET_FROM:
        return moment
    morning = local.date() + timedelta(days=1 if local.time() >= QUIET_FROM else 0)
    return datetime.combine(morning, QUIET_TO, tzinfo=zone).astimezone(moment.tzinfo)


def notify(
    act: "Act",
    people: Iterable["User"],
    kind: str,
    *,
    on: Any,
    path: str,
    urgent: bool = True,
    **values: Any,
) -> None:
    """Tell each of the people once that something waits for them; the actor needs no telling.

    `path` is the address within the desk. What is not urgent respects quiet hours. Commits with the action.
    """
    if kind not in NOTICES:
        raise LookupError(f"notice {kind!r} is not declared")
    zone = ZoneInfo(settings.TIME_ZONE)
    due_at = act.now if urgent else after_quiet_hours(act.now, zone)
    rows = [
        Notification(
            user=person, kind=kind, object_type=on._meta.label_lower, object_id=on.uuid, path=path, values=values,
            due_at=due_at,
        )
        for person in people
        if person.kind == "person" and person.is_active and not act.actor.same_as(person)
    ]  # fmt: skip
    Notification.objects.bulk_create(rows, ignore_conflicts=True)
    if rows and due_at <= act.now:
        act.wake(Notification.task)


def written(notification: Notification) -> EmailMessage:
    """The mail in the language its recipient reads now."""
    notice = NOTICES[notification.kind]
    with override(notification.user.language):
        values = dict(notification.values)
        for name, words in notice.words.items():
            if name in values:
                values[name] = words(values[name])
        subject = " ".join(str(notice.subject).format_map(values).split())
        body = render_to_string(
            "core/mail/notice.txt",
            {
                "name": notification.user.name,
                "text": str(notice.text).format_map(values),
                "button": str(notice.button),
                "address": f"{settings.BASE_URL.rstrip('/')}{notification.path}",
            },
        )
    return EmailMessage(
        subject,
        body,
        to=[notification.user.email],
        headers={"Message-ID": notification.message_id, "Auto-Submitted": "auto-generated"},
    )


def send(notification: Notification) -> None:
    """Send one mail; a closed account is told nothing."""
    if notification.user.is_active:
        written(notification).send()
