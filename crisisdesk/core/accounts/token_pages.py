"""Pages for one's own API tokens: what there is, a new one shown once, revoking."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.accounts.token_forms import TokenForm
from crisisdesk.core.actions.tokens import create_token, revoke_token
from crisisdesk.core.models import ApiToken, Organisation
from crisisdesk.core.web.views import DeskView, VerbView


class TokensView(DeskView):
    """One's own tokens."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list; the newest first."""
        tokens = ApiToken.objects.filter(user=self.principal.user).prefetch_related("brands")
        return render(request, "core/tokens.html", {"tokens": tokens})


class NewTokenView(VerbView):
    """A new token. Its text is on the page that answers the form, and nowhere afterwards."""

    verb = create_token
    form_class = TokenForm
    template_name = "core/token_new.html"

    def get_object(self) -> Organisation:
        """Tokens are set-up of the installation."""
        return Organisation.objects.get()

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Create the token and show it, once; never kept by the browser."""
        self.made: list[ApiToken] = []
        response = super().post(request, *args, **kwargs)
        if not self.made:
            return response
        shown = render(request, "core/token_created.html", {"token": self.made[0], "secret": self.made[0].secret})
        shown["Cache-Control"] = "no-store"
        return shown

    def get_success_url(self, result: ApiToken) -> str:
        """Remember what was made for the answer."""
        self.made.append(result)
        return reverse("tokens")


class RevokeTokenView(VerbView):
    """Revoke a token at once."""

    verb = revoke_token
    model = ApiToken
    success_message = _("The token no longer works")

    http_method_names = ["post", "options"]

    def get_success_url(self, result: ApiToken) -> str:
        """Back to the list."""
        return reverse("tokens")
