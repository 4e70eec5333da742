"""Lists: statements of all cases, of one case, and what waits for a decision."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.views.base import CaseView, KeysetPage
from comms.actions.releases import release_template, review_release
from comms.actions.statements import draft_statement
from comms.models import ApprovalRequest, ReleaseReview, Statement, StatementTemplate, StatementVersion
from comms.states import StatementState
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.web.views import DeskView

# What the chips of the list ask for: states of versions in which a statement is at that point.
FILTERS = {
    "drafts": (_("drafts"), (StatementState.DRAFT,)),
    "approval": (_("in approval"), (StatementState.IN_APPROVAL,)),
    "approved": (_("approved"), (StatementState.APPROVED, StatementState.SCHEDULED)),
    "out": (_("published"), (StatementState.PUBLISHING, StatementState.CORRECTED)),
    "withdrawn": (_("withdrawn"), (StatementState.RETRACTED,)),
}


def with_versions(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """Statements with their newest version in each language, as `shown`."""
    newest = StatementVersion.objects.newest().with_status().prefetch_related("texts").order_by("language")
    return statements.select_related("case__brand", "case__kind").prefetch_related(
        Prefetch("versions", newest, to_attr="shown")
    )


def arranged(statements: Iterable[Statement]) -> list[Statement]:
    """The shown versions of each statement with the primary language first and texts nobody has begun left out."""
    found = []
    for statement in statements:
        order = {language: place for place, language in enumerate(statement.languages())}
        for version in statement.shown:  # type: ignore[attr-defined]
            version.statement = statement
        begun = [row for row in statement.shown if row.is_primary or not row.is_draft or row.master.text]  # type: ignore[attr-defined]
        statement.shown = sorted(begun, key=lambda row: order.get(row.language, len(order)))  # type: ignore[attr-defined]
        found.append(statement)
    return found


class StatementListView(DeskView):
    """Statements, the newest first."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of the list."""
        rows: QuerySet[Statement] = Statement.objects.visible_to(self.principal)
        chosen = request.GET.get("show", "")
        if chosen in FILTERS:
            fitting = StatementVersion.objects.filter(statement=OuterRef("pk"), state__in=FILTERS[chosen][1])
            rows = rows.filter(Exists(fitting))
        page = KeysetPage.of(with_versions(rows), request)
        context = {
            "page": page,
            "statements": arranged(page.rows),
            "chosen": chosen,
            "filters": [(code, label) for code, (label, _states) in FILTERS.items()],
        }
        return render(request, "comms/statement_list.html", context)


class CaseStatementsView(CaseView):
    """What is said in one case: what is out, what is being written, what waits."""

    tab = "statements"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """All statements of the case."""
        rows = Statement.objects.visible_to(self.principal).filter(case=self.case)
        prepared = StatementTemplate.objects.visible_to(self.principal).for_case(self.case).signed_alone()
        context = {
            **self.head(),
            "statements": arranged(with_versions(rows)[:200]),
            "templates": prepared[:6],
            "may_draft": draft_statement.can(self.principal, self.case),
            "may_sign": release_template.can(self.principal, self.case),
            "reviews": owed_reviews(self.case, self.principal),
            "now": clock.now(),
            "to_correct": StatementVersion.objects.correction_needed().filter(statement__case=self.case),
        }
        return render(request, "comms/case_statements.html", context)


def owed_reviews(case: Case, principal: Principal) -> list[ReleaseReview]:
    """Signed texts of a case nobody has read again, those first that this person may review."""
    rows = ReleaseReview.objects.filter(release__version__statement__case=case, reviewed_at=None)
    found = list(rows.select_related("release__version__statement__case__brand", "release__signed_by"))
    for row in found:
        row.may_review = review_release.can(principal, row)  # type: ignore[attr-defined]
    return sorted(found, key=lambda row: not row.may_review)  # type: ignore[attr-defined]


class ApprovalPage(KeysetPage[Any]):
    """A page of what waits: every row names who decides, so fewer fit than of other lists."""

    SIZE = 15


class ApprovalListView(DeskView):
    """Texts that wait: for me, or for anybody."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """A page of the list; `?who=all` shows what waits for others too."""
        visible = ApprovalRequest.objects.visible_to(self.principal)
        everybody = request.GET.get("who") == "all"
        rows = visible.open() if everybody else visible.waiting_for(self.principal)
        page = ApprovalPage.of(rows.for_lists(), request)
        mine = set(
            visible.waiting_for(self.principal)
            .filter(pk__in=[row.pk for row in page.rows])
            .values_list("pk", flat=True)
        )
        context = {"page": page, "requests": page.rows, "mine": mine, "everybody": everybody}
        return render(request, "comms/approval_list.html", context)
