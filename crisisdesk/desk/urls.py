"""Addresses of the home page and of a case at a glance."""

from django.urls import path

from crisisdesk.desk.views import CaseView, HomeView

app_name = "desk"

urlpatterns = [
    path("", HomeView.as_view(), name="home"),
    path("cases/<str:reference>/", CaseView.as_view(), name="case"),
]
