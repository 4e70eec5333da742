"""Evidence on the pages of a case: the list, adding, describing, downloading, removing."""

from typing import Any, ClassVar

from django import forms as django_forms
from django.db.models import Count
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import forms
from cases.actions import add_evidence, change_evidence, open_evidence, remove_evidence
from cases.models import Case, Evidence, SignalFile
from cases.views.base import CaseVerb, VerbPage, possible
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.files import serving
from crisisdesk.core.models import DeskModel, Event
from crisisdesk.core.web.views import DeskView, visible_or_404

# Pieces of evidence a page shows; all of them on request.
SHOWN = 50


def evidence_context(case: Case, principal: Principal, *, whole: bool = False) -> dict[str, Any]:
    """The evidence of a case, the newest first, with what may be done about each, and the form for more."""
    rows = case.evidence.select_related("file__removal", "added_by").order_by("-number")
    found = list(rows if whole else rows[: SHOWN + 1])
    shown: list[Any] = found if whole else found[:SHOWN]
    taken = _downloads(shown)
    for evidence in shown:
        evidence.case = case
        evidence.downloads = taken.get(evidence.uuid, 0)
        evidence.may_change = possible(change_evidence, principal, evidence)
        evidence.may_remove = not evidence.file.removed_at and possible(remove_evidence, principal, evidence)
    return {
        "evidence": shown,
        "evidence_goes_on": len(found) > len(shown),
        "may_add_evidence": possible(add_evidence, principal, case),
        "evidence_form": forms.EvidenceForm(principal=principal, target=case, auto_id="evidence_%s"),
    }


def _downloads(evidence: list[Evidence]) -> dict[Any, int]:
    """How often each original was taken, as the log says."""
    opened = Event.objects.filter(kind="case_evidence.opened", object_type="cases.evidence")
    counted = opened.filter(object_id__in=[each.uuid for each in evidence]).order_by().values("object_id")
    return dict(counted.annotate(times=Count("pk")).values_list("object_id", "times"))


def evidence_page(case: Case) -> str:
    """Where the evidence of a case is."""
    return f"{reverse('cases:facts', args=[case.reference])}#evidence"


class AddPage(CaseVerb):
    """A new piece of evidence."""

    verb = add_evidence
    form_class = forms.EvidenceForm
    template_name = "cases/evidence_new.html"

    def get_values(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The file is checked and stored now, before the verb writes its row."""
        given: Any = form
        return {**given.about(), "file": given.received()}

    def get_success_url(self, result: Evidence) -> str:
        """To the list, where it stands first."""
        return evidence_page(self.object)


class ChangePage(VerbPage):
    """What is said about a piece of evidence."""

    verb = change_evidence
    model = Evidence

    def get_success_url(self, result: Evidence) -> str:
        """To the list."""
        return evidence_page(result.case)


class RemovePage(VerbPage):
    """Deleting the bytes of a file, with the reason."""

    verb = remove_evidence
    model = Evidence
    success_message = _("The file was removed. Its hash and the reason are kept.")

    def get_success_url(self, result: Evidence) -> str:
        """To the list."""
        return evidence_page(result.case)


class RemoveSignalFilePage(VerbPage):
    """The same for a file that came with a report."""

    verb = remove_evidence
    model = SignalFile
    success_message = RemovePage.success_message

    def get_success_url(self, result: SignalFile) -> str:
        """To the signal."""
        return reverse("cases:signal", args=[result.signal.uuid])


class OriginalView(DeskView):
    """The original bytes, as a download. Taking them is noted in the log."""

    model: ClassVar[type[DeskModel]] = Evidence

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponseBase:
        """Send them."""
        return serving.original(open_evidence(visible_or_404(self.model, self.principal, uuid=uuid), self.principal))


class PreviewView(DeskView):
    """The small picture made anew."""

    model: ClassVar[type[DeskModel]] = Evidence

    def get(self, request: HttpRequest, uuid: Any) -> HttpResponseBase:
        """Send it."""
        return serving.preview(visible_or_404(self.model, self.principal, uuid=uuid).file)
