"""Forms of pages about texts that ask for more than an action does. Whether something may happen, the actions know."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Fact
from comms import hashing
from comms.actions.statements import draft_statement
from comms.models import (
    RegisteredType,
    RegisteredValue,
    Stance,
    StatementTemplate,
    StatementVersion,
    TemplatePlaceholder,
    TemplateVersion,
)
from comms.placeholders import PlaceholderType
from comms.sending.models import Account
from crisisdesk.core.actions.inputs import LONGEST_TITLE
from crisisdesk.core.languages import language_name
from crisisdesk.core.web.input_forms import DeskForm, Moment, form_for

_Draft: Any = form_for(draft_statement)


class DraftForm(_Draft):
    """What a new statement is for, and the prepared text it starts from."""

    template = forms.ModelChoiceField(
        StatementTemplate.objects.none(),
        label=_("Start from a prepared text"),
        required=False,
        empty_label=_("an empty page"),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        templates = StatementTemplate.objects.visible_to(self.principal).for_case(self.target)
        self.fields["template"].queryset = templates


class WordingForm(forms.Form):
    """The text of one draft in one language, with the wordings some channels get instead.

    `base_hash` names the saved text the page was made from, `source_hash` the text in the primary language beside it.
    """

    base_hash = forms.CharField(widget=forms.HiddenInput, required=False)
    source_hash = forms.CharField(widget=forms.HiddenInput, required=False)
    title = forms.CharField(label=_("Headline"), max_length=LONGEST_TITLE, required=False)
    text = forms.CharField(label=_("Text"), widget=forms.Textarea({"rows": 10}), required=False, strip=False)
    next_update_at = Moment(label=_("Next update at"), required=False)
    checked = forms.BooleanField(label=_("The translation still fits the text beside it"), required=False)

    def __init__(
        self, data: Any = None, *, version: StatementVersion, accounts: Sequence[Account], **options: Any
    ) -> None:
        super().__init__(data, prefix=version.language, **options)
        self.version = version
        self.variants: list[str] = []
        for account in accounts:
            if account.variant not in self.variants and version.language in (account.languages or [version.language]):
                self.variants.append(account.variant)
                self.fields[f"text_{account.variant}"] = forms.CharField(
                    label=account.name,
                    widget=forms.Textarea({"rows": 3}),
                    required=False,
                    strip=False,
                    help_text=_("Empty: the text above"),
                )
        for name in ("title", "text", *(f"text_{variant}" for variant in self.variants)):
            self.fields[name].widget.attrs["lang"] = version.language

    @staticmethod
    def initial_of(version: StatementVersion, source_hash: str) -> dict[str, Any]:
        """The saved text as the form shows it."""
        texts = {row.channel: row for row in version.texts.all()}
        variants = {f"text_{channel}": row.text for channel, row in texts.items() if channel != hashing.MASTER}
        master = texts[hashing.MASTER]
        return {
            "title": master.title,
            "text": master.text,
            "next_update_at": version.next_update_at,
            "base_hash": version.draft_hash(),
            "source_hash": source_hash,
            **variants,
        }

    def variant_fields(self) -> list[forms.BoundField]:
        """The fields of the channels' own wordings."""
        return [self[f"text_{variant}"] for variant in self.variants]

    def values(self) -> dict[str, Any]:
        """The named values of the verb that saves."""
        data = self.cleaned_data
        return {
            "title": data["title"],
            "text": data["text"],
            "variants": {variant: data[f"text_{variant}"] for variant in self.variants},
            "next_update_at": data["next_update_at"],
        }

    def typed_hash(self) -> str:
        """Which text the form holds now, comparable with `base_hash`; empty for a text that could never be sent."""
        values = self.values()
        own = {variant: ("", text) for variant, text in values["variants"].items() if text.strip()}
        texts = {**own, hashing.MASTER: (values["title"], values["text"])}
        try:
            return self.version.hash_of_draft(texts, values["next_update_at"])
        except hashing.UnfitText:
            return ""


