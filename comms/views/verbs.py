"""Verbs about statements that are a button or a small form of their own."""

from typing import Any

from django import forms as django_forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.views.base import CaseVerb, VerbPage
from comms import forms
from comms.actions.releases import review_release
from comms.actions.statements import add_language, change_statement, draft_statement, revise_statement
from comms.actions.submitting import take_back_statement
from comms.models import ReleaseReview, Statement, StatementVersion


class DraftView(CaseVerb):
    """Start a statement in a case."""

    verb = draft_statement
    form_class = forms.DraftForm
    template_name = "comms/draft.html"

    def get_initial(self) -> dict[str, Any]:
        """What the link asked for: `?purpose=` and `?supersedes=`."""
        asked: dict[str, Any] = {
            name: self.request.GET[name] for name in ("purpose", "template") if name in self.request.GET
        }
        if uuid := self.request.GET.get("supersedes"):
            asked["supersedes"] = (
                Statement.objects.visible_to(self.principal).filter(case=self.object, uuid=uuid).first()
            )
        return {"purpose": "update", **asked, **super().get_initial()}

    def get_values(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The template as its approved versions."""
        values = super().get_values(form)
        template = values.pop("template", None)
        return {**values, "template_versions": list(template.versions.approved()) if template else []}

    def get_success_url(self, result: StatementVersion) -> str:
        """Straight into the editor."""
        return reverse("comms:statement", args=[result.statement.uuid])


class StatementVerb(VerbPage):
    """A verb on a statement; afterwards back to its page."""

    model = Statement
    template_name = ""

    def get_success_url(self, result: Any) -> str:
        """The page of the statement."""
        return reverse("comms:statement", args=[self.object.uuid])


class ChangeView(StatementVerb):
    """Channels, marks and times."""

    verb = change_statement
    template_name = "comms/settings.html"
    success_message = _("Settings saved")


class AddLanguageView(StatementVerb):
    """Start the text in one more language."""

    verb = add_language
    has_form = False

    def get_values(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The language of the address."""
        return {"language": self.kwargs["language"]}


class VersionVerb(VerbPage):
    """A button on a version; afterwards back to the page of its statement."""

    model = StatementVersion
    template_name = ""

    def get_success_url(self, result: Any) -> str:
        """The page of the statement."""
        return reverse("comms:statement", args=[self.object.statement.uuid])


class TakeBackView(VersionVerb):
    """Out of approval, to change it."""

    verb = take_back_statement


class ReviseView(VersionVerb):
    """A new version of an approved or rejected text."""

    verb = revise_statement


class ReviewView(VerbPage):
    """Read again what went out on one signature."""

    verb = review_release
    model = ReleaseReview
    template_name = "comms/review.html"
    success_message = _("Thank you, the review is on record")

    def case_of(self) -> Case:
        """The case of the signed text."""
        case: Case = self.object.release.version.statement.case
        return case

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The text as it went out, beside the question."""
        version = self.object.release.version
        return {**super().get_context(form), "version": version, "statement": version.statement}

    def get_success_url(self, result: Any) -> str:
        """The statements of the case."""
        return reverse("comms:case_statements", args=[self.case_of().reference])
