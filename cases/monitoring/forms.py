"""Forms of monitoring: shapes only; whether something may happen, the verbs know."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import screenshot_field
from cases.models import CrisisKind, Severity
from cases.monitoring.models import Source, SourceKind
from cases.monitoring.models.sources import MAX_TERM_CHARS, MAX_TERMS
from cases.monitoring.plaintext import one_line
from cases.monitoring.querysets import MentionQuerySet
from crisisdesk.core.models import Brand

LANGUAGES = [("cs", _("Czech")), ("en", _("English")), ("sk", _("Slovak")), ("de", _("German")), ("pl", _("Polish"))]


class TermsField(forms.CharField):
    """Trigger terms, one a line or separated by commas."""

    widget = forms.Textarea(attrs={"rows": 3})

    def prepare_value(self, value: Any) -> Any:
        """A list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        """The terms, each once."""
        lines = (super().to_python(value) or "").replace(",", "\n").splitlines()
        terms = (one_line(line, 10 * MAX_TERM_CHARS) for line in lines)
        return list(dict.fromkeys(filter(None, terms)))

    def validate(self, value: Any) -> None:
        """Not too many, none too long."""
        if len(value) > MAX_TERMS:
            raise forms.ValidationError(_("Write at most %(most)d terms") % {"most": MAX_TERMS})
        if any(len(term) > MAX_TERM_CHARS for term in value):
            raise forms.ValidationError(_("A term has at most %(most)d characters") % {"most": MAX_TERM_CHARS})

    def run_validators(self, value: Any) -> None:
        """The terms themselves are checked by the model."""


class SourceForm(forms.Form):
    """What people set on a source."""

    url = forms.CharField(
        label=_("Address of the feed"),
        max_length=2000,
        widget=forms.URLInput(attrs={"placeholder": "https://", "inputmode": "url", "autocomplete": "off"}),
        help_text=_("An RSS or Atom feed. The address of a page works too if the page names its feed."),
    )
    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("Empty: the title of the feed.")
    )
    trigger_terms = TermsField(
        label=_("Raise a signal when an item contains"),
        required=False,
        help_text=_("One term a line. Accents, capitals and endings do not matter: “únik dat” finds “úniku dat”."),
    )
    raises_every_item = forms.BooleanField(label=_("Every new item becomes a signal"), required=False)
    severity = forms.TypedChoiceField(
        label=_("Provisional severity of these signals"),
        coerce=int,
        choices=Severity.choices,
        initial=Severity.ELEVATED,
    )
    poll_minutes = forms.IntegerField(label=_("Look every … minutes"), min_value=1, max_value=24 * 60, initial=5)
    expected_minutes = forms.IntegerField(
        label=_("Warn after … minutes of silence"),
        min_value=5,
        required=False,
        help_text=_("Empty: long silence is normal here."),
    )
    default_language = forms.ChoiceField(label=_("Language of items that do not say"), choices=LANGUAGES, initial="cs")

    def __init__(self, *args: Any, kind: str = SourceKind.FEED, **options: Any) -> None:
        super().__init__(*args, **options)
        if kind != SourceKind.FEED:
            del self.fields["url"], self.fields["poll_minutes"]
            self.fields["name"].required = True
            self.fields["name"].help_text = ""

    @classmethod
    def values_of(cls, source: Source) -> dict[str, Any]:
        """What the form shows of a source as it stands."""
        return {name: getattr(source, name) for name in cls.base_fields}


class NewSourceForm(SourceForm):
    """A new source, with the brand it belongs to."""

    def __init__(self, *args: Any, brands: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = forms.ModelChoiceField(brands, label=_("Brand"), to_field_name="uuid", empty_label=None)
        self.fields = {"brand": choices, **self.fields}


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


class PauseForm(forms.Form):
    """Why a source is paused."""

    reason = forms.CharField(label=_("Reason"), max_length=500, required=False)


class ReportForm(forms.Form):
    """The fields of a report. `website` is invisible to people: what fills it in is a program."""

    where = forms.CharField(
        label=_("Link or text"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "https://"}),
        help_text=_("Paste the address of the post, or its text."),
    )
    what = forms.CharField(
        label=_("What is going on"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("A sentence is enough."),
    )
    screenshot = screenshot_field()
    who = forms.CharField(
        label=_("Who you are and how to reach you"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    website = forms.CharField(label=_("Leave empty"), required=False, max_length=200)


class ReportAddressForm(forms.Form):
    """A new report address."""

    name = forms.CharField(
        label=_("Who gets it"), max_length=120, help_text=_("For example: shops, care line, everybody by the intranet")
    )
    kind = forms.ModelChoiceField(
        CrisisKind.objects.filter(active=True),
        label=_("Kind of crisis"),
        to_field_name="code",
        required=False,
        empty_label=_("not known beforehand"),
    )

    def __init__(self, *args: Any, brands: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = forms.ModelChoiceField(brands, label=_("Brand"), to_field_name="uuid", empty_label=None)
        self.fields = {"brand": choices, **self.fields}
