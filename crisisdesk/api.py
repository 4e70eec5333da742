"""The REST API: the resources of every app under `/api/v1/`, and its description."""

from importlib import import_module
from typing import Any

from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.urls import include, path
from django.utils.module_loading import module_has_submodule
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from crisisdesk.core.api import account as api_account
from crisisdesk.core.api import uploads as api_uploads
from crisisdesk.core.api.viewsets import Answers, Router
from crisisdesk.core.errors import Missing


class SchemaView(Answers, SpectacularAPIView):
    """The description of the API."""

    @extend_schema(exclude=True)
    def get(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        """OpenAPI 3.1 as YAML, or as JSON when the client accepts only that."""
        return super().get(request, *args, **kwargs)


class DocsView(SpectacularSwaggerSplitView):
    """The description to read and to try, from our own static files."""

    url_name = "api:schema"
    template_name = "api/docs.html"
    title = "CrisisDesk API"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """People who are not signed in are asked to; the page is for the browser."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return response


class NowhereView(Answers):
    """Addresses the API does not have."""

    schema = None

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Say that there is nothing, whatever the method; strangers are asked who they are first."""
        super().initial(request, *args, **kwargs)
        raise Missing


def router() -> Router:
    """A router with the resources of the kernel and of every app that has an `api` module with `register(router)`."""
    assembled = Router()
    api_account.register(assembled)
    api_uploads.register(assembled)
    for app in apps.get_app_configs():
        if app.name.startswith("crisisdesk.core") or not module_has_submodule(app.module, "api"):
            continue
        register = getattr(import_module(f"{app.name}.api"), "register", None)
        if register is not None:
            register(assembled)
    assembled.complete()
    return assembled


resources = router()

urlpatterns = [
    path(
        "v1/",
        include(
            (
                [
                    *api_account.urlpatterns,
                    *resources.urls,
                    path("schema", SchemaView.as_view(), name="schema"),
                    path("docs", DocsView.as_view(), name="docs"),
                    path("<path:address>", NowhereView.as_view(), name="nowhere"),
                ],
                "api",
            )
        ),
    ),
]
