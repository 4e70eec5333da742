"""The product's addresses and BASE: one view with one indexed query, the yardstick of every page."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from crisisdesk.core.models import User


def base(request: HttpRequest) -> HttpResponse:
    """BASE: what a page costs that asks the database one question."""
    name = User.objects.values_list("name", flat=True).get(email="duty@zrnko.example")
    return HttpResponse(f"<!doctype html><title>{name}</title>")


urlpatterns = [path("bench/base/", base), path("", include("crisisdesk.urls"))]
