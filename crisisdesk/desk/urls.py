"""Addresses of the home page and of a case at a glance."""

from django.conf import settings
from django.urls import path

from crisisdesk.desk.gallery import gallery
from crisisdesk.desk.views import CaseView, HomeView

app_name = "desk"

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("cases/<str:reference>/", CaseView.as_view(), name="case"),
]

if settings.DEBUG:
    urlpatterns.append(path("gallery/", gallery, name="gallery"))
