"""Addresses of the whole installation. Each app keeps its own ``urls.py``."""

from django.contrib import admin
from django.urls import include, path

from crisisdesk.core.web import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("api/", include("crisisdesk.api")),
    path("newsroom/", include("comms.sending.newsroom.urls")),
    path("", include("crisisdesk.core.urls")),
    path("", include("crisisdesk.desk.urls")),
    path("", include("cases.urls")),
    path("", include("cases.monitoring.urls")),
    path("", include("comms.urls")),
]

handler400 = "crisisdesk.core.web.error_pages.bad_request"
handler403 = "crisisdesk.core.web.error_pages.forbidden"
handler404 = "crisisdesk.core.web.error_pages.not_found"
handler429 = "crisisdesk.core.web.error_pages.too_many"
handler500 = "crisisdesk.core.web.error_pages.server_error"
