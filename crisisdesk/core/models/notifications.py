"""Mails that tell somebody that something waits for them."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access.querysets import DeskQuerySet
from crisisdesk.core.models.base import DeskModel
from crisisdesk.core.models.due import Due

if TYPE_CHECKING:
    from crisisdesk.core.access.principals import Principal


class NotificationQuerySet(DeskQuerySet):
    """Notifications."""

    def visible_to(self, principal: "Principal") -> Self:
        """Everybody sees their own."""
        return self if principal.is_system else self.filter(user=principal.user)


class Notification(DeskModel, Due):
    """One thing one person is told once: `kind` says which text, `path` where the work is, `values` fill the text.

    The mail is written when it is sent, in the language the person reads then.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60)
    object_id = models.UUIDField()
    path = models.CharField(max_length=300)
    values = models.JSONField(default=dict, blank=True)

    objects = NotificationQuerySet.as_manager()
    task: ClassVar[str] = "core.send_notifications"

    class Meta(Due.Meta):
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        constraints: ClassVar[Any] = (
            models.UniqueConstraint(fields=["user", "kind", "object_id"], name="core_notification_once"),
        )

    def __str__(self) -> str:
        return f"{self.kind} → {self.user}"

    @property
    def message_id(self) -> str:
        """Stable, so that a mail that went out twice is shown once."""
        return f"<{self.uuid}@{settings.BASE_URL.partition('//')[2].partition(':')[0].partition('/')[0]}>"
