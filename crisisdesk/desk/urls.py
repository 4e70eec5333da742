"""Addresses of the home page, of a case at a glance, and of the desk as an installed app."""

from django.conf import settings
from django.urls import path

from crisisdesk.desk import installed
from crisisdesk.desk.gallery import gallery
from crisisdesk.desk.notices import NoticesView, ReadAllNoticesView, ReadNoticeView
from crisisdesk.desk.views import CaseView, HomeView

app_name = "desk"

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("cases/<str:reference>/", CaseView.as_view(), name="case"),
    path("notifications/", NoticesView.as_view(), name="notices"),
    path("notifications/read/", ReadAllNoticesView.as_view(), name="notices_read"),
    path("notifications/<uuid:uuid>/read/", ReadNoticeView.as_view(), name="notice_read"),
    path("manifest.webmanifest", installed.manifest, name="manifest"),
    path("offline/", installed.offline, name="offline"),
    path("worker.js", installed.worker, name="worker"),
]

if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
