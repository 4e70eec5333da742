"""The administration as a whole: which models it shows, and how one gets in."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _


class DeskAdminSite(admin.AdminSite):
    """Set-up and oversight. Shows only models with a `DeskAdmin`: what libraries would add are technical rows."""

    site_title = "CrisisDesk"
    site_header = _("CrisisDesk administration")
    index_title = _("Set-up and oversight")
    enable_nav_sidebar = True

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take models whose admin keeps the kernel's rules; leave out all others."""
        from crisisdesk.core.admin.base import DeskAdmin

        if admin_class is not None and issubclass(admin_class, DeskAdmin):
            super().register(model_or_iterable, admin_class, **options)

    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Signing in happens on the one sign-in page, with its limits and second factors."""
        return HttpResponseRedirect(reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Passwords are changed on the one page that counts wrong tries."""
        return HttpResponseRedirect(reverse("account_change_password"))
