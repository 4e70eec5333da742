"""Addresses of signals and cases."""

from typing import Any

from django.urls import path

from cases import actions
from cases.models import Case, Clock, Fact, RoleAssignment, Signal, SignalFile, Task
from cases.views import cases, evidence, signals, verbs
from cases.views.base import CaseVerb, VerbPage
from crisisdesk.core.web.views import pages_of_the_rest

app_name = "cases"

lists = [
    path("signals/", signals.SignalListView.as_view(), name="signals"),
    path("cases/", cases.CaseListView.as_view(), name="list"),
    path("protocols/", cases.ProtocolsView.as_view(), name="protocols"),
]

of_a_signal = [
    path("signals/new/", signals.ReportPage.as_view(), name="report_signal"),
    path("signals/<uuid:uuid>/", signals.SignalView.as_view(), name="signal"),
    path("signals/<uuid:uuid>/live/", signals.SignalLiveView.as_view(), name="signal_live"),
    path(
        "signals/<uuid:uuid>/take-over/",
        signals.SignalVerb.of(actions.take_over_signal, success_message=signals.TAKEN),
        name="take_over_signal",
    ),
    path(
        "signals/<uuid:uuid>/dismiss/",
        signals.SignalVerb.of(actions.dismiss_signal),
        name="dismiss_signal",
    ),
    path("signals/<uuid:uuid>/attach/", signals.AttachPage.as_view(), name="attach_signal"),
    path("signals/<uuid:uuid>/open/", signals.OpenPage.as_view(), name="open_case"),
    path("signals/<uuid:uuid>/lead/", signals.LeadPage.as_view(), name="take_and_lead"),
]

_CASE = "cases/<str:reference>"

of_a_case = [
    path(f"{_CASE}/head/", cases.HeadView.as_view(), name="head"),
    path(f"{_CASE}/course/", cases.CourseView.as_view(), name="course"),
    path(f"{_CASE}/course/live/", cases.CourseLiveView.as_view(), name="course_live"),
    path(f"{_CASE}/facts/", cases.FactsView.as_view(), name="facts"),
    path(f"{_CASE}/people/", cases.PeopleView.as_view(), name="people"),
    path(f"{_CASE}/severity/", verbs.SeverityPage.as_view(), name="assess_severity"),
    path(f"{_CASE}/change/", CaseVerb.of(actions.change_case), name="change_case"),
    path(f"{_CASE}/merge/", CaseVerb.of(actions.merge_case), name="merge_case"),
    path(f"{_CASE}/confidential/", CaseVerb.of(actions.set_confidential), name="set_confidential"),
    path(f"{_CASE}/activate/", verbs.ActivatePage.as_view(), name="activate"),
    path(f"{_CASE}/state/", verbs.StatePage.as_view(), name="state"),
    path(f"{_CASE}/watch/", CaseVerb.of(actions.watch_case), name="watch_case"),
    path(f"{_CASE}/dismiss/", CaseVerb.of(actions.dismiss_case), name="dismiss_case"),
    path(f"{_CASE}/waive/", CaseVerb.of(actions.waive_statement), name="waive_statement"),
    path(f"{_CASE}/contain/", CaseVerb.of(actions.contain_case), name="contain_case"),
    path(f"{_CASE}/relapse/", CaseVerb.of(actions.relapse_case), name="relapse_case"),
    path(f"{_CASE}/resolve/", CaseVerb.of(actions.resolve_case), name="resolve_case"),
    path(f"{_CASE}/review/", CaseVerb.of(actions.start_review), name="start_review"),
    path(f"{_CASE}/close/", CaseVerb.of(actions.close_case), name="close_case"),
    path(f"{_CASE}/reopen/", CaseVerb.of(actions.reopen_case), name="reopen_case"),
    path(f"{_CASE}/notes/", CaseVerb.of(actions.add_note), name="add_note"),
    path(f"{_CASE}/decisions/", CaseVerb.of(actions.add_decision), name="add_decision"),
    path(f"{_CASE}/tasks/", CaseVerb.of(actions.add_task), name="add_task"),
    path(
        f"{_CASE}/facts/new/",
        CaseVerb.of(actions.add_fact, redirect_to="cases:facts"),
        name="add_fact",
    ),
    path(f"{_CASE}/evidence/new/", evidence.AddPage.as_view(), name="add_evidence"),
    path(
        f"{_CASE}/people/call/",
        CaseVerb.of(actions.call_team, redirect_to="cases:people"),
        name="call_team",
    ),
    path(
        f"{_CASE}/people/offer/",
        CaseVerb.of(actions.offer_role, redirect_to="cases:people"),
        name="offer_role",
    ),
]

