"""The API of one's own notifications."""

from typing import Any, ClassVar

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from crisisdesk.core.actions import notifications
from crisisdesk.core.api.viewsets import DeskViewSet, Filter, Output, verb
from crisisdesk.core.jobs.notifications import Told, told
from crisisdesk.core.models import DeadNotice, Notification, Unsent


class NotificationOut(Output):
    """Something one was told, in one's own language.

    `subject`, `text` and `url` are null where what it is about may no longer be seen.
    """

    subject = serializers.SerializerMethodField()
    text = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField()
    actions = True

    class Meta:
        model = Notification
        fields = ("uuid", "kind", "subject", "text", "url", "created_at", "read_at")

    @extend_schema_field({"type": ["string", "null"]})
    def get_subject(self, row: Notification) -> str | None:
        """One line."""
        words = self._told(row).words
        return words.subject if words else None

    @extend_schema_field({"type": ["string", "null"]})
    def get_text(self, row: Notification) -> str | None:
        """What to do."""
        words = self._told(row).words
        return words.text if words else None

    @extend_schema_field({"type": ["string", "null"], "format": "uri"})
    def get_url(self, row: Notification) -> str | None:
        """Where it leads in the desk."""
        path = self._told(row).path
        return f"{settings.BASE_URL.rstrip('/')}{path}" if path else None

    def _told(self, row: Notification) -> Told:
        view = self.context["view"]
        found: Told = view.lines.get(row.pk) or told([row], view.principal)[0]
        view.lines[row.pk] = found
        return found


class ReadAllOut(serializers.Serializer[Any]):
    """What came of it."""

    marked = serializers.SerializerMethodField(help_text="How many were unread before.")

    def get_marked(self, count: int) -> int:
        """The number itself."""
        return count


class NotificationViewSet(DeskViewSet):
    """What one was told: the list in the desk. Nobody sees anybody else's."""

    model = Notification
    serializer_class = NotificationOut
    filters: ClassVar = {"unread": Filter("read_at__isnull", serializers.BooleanField())}

    mark_read = verb(notifications.mark_notice_read)
    mark_all_read = verb(notifications.mark_all_notices_read, response=ReadAllOut, detail=False)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.lines: dict[int, Told] = {}

    def get_queryset(self) -> QuerySet[Any]:
        """The list; mails are not in it."""
        rows: Any = super().get_queryset()
        listed: QuerySet[Any] = rows if getattr(self, "swagger_fake_view", False) else rows.listed()
        return listed

    def paginate_queryset(self, queryset: Any) -> Any:
        """The page, its words asked for at once."""
        page = super().paginate_queryset(queryset)
        self.lines = {line.row.pk: line for line in told(page or [], self.principal)}
        return page


class DeadNoticeRow(Output):
    """An e-mail to a colleague that was given up: to whom and why, never what it said."""

    user = serializers.UUIDField(source="user.uuid")

    class Meta:
        model = DeadNotice
        fields = ("uuid", "user", "kind", "unsent", "created_at", "dead_at", "attempts", "last_error")


class DeadNoticeOut(DeadNoticeRow):
    """One of them, with what may be done about it."""

    actions = True

    class Meta(DeadNoticeRow.Meta):
        pass


class DeadNoticeViewSet(DeskViewSet):
    """E-mails to colleagues that could not be delivered, for administrators of the installation."""

    model = DeadNotice
    serializer_class = DeadNoticeOut
    list_serializer_class = DeadNoticeRow
    filters: ClassVar = {"unsent": Filter("unsent", serializers.ChoiceField(Unsent.choices), many=True)}

    retry = verb(notifications.retry_notice)

    def get_queryset(self) -> QuerySet[Any]:
        """With the people they were meant for."""
        return super().get_queryset().select_related("user")