class CitationsForm(forms.Form):
    """The facts a text rests on."""

    facts = forms.ModelMultipleChoiceField(
        Fact.objects.none(), label=_("The text rests on"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, facts: Any, **options: Any) -> None:
        super().__init__(data, **options)
        self.fields["facts"].queryset = facts  # type: ignore[attr-defined]
        self.stances = {fact: f"stance_{fact.pk}" for fact in facts}
        for fact, name in self.stances.items():
            label = format_lazy(_("What the text says of it: {fact}"), fact=fact.text)
            widget = forms.Select({"aria-label": label})
            self.fields[name] = forms.ChoiceField(label=label, choices=Stance.choices, required=False, widget=widget)

    def said(self) -> dict[str, str]:
        """What was chosen for the facts that are ticked, by their uuid."""
        chosen = {fact: self.cleaned_data[self.stances[fact]] for fact in self.cleaned_data["facts"]}
        return {str(fact.uuid): stance for fact, stance in chosen.items() if stance}

    def rows(self) -> list[dict[str, Any]]:
        """Each fact with its check box and what the text says of it."""
        bound = self["facts"]
        ticked = {str(getattr(value, "pk", value)) for value in (bound.value() or [])}
        return [
            {"fact": fact, "checked": str(fact.pk) in ticked, "id": f"fact_{fact.pk}", "stance": self[name]}
            for fact, name in self.stances.items()
        ]


class ReleaseForm(DeskForm):
    """The closed fields of a template, and the languages in which it goes out.

    Lists are offered where a value is one of a list; everything else is typed, and the action decides whether it fits.
    """

    languages = forms.MultipleChoiceField(label=_("Also in"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, case: Case, versions: Sequence[TemplateVersion], **options: Any) -> None:
        super().__init__(*args, **options)
        self.versions = list(versions)
        others = [version.language for version in versions[1:]]
        named = [(language, language_name(language)) for language in others]
        self.fields["languages"].choices = named  # type: ignore[attr-defined]
        self.fields["languages"].initial = others
        if not others:
            del self.fields["languages"]
        products = RegisteredValue.objects.filter(brand=case.brand_id, type=RegisteredType.PRODUCT, active=True)
        self.closed: list[str] = []
        for row in {row.name: row for version in reversed(versions) for row in version.placeholders.all()}.values():
            self.closed.append(row.name)
            self.fields[row.name] = closed_field(row, [product.value for product in products])

    def chosen(self) -> list[TemplateVersion]:
        """The versions to be signed, the primary language first."""
        also = self.cleaned_data.get("languages", [])
        return [version for place, version in enumerate(self.versions) if place == 0 or version.language in also]

    def values(self) -> dict[str, str]:
        """What was filled in, for the fields of the chosen versions."""
        wanted = {field.name for version in self.chosen() for field in version.fields()}
        return {name: self.cleaned_data[name] for name in self.closed if name in wanted}

    def closed_fields(self) -> list[forms.BoundField]:
        """The fields of the template in their order."""
        return [self[name] for name in self.closed]


_TYPED: dict[PlaceholderType, dict[str, str]] = {
    PlaceholderType.TIME: {"type": "time"},
    PlaceholderType.PHONE: {"type": "tel"},
    PlaceholderType.LINK: {"inputmode": "url", "placeholder": "https://"},
    PlaceholderType.BATCH: {"autocapitalize": "characters"},
}


def closed_field(row: TemplatePlaceholder, products: Sequence[str]) -> forms.Field:
    """The form field of one closed field."""
    kind = PlaceholderType(row.type)
    if kind is PlaceholderType.CHOICE:
        options = [(choice["code"], choice["text"]) for choice in row.choices]
    elif kind is PlaceholderType.PRODUCT:
        options = [(product, product) for product in products]
    else:
        return forms.CharField(
            label=capfirst(row.label),
            help_text=row.help,
            max_length=LONGEST_TITLE,
            widget=forms.TextInput(_TYPED[kind]),
        )
    return forms.ChoiceField(label=capfirst(row.label), help_text=row.help, choices=[("", "–"), *options])
