"""Addresses of monitoring."""

from django.urls import path

from cases.monitoring.views import mentions, reports, sources

app_name = "monitoring"

urlpatterns = [
    path("mentions/", mentions.MentionsView.as_view(), name="mentions"),
    path("mentions/rows/", mentions.MentionRowsView.as_view(), name="mention_rows"),
    path("mentions/raise/", mentions.RaiseView.as_view(), name="raise"),
    path("mentions/attach/", mentions.AttachView.as_view(), name="attach"),
    path("mentions/<uuid:uuid>/", mentions.MentionView.as_view(), name="mention"),
    path("signals/<uuid:uuid>/evidence/", mentions.EvidenceView.as_view(), name="evidence"),
    path("sources/", sources.SourcesView.as_view(), name="sources"),
    path("sources/new/", sources.NewSourceView.as_view(), name="source_new"),
    path("sources/<uuid:uuid>/", sources.SourceView.as_view(), name="source"),
    path("sources/<uuid:uuid>/edit/", sources.EditSourceView.as_view(), name="source_edit"),
    path("sources/<uuid:uuid>/pause/", sources.PauseSourceView.as_view(), name="source_pause"),
    path("sources/<uuid:uuid>/resume/", sources.ResumeSourceView.as_view(), name="source_resume"),
    path("sources/<uuid:uuid>/look/", sources.PollNowView.as_view(), name="source_look"),
    path("report/addresses/", reports.ReportAddressesView.as_view(), name="report_addresses"),
    path("report/addresses/new/", reports.NewReportAddressView.as_view(), name="report_address_new"),
    path(
        "report/addresses/<uuid:uuid>/replace/",
        reports.RotateReportAddressView.as_view(),
        name="report_address_rotate",
    ),
    path(
        "report/addresses/<uuid:uuid>/revoke/",
        reports.RevokeReportAddressView.as_view(),
        name="report_address_revoke",
    ),
    path("report/<str:secret>/", reports.ReportView.as_view(), name="report"),
    path("report/<str:secret>/sent/", reports.ReportedView.as_view(), name="reported"),
]