on_course: dict[str, Any] = {"model": Task, "redirect_to": "cases:course"}
on_facts: dict[str, Any] = {"model": Fact, "redirect_to": "cases:facts"}

of_its_parts = [
    path("tasks/<uuid:uuid>/start/", VerbPage.of(actions.start_task, **on_course), name="start_task"),
    path(
        "tasks/<uuid:uuid>/finish/",
        VerbPage.of(actions.finish_task, **on_course),
        name="finish_task",
    ),
    path("tasks/<uuid:uuid>/block/", VerbPage.of(actions.block_task, **on_course), name="block_task"),
    path("tasks/<uuid:uuid>/skip/", VerbPage.of(actions.skip_task, **on_course), name="skip_task"),
    path(
        "clocks/<uuid:uuid>/done/",
        VerbPage.of(actions.tick_off_clock, model=Clock, redirect_to="cases:course"),
        name="tick_off_clock",
    ),
    path(
        "facts/<uuid:uuid>/confirm/",
        VerbPage.of(actions.confirm_fact, **on_facts),
        name="confirm_fact",
    ),
    path("facts/<uuid:uuid>/refute/", VerbPage.of(actions.refute_fact, **on_facts), name="refute_fact"),
    path(
        "facts/<uuid:uuid>/retire/",
        VerbPage.of(actions.retire_fact, **on_facts),
        name="retire_fact",
    ),
    path("facts/<uuid:uuid>/change/", VerbPage.of(actions.change_fact, **on_facts), name="change_fact"),
    path("evidence/<uuid:uuid>/change/", evidence.ChangePage.as_view(), name="change_evidence"),
    path("evidence/<uuid:uuid>/remove/", evidence.RemovePage.as_view(), name="remove_evidence"),
    path("evidence/<uuid:uuid>/file/", evidence.OriginalView.as_view(), name="evidence_file"),
    path("evidence/<uuid:uuid>/preview/", evidence.PreviewView.as_view(), name="evidence_preview"),
    path("signal-files/<uuid:uuid>/remove/", evidence.RemoveSignalFilePage.as_view(), name="remove_signal_file"),
    path("signal-files/<uuid:uuid>/file/", evidence.OriginalView.as_view(model=SignalFile), name="signal_file"),
    path(
        "signal-files/<uuid:uuid>/preview/",
        evidence.PreviewView.as_view(model=SignalFile),
        name="signal_file_preview",
    ),
    path("roles/<uuid:uuid>/", verbs.RolePage.of(actions.accept_role, template_name="cases/role.html"), name="role"),
    path("roles/<uuid:uuid>/accept/", verbs.RolePage.of(actions.accept_role), name="accept_role"),
    path(
        "roles/<uuid:uuid>/decline/",
        verbs.RolePage.of(actions.decline_role),
        name="decline_role",
    ),
    path("roles/<uuid:uuid>/withdraw/", verbs.RolePage.of(actions.withdraw_offer), name="withdraw_offer"),
    path("roles/<uuid:uuid>/end/", verbs.RolePage.of(actions.end_role), name="end_role"),
]

by_hand = [*lists, *of_a_signal, *of_a_case, *of_its_parts]

urlpatterns = [
    *by_hand,
    *pages_of_the_rest(
        "cases",
        by_hand,
        {
            Case: (_CASE, CaseVerb, {}),
            Signal: ("signals/<uuid:uuid>", signals.SignalVerb, {}),
            Task: ("tasks/<uuid:uuid>", VerbPage, {"redirect_to": "cases:course"}),
            Fact: ("facts/<uuid:uuid>", VerbPage, {"redirect_to": "cases:facts"}),
            RoleAssignment: ("roles/<uuid:uuid>", verbs.RolePage, {}),
        },
    ),
]
