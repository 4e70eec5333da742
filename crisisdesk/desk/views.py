"""The two pages that mix all parts of the desk: what waits for me, and one case at a glance."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cases.head import case_head
from cases.models import Case
from cases.views.base import no_content, nothing_new
from crisisdesk.core.web.views import DeskView
from crisisdesk.desk.context import counts_of
from crisisdesk.desk.overview import overview, with_assessed
from crisisdesk.desk.waiting import waiting


class HomeView(DeskView):
    """What waits for me."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The page, or its live region; 204 while `digest` is still right."""
        found = waiting(self.principal, counts_of(request))
        if request.GET.get("digest") == found.digest:
            return no_content()
        region = "desk/_home.html" if request.headers.get("HX-Request") else "desk/home.html"
        return render(request, region, {"waiting": found})


class CaseView(DeskView):
    """One case at a glance."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The page, or its live region; 204 while `seq` is still the last event of the case."""
        if nothing_new(request, self.principal, reference):
            return no_content()
        case = with_assessed(Case.objects.all()).visible_row(self.principal, reference=reference)
        context = {"view": overview(case, self.principal), "seen": _number(request.GET.get("seq"))}
        if request.headers.get("HX-Request"):
            return render(request, "desk/_case.html", context)
        return render(request, "desk/case.html", context | case_head(case, self.principal, "overview"))


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() else None
