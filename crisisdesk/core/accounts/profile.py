"""How the desk looks and speaks to one person: language, appearance, profile."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from crisisdesk.core.actions.tokens import change_profile
from crisisdesk.core.models import User
from crisisdesk.core.web.views import DeskView, SeeOther, VerbView, home_url

YEAR = 365 * 24 * 60 * 60  # seconds


def back(request: HttpRequest) -> str:
    """The page the button stood on, as far as it is one of ours."""
    before = request.POST.get("next") or request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure()):
        return before
    return home_url()


class LanguageView(View):
    """Switch the language: in a cookie for this browser, in the account for mails and other devices."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set `language`."""
        language = request.POST.get("language", "")
        if language not in dict(settings.LANGUAGES):
            raise BadRequest(language)
        if request.user.is_authenticated:
            change_profile(request.user, request.principal, language=language)  # type: ignore[attr-defined]
        response = SeeOther(back(request))
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite="Lax",
        )
        return response


class AppearanceView(DeskView):
    """Switch between light, dark, and as the device has it."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Set `theme`."""
        theme = request.POST.get("theme", "")
        if theme not in {code for code, _label in User._meta.get_field("theme").flatchoices}:
            raise BadRequest(theme)
        user: Any = self.principal.user
        change_profile(user, self.principal, theme=theme)
        return SeeOther(back(request))


class ProfileForm(forms.ModelForm[User]):
    """What people say about themselves."""

    class Meta:
        model = User
        fields = ("name", "phone", "language", "theme")
        widgets: ClassVar[dict[str, Any]] = {
            "name": forms.TextInput(attrs={"autocomplete": "name"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
        }


class ProfileView(VerbView):
    """One's own profile."""

    verb = change_profile
    form_class = ProfileForm  # type: ignore[assignment]
    template_name = "core/profile.html"

    def get_object(self) -> User:
        """The account of whoever looks."""
        user: Any = self.principal.user
        return User.objects.get(pk=user.pk)

    def get_form_options(self) -> dict[str, Any]:
        """The form starts with what the account says."""
        return {"instance": self.object}

    def get_success_url(self, result: User) -> str:
        """Stay here, in the language just chosen."""
        with translation.override(result.language):
            messages.success(self.request, _("Saved"))
        return reverse("profile")

    def show(self, form: forms.Form | None, *, status: int = 200) -> HttpResponse:
        """The page."""
        return render(self.request, self.template_name, self.get_context(form), status=status)
