"""The form of the withdrawal, which asks in each language what the public reads instead."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from comms.sending.actions.withdrawal import LONGEST_NOTE, withdraw_statement
from crisisdesk.core.languages import language_name
from crisisdesk.core.web.input_forms import form_for


class WithdrawForm(form_for(withdraw_statement)):  # type: ignore[misc]
    """Why a statement is withdrawn, in which languages, and what the public reads instead."""

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
