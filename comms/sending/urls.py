"""Addresses of sending; `comms.urls` adds them to its own."""

from django.urls import path, re_path

from comms.sending.views import by_hand, deliveries

urlpatterns = [
    path("statements/<uuid:uuid>/by-hand/", by_hand.ByHandView.as_view(), name="by_hand"),
    path("statements/<uuid:uuid>/deliveries/", deliveries.DeliveriesView.as_view(), name="deliveries"),
    path("statements/<uuid:uuid>/withdraw/", deliveries.WithdrawView.as_view(), name="withdraw"),
    path("versions/<uuid:uuid>/publish/", deliveries.PublishView.as_view(), name="publish"),
    path("versions/<uuid:uuid>/schedule/", deliveries.ScheduleView.as_view(), name="schedule"),
    path("versions/<uuid:uuid>/unschedule/", deliveries.UnscheduleView.as_view(), name="unschedule"),
    path("deliveries/<uuid:uuid>/tick/", by_hand.TickView.as_view(), name="tick"),
    path("deliveries/<uuid:uuid>/link/", by_hand.LinkView.as_view(), name="link"),
    path("deliveries/<uuid:uuid>/untick/", by_hand.UntickView.as_view(), name="untick"),
    path("deliveries/<uuid:uuid>/retry/", deliveries.RetryView.as_view(), name="retry"),
    path("deliveries/<uuid:uuid>/sent/", deliveries.SentView.as_view(), name="sent"),
    path("deliveries/<uuid:uuid>/again/", deliveries.AgainView.as_view(), name="again"),
    re_path(
        r"^deliveries/(?P<uuid>[0-9a-f-]{36})/(?P<shape>square|tall)\.svg$", by_hand.CardView.as_view(), name="card"
    ),
]
