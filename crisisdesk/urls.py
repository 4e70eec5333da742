"""Addresses of the whole installation. Each app keeps its own ``urls.py``."""

from django.contrib import admin
from django.urls import path

from crisisdesk.core import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
]
