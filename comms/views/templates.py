"""Texts prepared beforehand: reading, editing, and the two approvals they need."""

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from comms.actions.templates import (
    approve_template,
    draft_template,
    edit_template,
    lint,
    retire_template,
    return_template,
    submit_template,
)
from comms.models import StatementTemplate, TemplateState, TemplateVersion
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.web.input_forms import form_for
from crisisdesk.core.web.views import DeskView, VerbView


class TemplateListView(DeskView):
    """The prepared texts of the reader's brands with the state of their newest versions."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """All templates; those that wait for the reader's approval first."""
        versions = (
            TemplateVersion.objects.visible_to(self.principal)
            .exclude(state=TemplateState.RETIRED)
            .select_related("template__brand", "author")
            .order_by("template__brand__name", "template__position", "template__code", "language", "-number")
        )
        waiting = [row for row in versions if _may_approve(row, self.principal)]
        context = {"versions": versions, "waiting": waiting, "today": clock.now().date()}
        return render(request, "comms/template_list.html", context)


def _may_approve(version: TemplateVersion, principal: Principal) -> bool:
    waits = version.state == TemplateState.IN_APPROVAL and approve_template.can(principal, version)
    return waits and not version.approvals.filter(user=principal.user, payload_hash=version.payload_hash).exists()


class TemplateView(VerbView):
    """One version: GET reads, POST edits a draft."""

    verb = edit_template
    model = TemplateVersion
    template_name = "comms/template.html"
    success_message = _("Saved")

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The text, its fields, who approved, and what may be done."""
        version: TemplateVersion = self.object
        asked: dict[str, Any] = {"principal": self.principal, "target": version}
        return {
            **super().get_context(form),
            "version": version,
            "template": version.template,
            "fields": version.placeholders.all(),
            "approvals": version.approvals.select_related("user"),
            "contributors": version.contributors.select_related("user"),
            "remarks": lint(version) if version.state == TemplateState.DRAFT else [],
            "others": version.template.versions.exclude(pk=version.pk).order_by("language", "-number")[:10],
            "hash_form": form_for(approve_template)(**asked, auto_id=False),
            "comment_form": form_for(return_template)(**asked),
            "may_edit": edit_template.can(self.principal, version),
            "may_submit": submit_template.can(self.principal, version),
            "may_approve": _may_approve(version, self.principal),
            "may_return": return_template.can(self.principal, version),
            "may_retire": retire_template.can(self.principal, version),
            "may_start": draft_template.can(self.principal, version.template) and not version.is_open,
            "approve_unmet": approve_template.unmet(self.principal, version),
        }

    def get_success_url(self, result: Any) -> str:
        """The version itself."""
        return reverse("comms:template", args=[self.object.uuid])


class TemplateVerb(VerbView):
    """A button on a version of a template."""

    model = TemplateVersion

    def get_success_url(self, result: Any) -> str:
        """The version the verb led to."""
        return reverse("comms:template", args=[result.uuid])


class SubmitView(TemplateVerb):
    """Send for approval."""

    verb = submit_template


class ApproveView(TemplateVerb):
    """Approve the text that was on the screen."""

    verb = approve_template
    success_message = _("Approved. Thank you.")


class ReturnView(TemplateVerb):
    """Return it with a comment."""

    verb = return_template


class NewVersionView(TemplateVerb):
    """Start the next version in the same language."""

    verb = draft_template
    has_form = False

    def get_object(self) -> StatementTemplate:
        """The template of the version in the address."""
        version = super().get_object()
        self.language = version.language
        template: StatementTemplate = version.template
        return template

    def get_values(self, form: Any) -> dict[str, Any]:
        """The language of the version in the address."""
        return {"language": self.language}


class RetireView(TemplateVerb):
    """Take an approved version out of use."""

    verb = retire_template
