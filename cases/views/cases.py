"""Lists and pages of cases."""

from collections import defaultdict
from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases import course
from cases.actions import (
    accept_role,
    add_decision,
    add_fact,
    add_note,
    add_task,
    call_team,
    confirm_fact,
    end_role,
    offer_role,
    refute_fact,
    tick_off_clock,
    withdraw_offer,
)
from cases.models import Case, CaseState, Clock, Fact, Protocol, RoleAssignment, Severity, Task
from cases.states import OPEN_CASE, OPEN_TASK, FactState, RoleState
from cases.views.base import CaseView, KeysetPage, possible
from cases.views.evidence import evidence_context
from cases.views.verbs import next_steps
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import Role
from crisisdesk.core.models import Brand
from crisisdesk.core.web.input_forms import form_for
from crisisdesk.core.web.views import DeskView


class CaseListView(DeskView):
    """Cases, the newest first; those in course unless something else is asked for."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of the list."""
        rows = Case.objects.visible_to(self.principal).for_lists()
        chosen = {name: request.GET.get(name, "") for name in ("state", "severity", "brand", "q")}
        if chosen["state"] in CaseState.values:
            rows = rows.filter(state=chosen["state"])
        elif chosen["state"] != "all":
            rows = rows.filter(state__in=OPEN_CASE)
        if chosen["severity"] in {str(level) for level in Severity.values}:
            rows = rows.filter(severity=chosen["severity"])
        brands = Brand.objects.visible_to(self.principal)
        if chosen["brand"] in {brand.slug for brand in brands}:
            rows = rows.filter(brand__slug=chosen["brand"])
        sought = chosen["q"].replace("\x00", "").strip()
        if sought:
            rows = _searched(rows, sought)
        page = KeysetPage.of(rows, request)
        leads, clocks = _leads(page.rows), _next_clocks(page.rows)
        page.rows = [{"case": case, "lead": leads.get(case.pk), "clock": clocks.get(case.pk)} for case in page.rows]
        return render(
            request,
            "cases/case_list.html",
            {
                "page": page,
                "chosen": chosen,
                "states": CaseState.choices,
                "severities": Severity.choices,
                "brands": brands,
            },
        )


def _searched(rows: Any, text: str) -> Any:
    if text.upper().startswith("CD-"):
        return rows.filter(reference__istartswith=text)
    return rows.searched(text)


def _leads(cases: list[Case]) -> dict[int, Any]:
    """Who leads, by case."""
    held = RoleAssignment.objects.accepted().filter(case__in=cases, role=Role.CRISIS_LEAD)
    shown = held.select_related("user").only("case_id", "user__name")
    return {assignment.case_id: assignment.user for assignment in shown}


def _next_clocks(cases: list[Case]) -> dict[int, Any]:
    """The running clock that is due first, by case."""
    running = Clock.objects.running().filter(case__in=cases).order_by("case_id", "due_at").distinct("case_id")
    return {clock.case_id: clock for clock in running.only(*_SHOWN_OF_CLOCK)}


# What the tag `clock` shows.
_SHOWN_OF_CLOCK = ("case_id", "code", "subject", "started_at", "warn_at", "due_at", "met_at", "cancelled_at")


class HeadView(CaseView):
    """The head of a case, for pages that keep it fresh; 204 while the log has not moved."""

    is_polled = True

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The head."""
        return render(request, "cases/_head.html", self.head(request.GET.get("tab", "")))


class CourseView(CaseView):
    """Course and tasks."""

    tab = "course"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The whole page."""
        prefetch_course(self.case)
        before = request.GET.get("before", "")
        older = int(before) if before.isdecimal() and len(before) < 18 else None
        return render(request, "cases/course.html", {**self.head(), **course_context(self.case, self.principal, older)})


