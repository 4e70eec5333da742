"""The list of what somebody was told, and marking it as read."""

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.views.base import KeysetPage
from crisisdesk.core import clock
from crisisdesk.core.access.querysets import CappedCount
from crisisdesk.core.actions.notifications import mark_all_notices_read, mark_notice_read
from crisisdesk.core.jobs.notifications import told
from crisisdesk.core.models import DeadNotice, Notification, Organisation
from crisisdesk.core.web.views import DeskView, VerbView


class NoticesView(DeskView):
    """One's own notifications, the newest first; administrators learn here what could not be delivered."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of the list: all, or with `?show=unread` what was not read yet."""
        mine = Notification.objects.visible_to(self.principal)
        only_unread = request.GET.get("show") == "unread"
        page = KeysetPage.of(mine.unread() if only_unread else mine.listed(), request)
        context = {
            "page": page,
            "lines": told(page.rows, self.principal),
            "only_unread": only_unread,
            "seen_at": clock.now().isoformat(),
            "any_unread": any(row.read_at is None for row in page.rows) or mine.unread().exists(),
            "undelivered": self._undelivered(),
        }
        return render(request, "desk/notices.html", context)

    def _undelivered(self) -> CappedCount | None:
        """How many mails to anybody were given up, for administrators who can open the list of them."""
        user = self.principal.user
        if user is None or not user.is_staff or not self.principal.manages_installation():
            return None
        return CappedCount(DeadNotice.objects.visible_to(self.principal))


class ReadNoticeView(VerbView):
    """Mark one as read, and open what it is about if the button says so."""

    verb = mark_notice_read
    model = Notification
    http_method_names = ["post", "options"]

    def get_success_url(self, result: Notification) -> str:
        """The thing itself for the button that opens it, else the list."""
        return result.path if "open" in self.request.POST else self.page_before()

    def page_above(self) -> str:
        """The list."""
        return reverse("desk:notices")


class UntilForm(forms.Form):
    """Up to which instant somebody has seen the list; nothing for everything."""

    until = forms.CharField(required=False, max_length=40)

    def clean_until(self) -> datetime | None:
        """The instant as the page wrote it; None for anything else, which only a broken client sends."""
        try:
            given = datetime.fromisoformat(self.cleaned_data["until"]) if self.cleaned_data["until"] else None
        except ValueError:
            given = None
        return given if given is not None and given.tzinfo is not None else None


class ReadAllNoticesView(VerbView):
    """Mark everything as read that the page could show."""

    verb = mark_all_notices_read
    form_class = UntilForm
    http_method_names = ["post", "options"]

    def get_object(self) -> Organisation:
        """The list is one's own; the verb needs no row."""
        return Organisation.objects.get()

    def get_values(self, form: Any) -> dict[str, Any]:
        """Everything there is, where the page did not say."""
        return {"until": form.cleaned_data["until"]}

    def get_success_url(self, result: int) -> str:
        """The list."""
        return reverse("desk:notices")
