"""CrisisDesk on a home screen: how it is called there, and what it shows without a connection. Public, no session."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

# What the page without a connection is made of.
KEPT = ("css/tokens.css", "css/base.css", "css/components.css", "css/forms.css", "img/logo.svg", "img/favicon.svg")


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What the device needs to know to keep the desk as an app."""
    described: dict[str, Any] = {
        "name": "CrisisDesk",
        "short_name": "CrisisDesk",
        "description": _("The desk at which a team works when a crisis comes."),
        "start_url": reverse("desk:home"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f6f7f9",
        "theme_color": "#101b28",
        "icons": [{"src": static("img/logo.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}],
    }
    return JsonResponse(described, content_type="application/manifest+json")


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    """The page shown without a connection; the browser fetches it beforehand."""
    return render(request, "offline.html")


@require_safe
@cache_control(no_cache=True)
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps that page; it changes with the files it keeps."""
    kept = [reverse("desk:offline"), *map(static, KEPT)]
    digest = hashlib.sha256("\n".join(kept).encode()).hexdigest()[:12]
    context = {"kept": kept, "offline": kept[0], "name": f"offline-{digest}"}
    return render(request, "desk/worker.js", context, content_type="text/javascript; charset=utf-8")
