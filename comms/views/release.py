"""The first statement: choose a prepared text, fill its closed fields, see exactly what goes out, sign."""

from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases import clocks
from cases.actions.clocks import limits_of
from cases.models import Case, ClockCode
from cases.views.base import CaseVerb, CaseView
from comms.actions.releases import release_template, sort_values
from comms.forms import ReleaseForm
from comms.models import StatementTemplate, StatementVersion, TemplateVersion
from comms.placeholders import filled
from comms.sending.models import Account
from crisisdesk.core import clock
from crisisdesk.core.web.views import visible_or_404


def languages_of(case: Case, template: StatementTemplate) -> list[TemplateVersion]:
    """The approved versions of a template in the languages of the case, the primary one first."""
    wanted = [case.primary_language, *case.content_languages]
    versions = template.versions.approved().filter(language__in=wanted).prefetch_related("placeholders")
    return sorted(versions, key=lambda version: wanted.index(version.language))


class TemplateChoiceView(CaseView):
    """The prepared texts that fit the case."""

    tab = "statements"

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """One template fits: go on at once. Several: choose."""
        templates = list(StatementTemplate.objects.visible_to(self.principal).for_case(self.case).signed_alone())
        for template in templates:
            version = languages_of(self.case, template)[0]
            template.shown = {"language": version.language, "text": preview(version, {}, self.case)[1]}
        context = {**self.head(), "templates": templates, "unmet": release_template.unmet(self.principal, self.case)}
        return render(request, "comms/template_choice.html", context)


class ReleaseView(CaseVerb):
    """Fill in, look, sign and publish; what goes out is shown as it will be read.

    GET with values is the preview (the form's second button, and what the page asks for while somebody types).
    """

    verb = release_template
    form_class = ReleaseForm
    template_name = "comms/release.html"

    def get_object(self) -> Any:
        """The case, and the template of the address with it."""
        case = super().get_object()
        self.template = visible_or_404(StatementTemplate, self.principal, uuid=self.kwargs["uuid"])
        self.versions = languages_of(case, self.template)
        return case

    def get_form_options(self) -> dict[str, Any]:
        """The fields follow from the template."""
        return {**super().get_form_options(), "case": self.object, "versions": self.versions}

    def get_initial(self) -> dict[str, Any]:
        """What was typed before the person confirmed who they are, or what the address says."""
        brand = self.object.brand
        known = {"phone": brand.phone, "link": brand.website, "time": next_promise(self.object)}
        return {**known, **self.request.GET.dict(), **super().get_initial()}

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form; with `?preview` the text as far as it is filled in."""
        if "preview" not in request.GET:
            return super().get(request, *args, **kwargs)
        self.object = self.get_object()
        form = self.get_form(request.GET)
        if request.headers.get("HX-Request"):
            return render(request, "comms/_release_preview.html", {"previews": self.previews(form)})
        return self.show(form)

    def get_values(self, form: django_forms.Form | None) -> dict[str, Any]:
        """The chosen languages and the closed values."""
        return {"versions": form.chosen(), "values": form.values()} if isinstance(form, ReleaseForm) else {}

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """Form, preview, channels, and what stands in the way."""
        return {
            **super().get_context(form),
            "template": self.template,
            "previews": self.previews(form),
            "accounts": Account.objects.filter(brand=self.object.brand_id, active=True),
            "unmet": release_template.unmet(self.principal, self.object),
            "primary": self.versions[0] if self.versions else None,
        }

    def previews(self, form: django_forms.Form | None) -> list[dict[str, Any]]:
        """The text in each language; fields that are not filled in yet show their label in braces."""
        given: dict[str, str] = {}
        chosen = [version.language for version in self.versions]
        if isinstance(form, ReleaseForm):
            given = {name: str(form[name].value() or "") for name in form.closed}
            if form.is_bound and "languages" in form.fields:
                chosen = [*chosen[:1], *(form["languages"].value() or [])]
        shown = []
        for version in (version for version in self.versions if version.language in chosen):
            title, text = preview(version, given, self.object)
            shown.append({"language": version.language, "title": title, "text": text})
        return shown

    def get_success_url(self, result: StatementVersion) -> str:
        """What became of it, and what is left to be posted by hand."""
        return reverse("comms:statement", args=[result.statement.uuid])

    success_message = _("Signed. The text is on its way to the channels.")


def next_promise(case: Case) -> str:
    """The last half hour within the limit of the next update, as `HH:MM`: a promise that can be kept and is allowed."""
    limit = limits_of(case).get(ClockCode.NEXT)
    if limit is None:
        return ""
    at = clocks.due_at(clock.now(), limit, case.zone).astimezone(case.zone)
    return f"{at:%H}:{30 if at.minute >= 30 else 0:02d}"


def preview(version: TemplateVersion, given: dict[str, str], case: Case) -> tuple[str, str]:
    """Headline and text with the values that fit; other fields show their label, in the language of the text."""
    label = "label_cs" if version.language == "cs" else "label_en"
    labels = {row.name: getattr(row, label) for row in version.placeholders.all()}
    fitting, missing = sort_values([version], {name: value for name, value in given.items() if name in labels}, case)
    title, text = version.title, version.text
    for name in missing:
        title, text = (part.replace(f"{{{name}}}", f"[{labels[name]}]") for part in (title, text))
    fields = version.fields()
    return filled(title, fields, fitting, version.language), filled(text, fields, fitting, version.language)
