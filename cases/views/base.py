"""What the pages of cases share: the case of the address, pages by key, verbs as forms."""

from typing import Any, ClassVar, Generic, Self, TypeVar

from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cases.head import case_head, with_head
from cases.models import Case
from crisisdesk.core.access.compiled import Compiled
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.querysets import CappedCount
from crisisdesk.core.actions import Action
from crisisdesk.core.web.input_forms import asks
from crisisdesk.core.web.views import DeskView, VerbView

Row = TypeVar("Row", bound=Model)


def case_or_404(principal: Principal, reference: str) -> Case:
    """The visible case of a reference with what its head needs, or `Missing`."""
    cases = Case.objects.select_related("protocol_version__protocol")
    case: Case = with_head(cases).visible_row(principal, reference=reference)
    return case


def nothing_new(request: HttpRequest, principal: Principal, reference: str) -> bool:
    """Whether the last event of a visible case is the one the page knows, by `?seq=`. Asked every other second."""
    known = request.GET.get("seq", "")
    if not known.isdecimal() or "\0" in reference:
        return False
    return _HEAD_SEQ.ask(principal, reference=reference) == [(int(known),)]


def _head_seq(principal: Principal, reference: str) -> QuerySet[Any, Any]:
    return Case.objects.visible_to(principal).filter(reference=reference).order_by().values_list("chain__head_seq")


_HEAD_SEQ = Compiled(_head_seq)


class CaseView(DeskView):
    """A page of one case; `self.case` is the case."""

    tab: ClassVar[str] = ""
    # Whether the page is asked again and again for what is new since `?seq=`.
    is_polled: ClassVar[bool] = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Find the case before anything else."""
        if not self.principal.is_anonymous:
            if self.is_polled and nothing_new(request, self.principal, kwargs["reference"]):
                return no_content()
            self.case = case_or_404(self.principal, kwargs["reference"])
        return super().dispatch(request, *args, **kwargs)

    def head(self, tab: str = "") -> dict[str, Any]:
        """The context of the head; `tab` is the present one where the page itself is none."""
        return case_head(self.case, self.principal, tab or self.tab)


class VerbPage(VerbView):
    """A verb as a button or a form of its own; made for a route by `of`."""

    template_name: ClassVar[str] = "cases/verb.html"
    redirect_to: ClassVar[str] = ""

    @classmethod
    def of(cls, verb: Action[Any, Any, Any], **attributes: Any) -> Any:
        """The view of a verb; one that asks for nothing is a button only."""
        if not asks(verb):
            attributes.setdefault("template_name", "")
        body = {"verb": verb, "__doc__": verb.__doc__, **attributes}
        view: type[VerbPage] = type(f"{verb.__name__.title().replace('_', '')}View", (cls,), body)
        return view.as_view()

    def case_of(self) -> Case | None:
        """The case the object belongs to."""
        return getattr(self.object, "case", None)

    def page_above(self) -> str:
        """The case, where there is one."""
        case = self.case_of()
        return super().page_above() if case is None else case.page_url

    def get_context(self, form: forms.Form | None) -> dict[str, Any]:
        """The form, and the head of the case around it."""
        case = self.case_of()
        context = {**super().get_context(form), "back": self.page_before(), "layout": "base.html"}
        if case is None:
            return context
        head = case_head(case_or_404(self.principal, case.reference), self.principal)
        return {**context, **head, "layout": "cases/case_base.html"}

    def get_success_url(self, result: Any) -> str:
        """The page that shows what has changed."""
        case = self.case_of()
        if self.request.POST.get("next") or case is None or not self.redirect_to:
            return self.page_before()
        return reverse(self.redirect_to, args=[case.reference])


class CaseVerb(VerbPage):
    """A verb on the case of the address."""

    model = Case
    slug = "reference"
    redirect_to = "cases:course"

    def case_of(self) -> Case:
        """The case itself."""
        case: Case = self.object
        return case


class KeysetPage(Generic[Row]):
    """One page of a list that continues after the last row seen; newest first.

    `cursor` is the primary key of that row; its place in the order is read from the row itself.
    """

    SIZE = 50

    def __init__(self, rows: QuerySet[Row], cursor: str) -> None:
        self.count = CappedCount(rows)
        after = (
            rows.model._default_manager.filter(pk=cursor).first() if cursor.isdecimal() and len(cursor) < 19 else None
        )
        if after is not None:
            created = after.created_at  # type: ignore[attr-defined]
            # The first condition is the one an index can answer.
            rows = rows.filter(created_at__lte=created).filter(Q(created_at__lt=created) | Q(pk__lt=after.pk))
        found = list(rows.order_by("-created_at", "-pk")[: self.SIZE + 1])
        self.rows = found[: self.SIZE]
        self.next = found[self.SIZE - 1].pk if len(found) > self.SIZE else None
        self.is_first = after is None

    @classmethod
    def of(cls, rows: QuerySet[Row], request: HttpRequest) -> Self:
        """The page a request asks for by `?after=`."""
        return cls(rows, request.GET.get("after", ""))


def possible(verb: Action[Any, Any, Any], principal: Principal, row: Any) -> bool:
    """Whether a verb would go through on a row that was read as visible; asks the database only what guards ask."""
    return verb.offered(principal, row) and not verb.unmet(principal, row)


def no_content() -> HttpResponse:
    """What a live region gets while nothing has changed."""
    return HttpResponse(status=204)
