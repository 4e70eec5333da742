"""Who is told what, in which ways, when, and in which words."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.apps import apps
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils.translation import override

from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.errors import Text
from crisisdesk.core.jobs import mail
from crisisdesk.core.jobs.due import next_try
from crisisdesk.core.models.notifications import Notification, Unsent, Way

if TYPE_CHECKING:
    from crisisdesk.core.actions.act import Act
    from crisisdesk.core.models import User

# Quiet hours (defaults D5): what is not urgent waits for the morning.
QUIET_FROM, QUIET_TO = time(22), time(7)
# A mail server that is away or busy is tried so often, in growing steps: about eight hours.
MOST_TRIES = 20
# Outlasts the hand-over of one mail (see `crisisdesk.core.jobs.mail`); a mail whose worker died waits so long.
LEASE = timedelta(seconds=90)
# The round of a thing that is told once.
ONCE = "1"

Settled = Callable[[Any, "User"], bool]


@dataclass(frozen=True)
class Notice:
    """The words of one kind of notification; `{fields}` are filled from its values, `words` translates codes first.

    `settled` answers for the object and the recipient whether nothing is left to be told.
    """

    kind: str
    subject: Text
    text: Text
    button: Text
    words: dict[str, Any]
    settled: Settled


NOTICES: dict[str, Notice] = {}


def _never(row: Any, user: "User") -> bool:
    return False


def declare_notice(
    kind: str,
    *,
    subject: Text,
    text: Text,
    button: Text,
    words: dict[str, Any] | None = None,
    settled: Settled = _never,
) -> None:
    """Declare the words of a kind of notification once; they are filled in the recipient's language.

    `settled(row, user)` is asked when the mail is sent: a mail about something that was settled meanwhile would only
    send people to a page that asks nothing of them.
    """
    if kind in NOTICES:
        raise ValueError(f"notice {kind!r} is declared twice")
    NOTICES[kind] = Notice(kind, subject, text, button, words or {}, settled)


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
    round_: str,
    path: str,
    urgent: bool = True,
    **values: Any,
) -> None:
    """Tell each of the people once a round, in every way there is; the actor needs no telling.

    `round_` tells repetitions apart that are new things (see `Notification`). `path` is the address within the desk.
    What is not urgent is not mailed in quiet hours; the list rings no bell and has it at once. Commits with the action.
    """
    if kind not in NOTICES:
        raise LookupError(f"notice {kind!r} is not declared")
    due_at = act.now if urgent else after_quiet_hours(act.now, ZoneInfo(settings.TIME_ZONE))
    told = [
        person
        for person in people
        if person.kind == "person" and person.is_active and not act.actor.same_as(person)
    ]  # fmt: skip
    about = {
        "kind": kind, "object_type": on._meta.label_lower, "object_id": on.uuid, "round": round_, "path": path,
        "values": values,
    }  # fmt: skip
    listed = [Notification(user=user, way=Way.LIST, due_at=act.now, done_at=act.now, **about) for user in told]
    mailed = [Notification(user=user, way=Way.MAIL, due_at=due_at, **about) for user in told]
    Notification.objects.bulk_create([*listed, *mailed], ignore_conflicts=True)
    if told and due_at <= act.now:
        act.wake(Notification.task)


# --- words ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Words:
    """What a notification says in the active language."""

    subject: str
    text: str
    button: str


def words_of(notification: Notification) -> Words:
    """The words in the active language."""
    notice = NOTICES[notification.kind]
    values = dict(notification.values)
    for name, words in notice.words.items():
        if name in values:
            values[name] = words(values[name])
    subject = " ".join(str(notice.subject).format_map(values).split())
    return Words(subject, str(notice.text).format_map(values), str(notice.button))


@dataclass(frozen=True)
class Told:
    """One line of somebody's list. Without `words` what it is about may no longer be shown to its reader."""

    row: Notification
    words: Words | None

    @property
    def path(self) -> str:
        """Where it leads; nowhere if it may not be seen."""
        return self.row.path if self.words else ""


def told(rows: Iterable[Notification], reader: Principal) -> list[Told]:
    """The lines of a list: one query for each type of object among them, however many there are.

    The words name a title or a reference, so they are shown only while their object may be seen. The line itself stays:
    that something was told is the reader's to know, and figures and pages stay right.
    """
    rows = list(rows)
    wanted: dict[str, set[Any]] = defaultdict(set)
    for row in rows:
        if row.kind in NOTICES:
            wanted[row.object_type].add(row.object_id)
    seen: set[tuple[str, Any]] = set()
    for object_type, uuids in wanted.items():
        visible = _model(object_type).objects.visible_to(reader).filter(uuid__in=uuids)
        seen.update((object_type, uuid) for uuid in visible.values_list("uuid", flat=True))
    return [Told(row, words_of(row) if (row.object_type, row.object_id) in seen else None) for row in rows]


def _model(object_type: str) -> Any:
    return apps.get_model(object_type)


# --- mail -------------------------------------------------------------------------------------------------------------


def written(notification: Notification) -> EmailMessage:
    """The mail in the language its recipient reads now."""
    with override(notification.user.language):
        words = words_of(notification)
        body = render_to_string(
            "core/mail/notice.txt",
            {
                "name": notification.user.name,
                "text": words.text,
                "button": words.button,
                "address": f"{settings.BASE_URL.rstrip('/')}{notification.path}",
            },
        )
    return EmailMessage(
        words.subject,
        body,
        to=[notification.user.email],
        headers={"Message-ID": notification.message_id, "Auto-Submitted": "auto-generated"},
    )


def in_vain(notification: Notification) -> Unsent | None:
    """Why it need not be sent any more, asked at the moment of sending; None where it has to be."""
    user = notification.user
    if not user.is_active:
        return Unsent.ACCOUNT_CLOSED
    row = _model(notification.object_type)._base_manager.filter(uuid=notification.object_id).first()
    if row is None:
        return Unsent.NOT_VISIBLE
    if NOTICES[notification.kind].settled(row, user):
        return Unsent.SETTLED
    seen = type(row).objects.visible_to(Principal.for_user(user, via="worker"))
    return None if seen.filter(pk=row.pk).exists() else Unsent.NOT_VISIBLE


def send(notification: Notification) -> None:
    """Send one mail, or write down why not.

    What the server refuses for good is given up at once; what it took without answering is not sent again by itself,
    as it may have arrived.
    """
    reason = in_vain(notification)
    if reason is not None:
        notification.close(notification.fence, reason)
        return
    answer, said = mail.send_one(notification, written(notification))
    if answer is mail.Answer.SENT:
        notification.finish(notification.fence)
    elif answer is mail.Answer.REFUSED:
        notification.bury(notification.fence, said, Unsent.REFUSED)
    elif answer is mail.Answer.UNKNOWN:
        notification.bury(notification.fence, said, Unsent.UNCONFIRMED)
    elif notification.attempts >= MOST_TRIES:
        notification.bury(notification.fence, said)
    else:
        notification.retry(notification.fence, clock.now() + next_try(notification.attempts), said)
