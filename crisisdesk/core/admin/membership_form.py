"""The form of a role on a brand: its dates are whole days in the brand's time zone."""

from collections.abc import Callable
from datetime import date, datetime, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crisisdesk.core import days
from crisisdesk.core.models import Membership


class Day(forms.DateField):
    """A day, chosen from the browser's calendar."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateInput({"type": "date"}, format="%Y-%m-%d")
        super().__init__(required=False, widget=widget, **options)


class MembershipForm(forms.ModelForm[Membership]):
    """Who, which role, and from which day to which."""

    valid_from = Day(
        label=_("first day"), help_text=_("Empty: from now on. Days begin at midnight in the brand's time zone.")
    )
    valid_until = Day(label=_("last day"), help_text=_("The role holds to the end of this day. Empty: without an end."))

    class Meta:
        model = Membership
        fields = ("user", "brand", "role", "is_deputy", "valid_from", "valid_until")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance.pk:
            zone, ends = self.instance.brand.zone, self.instance.valid_until
            self.initial["valid_from"] = days.first_day(self.instance.valid_from, zone)
            self.initial["valid_until"] = days.last_day(ends, zone) if ends else None

    def clean(self) -> dict[str, Any]:
        """Days become the instants between which the role holds."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        brand = cleaned.get("brand") or (self.instance.brand if self.instance.pk else None)
        if brand is not None:
            self._make_instant(cleaned, "valid_from", days.begin_of, brand.zone)
            self._make_instant(cleaned, "valid_until", days.end_of, brand.zone)
        return cleaned

    def _make_instant(
        self, cleaned: dict[str, Any], name: str, convert: Callable[[date, tzinfo], datetime], zone: tzinfo
    ) -> None:
        if cleaned.get(name) is None:
            return
        try:
            cleaned[name] = convert(cleaned[name], zone)
        except OverflowError:
            self.add_error(name, _("Choose an earlier day"))

    def validate_constraints(self) -> None:
        """The database judges them when the action saves, as it does for every other door."""
