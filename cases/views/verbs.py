"""Which verbs a case offers next, and the pages of verbs that need more than a form."""

from dataclasses import dataclass
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from cases.actions import (
    activate_case,
    assess_severity,
)
from cases.actions.inputs import QuestionsInputs
from cases.models import Case, RoleAssignment, SeverityAssessment
from cases.models.assessments import ALL_NO
from cases.views.base import CaseVerb, CaseView, VerbPage, possible
from cases.way import ASIDE, Onward, onward_from
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions import REGISTRY, Action
from crisisdesk.core.actions.inputs import values_of
from crisisdesk.core.errors import Unmet
from crisisdesk.core.web.views import home_url


@dataclass(frozen=True)
class NextStep:
    """An action the case offers: possible now, or with what stands in the way. `onward` is None for ways aside."""

    verb: Action[Any, Any, Any]
    url: str
    unmet: list[Unmet]
    has_form: bool
    onward: Onward | None = None

    @property
    def title(self) -> str:
        """What the button says."""
        return str(self.verb.title)

    @property
    def text(self) -> str:
        """What follows from it, beside the button."""
        return str(self.onward.meaning) if self.onward else ""

    @property
    def is_possible(self) -> bool:
        """Whether it would go through now, or its form asks for what is missing."""
        asked = self.onward.asked if self.onward else frozenset()
        return all(condition.code in asked for condition in self.unmet)


def verb_url(verb: Action[Any, Any, Any], case: Case) -> str:
    """The address of a verb on a case."""
    return reverse("cases:activate" if verb is activate_case else f"cases:{verb.__name__}", args=[case.reference])


def next_steps(case: Case, principal: Principal) -> dict[str, list[NextStep]]:
    """What this person can do about the state of the case: `way` leads on, `aside` leads elsewhere."""
    way = [
        NextStep(verb, verb_url(verb, case), verb.unmet(principal, case), onward.has_form, onward)
        for onward in onward_from(case.state)
        if (verb := REGISTRY[onward.action]).offered(principal, case)
    ]
    aside = [
        NextStep(verb, verb_url(verb, case), [], has_form=True)
        for verb in map(REGISTRY.__getitem__, ASIDE)
        if possible(verb, principal, case)
    ]
    return {"way": way, "aside": aside}


class SeverityPage(CaseVerb):
    """The quick assessment, made for a phone."""

    verb = assess_severity
    template_name = "cases/severity.html"

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """With what was judged before."""
        judged = self.object.assessments.select_related("assessed_by", "entry").order_by("-pk")
        return {**super().get_context(form), "assessments": list(judged[:10]), "all_no": ALL_NO}

    def get_success_url(self, result: SeverityAssessment) -> str:
        """On to the course, where the case can be activated."""
        return reverse("cases:course", args=[self.object.reference])


# What the form of the activation asks for where a condition is not met (`Onward.asked`).
_ASKED = {"severity": tuple(values_of(QuestionsInputs)), "kind": ("kind",), "crisis_lead": ("lead",)}


class ActivatePage(CaseVerb):
    """Activating a case, with what it still lacks on the same page."""

    verb = activate_case
    template_name = "cases/activate.html"

    def get_form_options(self) -> dict[str, Any]:
        """Only what is missing is asked."""
        lacking = {condition.code for condition in activate_case.unmet(self.principal, self.object)}
        asked = [name for code, names in _ASKED.items() if code in lacking for name in names]
        return {**super().get_form_options(), "only": asked}

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """With the words for three times no."""
        return {**super().get_context(form), "all_no": ALL_NO}

    def get_success_url(self, result: Case) -> str:
        """To the case at a glance, where the next step waits."""
        return result.page_url


class StatePage(CaseView):
    """Every way on from the present state, and what stands in it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        """The page; the buttons on it are the verbs' own."""
        steps = next_steps(self.case, self.principal)
        return render(request, "cases/state.html", {**self.head(), "next_steps": steps})


class RolePage(VerbPage):
    """The answer to an offered role. Somebody asked into a confidential case sees no more of it than its reference."""

    model = RoleAssignment
    redirect_to = "cases:people"

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """Without the head of the case: it may not be theirs to see yet."""
        return {
            "object": self.object,
            "form": form,
            "verb": self.verb,
            "back": self.page_before(),
            "layout": "base.html",
        }

    def get_success_url(self, result: RoleAssignment) -> str:
        """To the case if it can be seen, else home."""
        if self.request.POST.get("next"):
            return self.page_before()
        self.principal.forget_grants()
        seen = Case.objects.visible_to(self.principal).filter(pk=result.case_id).exists()
        return result.case.page_url if seen else home_url()
