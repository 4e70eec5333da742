"""Telling people that something waits for them or has happened."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import clock
from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models.base import DeskModel
from crisisdesk.core.models.due import Due

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal


class Way(models.TextChoices):
    """How a notification reaches its person."""

    MAIL = "mail", _("e-mail")
    LIST = "list", _("list in the desk")


class Unsent(models.TextChoices):
    """Why a notification was not sent.

    The first three close it, since nothing is lost. After the others an administrator has to look: it is a dead letter.
    """

    ACCOUNT_CLOSED = "account_closed", _("the account was closed")
    NOT_VISIBLE = "not_visible", _("what it is about may no longer be seen")
    SETTLED = "settled", _("what it asks for was settled meanwhile")
    REFUSED = "refused", _("the mail server refused the address or the mail")
    GIVEN_UP = "given_up", _("every try failed")
    UNCONFIRMED = "unconfirmed", _("the mail server took it and did not answer: it may have arrived")


DEAD_REASONS = (Unsent.REFUSED, Unsent.GIVEN_UP, Unsent.UNCONFIRMED)


class NotificationQuerySet(DeskQuerySet):
    """Notifications."""

    def visible_to(self, principal: "Principal") -> Self:
        """Everybody sees their own."""
        return self if principal.is_system else self.filter(user=principal.user)

    def listed(self) -> Self:
        """What stands in the list of the desk."""
        return self.filter(way=Way.LIST)

    def unread(self) -> Self:
        """What its person has neither opened nor marked as read."""
        return self.listed().filter(read_at=None)


class Notification(DeskModel, Due):
    """One thing one person is told once in one way: `kind` says which text, `path` where the work is, `values` fill it.

    `round` is what makes a repetition a new thing: the number of the version, the instant at which more people are
    asked. A task that runs twice names the same round and tells nobody twice. The words are made when they are sent or
    read, in the language the person reads then. A row of the list is done when it is written.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(_("kind"), max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    round = models.CharField(max_length=40, default="1")
    way = models.CharField(_("way"), max_length=10, choices=Way, default=Way.MAIL)
    path = models.CharField(max_length=300)
    values = models.JSONField(default=dict, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    unsent = models.CharField(_("why it was not sent"), max_length=20, choices=Unsent, blank=True)

    objects = NotificationQuerySet.as_manager()
    task: ClassVar[str] = "core.send_notifications"

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = (
            *Due.Meta.indexes,
            models.Index(
                fields=["user", "-created_at", "-id"], condition=Q(way=Way.LIST), name="core_notification_listed"
            ),
            models.Index(fields=["user"], condition=Q(way=Way.LIST, read_at=None), name="core_notification_unread"),
            models.Index(fields=["-dead_at"], condition=Q(dead_at__isnull=False), name="core_notification_dead"),
        )
        constraints: ClassVar[Any] = (
            models.UniqueConstraint(
                fields=["user", "kind", "object_id", "round", "way"], name="core_notification_once"
            ),
            models.CheckConstraint(condition=Q(way__in=Way.values), name="core_notification_way"),
            models.CheckConstraint(
                condition=Q(read_at=None) | Q(way=Way.LIST),
                name="core_notification_read_in_list",
                violation_error_message=_("Only what stands in the list is marked as read"),
            ),
            models.CheckConstraint(
                condition=Q(unsent="")
                | Q(unsent__in=[reason.value for reason in DEAD_REASONS], dead_at__isnull=False)
                | Q(unsent__in=[Unsent.ACCOUNT_CLOSED, Unsent.NOT_VISIBLE, Unsent.SETTLED], done_at__isnull=False),
                name="core_notification_unsent",
                violation_error_message=_("A reason for not sending closes a notification or gives it up"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.user}"

    @property
    def message_id(self) -> str:
        """Stable, so that a mail that went out twice is shown once."""
        return f"<{self.uuid}@{settings.BASE_URL.partition('//')[2].partition(':')[0].partition('/')[0]}>"

    def close(self, fence: int, reason: Unsent) -> bool:
        """Not to be sent any more, and nobody has to look; False if a later claim has taken over."""
        closed = {"done_at": clock.now(), "lease_until": None, "last_error": "", "unsent": reason}
        return bool(self._mine(fence).update(**closed))

    def bury(self, fence: int, error: str, reason: Unsent = Unsent.GIVEN_UP) -> bool:
        """Give up; an administrator has to look. False if a later claim has taken over."""
        dead = {"dead_at": clock.now(), "lease_until": None, "last_error": error[:2000], "unsent": reason}
        return bool(self._mine(fence).update(**dead))


class DeadNoticeQuerySet(DeskQuerySet):
    """Notifications that were given up."""

    def visible_to(self, principal: "Principal") -> Self:
        """Administrators of the installation see that somebody was not told, and why; never what."""
        return self.filter(dead_at__isnull=False) if principal.manages_installation() else self.none()


class DeadNotice(Notification):
    """A notification that was given up, as administrators see it.

    A model of its own because it answers another question: everybody sees their own notifications and nobody else's.
    """

    objects = DeadNoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        proxy = True
        verbose_name = _("notification not delivered")
        verbose_name_plural = _("notifications not delivered")

    def __str__(self) -> str:
        return f"{self.user}: {self.get_unsent_display()}"
