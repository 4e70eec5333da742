"""What a new API token may do, as a form for one's own page and for the administration."""

from typing import Any

from django import forms
from django.apps import apps
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.actions import REGISTRY
from crisisdesk.core.actions.tokens import create_token, known_scopes
from crisisdesk.core.models.tokens import DEFAULT_TOKEN_DAYS, LONGEST_TOKEN_DAYS
from crisisdesk.core.web.input_forms import form_for

LIFETIMES = (
    (7, _("a week")),
    (30, _("30 days")),
    (DEFAULT_TOKEN_DAYS, _("90 days")),
    (LONGEST_TOKEN_DAYS, _("a year")),
)


class ScopesWidget(forms.CheckboxSelectMultiple):
    """Reading and whole areas at once; the single verbs of an area behind a fold."""

    template_name = "core/scopes.html"


def scope_choices() -> list[tuple[str, Any]]:
    """Reading and whole areas, then the verbs of each area in a group of its own."""
    areas: list[tuple[str, Any]] = [("read", _("Read what you see"))]
    verbs: dict[str, list[tuple[str, str]]] = {}
    for scope in known_scopes()[1:]:
        app = apps.get_app_config(scope.split(".")[0])
        if scope.endswith(".*"):
            areas.append((scope, format_lazy(_("Everything in {area}"), area=app.verbose_name)))
        else:
            verbs.setdefault(str(app.verbose_name), []).append((scope, f"{REGISTRY[scope].title} ({scope})"))
    return [*areas, *verbs.items()]


class TokenForm(form_for(create_token)):  # type: ignore[misc]
    """What a new token may do, and for how long: scopes to tick, a few lifetimes to choose from."""

    scopes = forms.MultipleChoiceField(
        label=_("What it may do"), widget=ScopesWidget, help_text=_("As little as the program needs")
    )
    days = forms.TypedChoiceField(
        label=_("How long it works"), coerce=int, choices=LIFETIMES, initial=DEFAULT_TOKEN_DAYS
    )

    field_order = ("name", "scopes", "days", "brands", "networks")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["scopes"].choices = scope_choices()
