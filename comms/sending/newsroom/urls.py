"""Addresses of the newsrooms. The language stands in the address; without one it is the brand's own."""

from django.urls import path, re_path

from comms.sending.newsroom import feeds, pages, subscribing

app_name = "newsroom"

BRAND = r"^(?P<slug>[-a-zA-Z0-9_]+)/(?:(?P<language>[a-z]{2,3})/)?"

urlpatterns = [
    re_path(BRAND + r"$", pages.brand, name="brand"),
    re_path(BRAND + r"atom\.xml$", feeds.atom, name="atom"),
    re_path(BRAND + r"posts\.json$", feeds.json_feed, name="json"),
    path("<slug:slug>/<uuid:uuid>/", pages.post, name="post"),
    path("<slug:slug>/subscribe/", subscribing.subscribe_here, name="subscribe"),
    path("<slug:slug>/confirm/<str:token>/", subscribing.confirm_here, name="confirm"),
    path("<slug:slug>/leave/<str:token>/", subscribing.leave_here, name="leave"),
]
