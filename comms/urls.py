"""Addresses of texts: writing and deciding here, sending in `sending/urls.py`."""

from django.urls import path

from comms.sending.urls import urlpatterns as sending
from comms.views import approval, editor, lists, release, templates, verbs

app_name = "comms"

urlpatterns = [
    path("statements/", lists.StatementListView.as_view(), name="statements"),
    path("statements/<uuid:uuid>/", editor.StatementView.as_view(), name="statement"),
    path("statements/<uuid:uuid>/draft/", editor.AutosaveView.as_view(), name="autosave"),
    path("statements/<uuid:uuid>/settings/", verbs.ChangeView.as_view(), name="change"),
    path("statements/<uuid:uuid>/languages/<str:language>/", verbs.AddLanguageView.as_view(), name="add_language"),
    path("versions/<uuid:uuid>/take-back/", verbs.TakeBackView.as_view(), name="take_back"),
    path("versions/<uuid:uuid>/revise/", verbs.ReviseView.as_view(), name="revise"),
    path("cases/<str:reference>/statements/", lists.CaseStatementsView.as_view(), name="case_statements"),
    path("cases/<str:reference>/statements/new/", verbs.DraftView.as_view(), name="draft"),
    path("cases/<str:reference>/first-statement/", release.TemplateChoiceView.as_view(), name="first_statement"),
    path("cases/<str:reference>/first-statement/<uuid:uuid>/", release.ReleaseView.as_view(), name="release"),
    path("approvals/", lists.ApprovalListView.as_view(), name="approvals"),
    path("approvals/<uuid:uuid>/", approval.ApprovalView.as_view(), name="approval"),
    path("reviews/<uuid:uuid>/", verbs.ReviewView.as_view(), name="review"),
    path("templates/", templates.TemplateListView.as_view(), name="templates"),
    path("templates/<uuid:uuid>/", templates.TemplateView.as_view(), name="template"),
    path("templates/<uuid:uuid>/submit/", templates.SubmitView.as_view(), name="template_submit"),
    path("templates/<uuid:uuid>/approve/", templates.ApproveView.as_view(), name="template_approve"),
    path("templates/<uuid:uuid>/return/", templates.ReturnView.as_view(), name="template_return"),
    path("templates/<uuid:uuid>/retire/", templates.RetireView.as_view(), name="template_retire"),
    path("templates/<uuid:uuid>/new-version/", templates.NewVersionView.as_view(), name="template_draft"),
    *sending,
]
