"""Shapes of what people fill in around sending. Whether something may happen, the actions know."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comms.sending.actions.withdrawal import LONGEST_NOTE
from crisisdesk.core.languages import language_name


class TickForm(forms.Form):
    """A text was posted by hand."""

    url = forms.CharField(
        label=_("Address of the post"), required=False, max_length=1000, help_text=_("Can be added later")
    )
    posted = forms.CharField(
        label=_("The text as it stands there"),
        required=False,
        max_length=100_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Paste it to have it compared with what was approved"),
    )
    differs = forms.BooleanField(label=_("The text differs and cannot be put right there"), required=False)
    reason = forms.CharField(label=_("Why it differs"), required=False, max_length=1000)


class LinkForm(forms.Form):
    """Where a posted text can be seen."""

    url = forms.CharField(label=_("Address of the post"), max_length=1000)


class ReasonForm(forms.Form):
    """Why something is done."""

    reason = forms.CharField(label=_("What happened"), max_length=1000)


class SentForm(forms.Form):
    """Somebody found it on the other side."""

    url = forms.CharField(label=_("Address of the post"), required=False, max_length=1000)


class HashForm(forms.Form):
    """Which text was read."""

    payload_hash = forms.CharField(max_length=64, widget=forms.HiddenInput)


class ScheduleForm(HashForm):
    """When a text is to leave."""

    at = forms.DateTimeField(
        label=_("Publish at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


class WithdrawForm(forms.Form):
    """Why a statement is withdrawn, in which languages, and what the public reads instead."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("For colleagues; it stays inside"),
    )

    def __init__(self, *args: Any, versions: list[Any], **options: Any) -> None:
        super().__init__(*args, **options)
        codes = [version.language for version in versions]
        self.fields["languages"] = forms.MultipleChoiceField(
            label=_("Languages"),
            choices=[(code, language_name(code)) for code in dict.fromkeys(codes)],
            initial=codes,
            widget=forms.CheckboxSelectMultiple,
        )
        for code in dict.fromkeys(codes):
            self.fields[f"note_{code}"] = forms.CharField(
                label=_("What the public reads instead (%(language)s)") % {"language": language_name(code)},
                required=False,
                max_length=LONGEST_NOTE,
                widget=forms.Textarea(attrs={"rows": 2}),
            )

    def values(self) -> dict[str, Any]:
        """The named values of the verb."""
        cleaned = self.cleaned_data
        notes = {name[5:]: text for name, text in cleaned.items() if name.startswith("note_")}
        return {"reason": cleaned["reason"], "languages": cleaned["languages"], "notes": notes}
