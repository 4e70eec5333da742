"""Forms of pages that take files besides what an action asks for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.actions import add_evidence, report_signal
from crisisdesk.core.files.receiving import Received, receive
from crisisdesk.core.files.types import FileKind, accept
from crisisdesk.core.models import Upload
from crisisdesk.core.web.input_forms import form_for

_Report: Any = form_for(report_signal)
_Evidence: Any = form_for(add_evidence)


def screenshot_field() -> forms.FileField:
    """A picture that shows what is reported."""
    return forms.FileField(
        label=_("Screenshot"),
        required=False,
        widget=forms.FileInput({"accept": accept(FileKind.IMAGE), "data-paste": ""}),
        help_text=_("A picture up to 10 MB."),
    )


class ReportForm(_Report):
    """A new signal, with a picture of it."""

    screenshot = screenshot_field()


class EvidenceForm(_Evidence):
    """A file for a case: chosen, taken with the camera, or sent in parts before (`upload`)."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        widget=forms.FileInput({"accept": accept()}),
        help_text=_(
            "Pictures, PDF, e-mails, office documents, sound up to 10 MB, video up to 200 MB. The original is kept "
            "unchanged; only people of the case can download it."
        ),
    )
    photo = forms.FileField(
        label=_("Take a picture"),
        required=False,
        widget=forms.FileInput({"accept": "image/*,video/*", "capture": "environment"}),
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """One file, however it came."""
        values = super().clean() or {}
        if not self.errors and not any(values.get(name) for name in ("file", "photo", "upload")):
            self.add_error("file", _("Choose a file, take a picture, or drop one here"))
        return values

    def about(self) -> dict[str, Any]:
        """The values of the verb besides the file."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("file", "photo", "upload")}

    def received(self) -> Received:
        """The file, checked and stored."""
        upload = self.cleaned_data["upload"]
        if upload is not None:
            return Received.of(Upload.objects.visible_row(self.principal, uuid=upload))
        name = "file" if self.cleaned_data["file"] else "photo"
        return receive(self.cleaned_data[name], field=name)