class CourseLiveView(CaseView):
    """The course while it is being looked at; 204 while the log has not moved."""

    is_polled = True

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The fragment."""
        prefetch_course(self.case)
        return render(request, "cases/_course.html", {**self.head(), **course_context(self.case, self.principal)})


def prefetch_course(case: Case) -> None:
    """Read the tasks with all that their lines show."""
    tasks = Task.objects.select_related("step", "assignee", "finished_by", "reason")
    prefetch_related_objects([case], Prefetch("tasks", tasks))


def course_context(case: Case, principal: Principal, before: int | None = None) -> dict[str, Any]:
    """Lines of the course, tasks, clocks, and what this person can do about them."""
    events = course.events_of(case, before=before)
    older = events[-1].seal.seq if events and events[-1].seal.seq > 1 else None
    if older is None:
        events = [*events, *course.events_before(case)]
    tasks, clocks = list(case.tasks.all()), list(case.clocks.all())
    live = f"{reverse('cases:course_live', args=[case.reference])}?seq={case.chain.head_seq}"
    return {
        "course_url": live if before is None else "",
        "lines": course.told(events),
        "older": older,
        "newest_page": before is None,
        "open_tasks": [task for task in tasks if task.state in OPEN_TASK],
        "done_tasks": [task for task in tasks if task.state not in OPEN_TASK],
        "all_clocks": clocks,
        "may_tick_off": {clock.pk for clock in clocks if possible(tick_off_clock, principal, clock)},
        "may_work": case.is_open and principal.has(Capability.CONTRIBUTE, case),
        "may_note": possible(add_note, principal, case),
        "may_decide": possible(add_decision, principal, case),
        "may_add_task": possible(add_task, principal, case),
        "note_form": form_for(add_note)(principal=principal, target=case, auto_id="note_%s"),
        "decision_form": form_for(add_decision)(principal=principal, target=case, auto_id="decision_%s"),
        "next_steps": next_steps(case, principal),
    }


class FactsView(CaseView):
    """What we know and what we do not know."""

    tab = "facts"
    GROUPS = (FactState.OPEN, FactState.UNVERIFIED, FactState.CONFIRMED, FactState.REFUTED, FactState.OBSOLETE)

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The facts by how sure we are of them."""
        grouped: dict[str, list[Fact]] = defaultdict(list)
        for fact in self.case.facts.select_related("owner", "verified_by", "voucher", "added_by"):
            asked: dict[str, Any] = {"principal": self.principal, "target": fact}
            fact.confirm_form = form_for(confirm_fact)(**asked, auto_id=f"confirm_{fact.pk}_%s")
            fact.refute_form = form_for(refute_fact)(**asked, auto_id=f"refute_{fact.pk}_%s")
            grouped[fact.state].append(fact)
        context = {
            **self.head(),
            "groups": [(state, state.label, grouped[state]) for state in self.GROUPS if grouped[state]],
            "may_add": possible(add_fact, self.principal, self.case),
            "form": form_for(add_fact)(principal=self.principal, target=self.case),
            **evidence_context(self.case, self.principal, whole=request.GET.get("evidence") == "all"),
        }
        return render(request, "cases/facts.html", context)


class PeopleView(CaseView):
    """Who does what."""

    tab = "people"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """Roles held, offered and missing; the past below."""
        assignments = list(self.case.roles.select_related("user", "offered_by", "deputy_of", "case__brand"))
        for assignment in assignments:
            assignment.case = self.case
        current = [one for one in assignments if one.state in (RoleState.OFFERED, RoleState.ACCEPTED)]
        context = {
            **self.head(),
            "assignments": [
                (
                    one,
                    possible(accept_role, self.principal, one),
                    possible(end_role, self.principal, one),
                    possible(withdraw_offer, self.principal, one),
                )
                for one in current
            ],
            "past": [one for one in assignments if one not in current],
            "may_offer": possible(offer_role, self.principal, self.case),
            "may_call": possible(call_team, self.principal, self.case),
            "form": form_for(offer_role)(principal=self.principal, target=self.case),
        }
        return render(request, "cases/people.html", context)


class ProtocolsView(DeskView):
    """The protocols to read, with the steps of the versions in force."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """All of them on one page."""
        versions = [version for protocol in Protocol.objects.all() if (version := protocol.current()) is not None]
        return render(request, "cases/protocols.html", {"versions": versions})
