"""The filters of the stream of mentions."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.monitoring.models import Source
from cases.monitoring.querysets import MentionQuerySet
from crisisdesk.core.models import Brand

LANGUAGES = [("cs", _("Czech")), ("en", _("English")), ("sk", _("Slovak")), ("de", _("German")), ("pl", _("Polish"))]


class StreamForm(forms.Form):
    """Filters of the stream. Values that make no sense are left out rather than refused."""

    q = forms.CharField(max_length=200, required=False)
    brand = forms.ModelChoiceField(Brand.objects.none(), to_field_name="slug", required=False)
    source = forms.ModelChoiceField(Source.objects.none(), to_field_name="uuid", required=False)
    language = forms.ChoiceField(choices=LANGUAGES, required=False)
    new = forms.BooleanField(required=False)

    def __init__(self, *args: Any, brands: Any, sources: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]
        self.fields["source"].queryset = sources  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, Any]:
        """The filters that are set."""
        self.full_clean()
        return {name: value for name, value in self.cleaned_data.items() if value}

    def applied_to(self, mentions: MentionQuerySet) -> MentionQuerySet:
        """The mentions that fit."""
        chosen = self.chosen
        exact = {name: chosen[name] for name in ("brand", "source", "language") if name in chosen}
        mentions = mentions.filter(**exact).searched(chosen.get("q", ""))
        return mentions.unattended() if chosen.get("new") else mentions
