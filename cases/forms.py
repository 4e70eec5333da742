"""Shapes of what people fill in. Whether something may happen, the actions know."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import Case, CrisisKind, FactType, RumourAnswer, Severity, Side, Signal
from cases.models.assessments import QUESTIONS, AnswerChoice
from cases.states import FactState
from crisisdesk.core import languages
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.access.roles import CASE_ROLES, Role
from crisisdesk.core.files.receiving import Received, receive
from crisisdesk.core.files.types import FileKind, accept
from crisisdesk.core.models import Brand, Upload, User, UserKind

ROLES = [(role.value, role.label) for role in CASE_ROLES]


class Lines(forms.CharField):
    """Several values, one a line, as a list."""

    widget = forms.Textarea

    def clean(self, value: Any) -> list[str]:
        """The lines that hold something."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class Moment(forms.DateTimeField):
    """A date and a time of day in the reader's time zone."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)


class Person(forms.ModelChoiceField):
    """A colleague with an account that is open."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("empty_label", "–")
        super().__init__(User.objects.none(), **options)

    def among(self, principal: Principal) -> None:
        """Offer the people this principal works with."""
        self.queryset = (
            User.objects.visible_to(principal).filter(is_active=True, kind=UserKind.PERSON).order_by("name_sort")
        )


class DeskForm(forms.Form):
    """A form that knows who fills it in."""

    def __init__(self, *args: Any, principal: Principal, **options: Any) -> None:
        super().__init__(*args, **options)
        self.principal = principal
        for field in self.fields.values():
            if isinstance(field, Person):
                field.among(principal)


def kind_field(**options: Any) -> forms.ModelChoiceField:
    """The kinds of crisis there are, in their order."""
    return forms.ModelChoiceField(
        CrisisKind.objects.filter(active=True), label=_("Kind of crisis"), empty_label=_("not known yet"), **options
    )


def screenshot_field() -> forms.FileField:
    """A picture that shows what is reported."""
    return forms.FileField(
        label=_("Screenshot"),
        required=False,
        widget=forms.FileInput({"accept": accept(FileKind.IMAGE), "data-paste": ""}),
        help_text=_("A picture up to 10 MB."),
    )


class ReasonForm(DeskForm):
    """Why."""

    reason = forms.CharField(label=_("Reason"), max_length=5000, widget=forms.Textarea({"rows": 3}))


class OptionalReasonForm(DeskForm):
    """Why, if there is something to say."""

    reason = forms.CharField(label=_("Reason"), max_length=5000, required=False, widget=forms.Textarea({"rows": 3}))


# --- signals --------------------------------------------------------------------------------------------------------


def brands_to_report_on(principal: Principal) -> QuerySet[Brand]:
    """The brands a person may raise signals on."""
    return Brand.objects.filter(pk__in=sorted(principal.brands_with(Capability.CONTRIBUTE)), active=True)


class ReportForm(DeskForm):
    """A new signal."""

    brand = forms.ModelChoiceField(Brand.objects.none(), label=_("Brand"))
    title = forms.CharField(label=_("What is going on"), max_length=200, help_text=_("One line"))
    text = forms.CharField(
        label=_("More about it"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 4})
    )
    links = Lines(label=_("Links"), required=False, help_text=_("One on each line"), max_length=20_000)
    kind = kind_field(required=False)
    detected_at = Moment(label=_("First noticed"), required=False, help_text=_("Empty means now"))
    screenshot = screenshot_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        brands = brands_to_report_on(self.principal)
        self.fields["brand"].queryset = brands  # type: ignore[attr-defined]
        first = brands.first()
        if first is not None:
            self.fields["brand"].initial = first.pk


class AttachForm(DeskForm):
    """The case a signal belongs to."""

    case = forms.ModelChoiceField(Case.objects.none(), label=_("Case"), empty_label="–")

    def __init__(self, *args: Any, signal: Signal, **options: Any) -> None:
        super().__init__(*args, **options)
        cases = Case.objects.visible_to(self.principal).open().filter(brand=signal.brand_id)
        self.fields["case"].queryset = cases.order_by("-created_at")  # type: ignore[attr-defined]


class QuestionsForm(DeskForm):
    """The three questions of the quick severity, one sentence, and another level where somebody has a reason for it."""

    harm = forms.ChoiceField(label=QUESTIONS["harm"], choices=AnswerChoice, widget=forms.RadioSelect)
    spreading = forms.ChoiceField(label=QUESTIONS["spreading"], choices=AnswerChoice, widget=forms.RadioSelect)
    growing = forms.ChoiceField(label=QUESTIONS["growing"], choices=AnswerChoice, widget=forms.RadioSelect)
    sentence = forms.CharField(
        label=_("In one sentence"),
        max_length=1000,
        required=False,
        help_text=_("Needed when you choose another severity than the answers give"),
    )
    severity = forms.TypedChoiceField(
        label=_("Another severity"),
        coerce=int,
        empty_value=None,
        required=False,
        choices=[("", _("as the answers give")), *Severity.choices],
    )


class LeadForm(QuestionsForm):
    """What is needed to take over and lead: the answers, the kind, and whether others may know."""

    kind = kind_field(required=False)
    title = forms.CharField(label=_("Title of the case"), max_length=200)
    confidential = forms.BooleanField(
        label=_("Confidential: only people with a role in the case see it"), required=False
    )


class OpenForm(LeadForm):
    """A case somebody else will lead; its severity may be judged later."""

    lead = Person(label=_("Who leads"), required=False, empty_label=_("nobody yet"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name in QUESTIONS:
            self.fields[name].required = False


class ActivateForm(QuestionsForm):
    """What a case still lacks before it can be activated; what it has is not asked again."""

    kind = kind_field()
    lead = Person(label=_("Who leads"))

    def __init__(self, *args: Any, lacking: set[str], **options: Any) -> None:
        super().__init__(*args, **options)
        if "severity" not in lacking:
            for name in (*QUESTIONS, "sentence", "severity"):
                del self.fields[name]
        if "kind" not in lacking:
            del self.fields["kind"]
        if "crisis_lead" not in lacking:
            del self.fields["lead"]
        else:
            self.fields["lead"].initial = self.principal.user and self.principal.user.pk


# --- cases ----------------------------------------------------------------------------------------------------------


class CaseForm(DeskForm):
    """What is said about a case."""

    title = forms.CharField(label=_("Title"), max_length=200)
    summary = forms.CharField(label=_("Summary"), max_length=20_000, required=False, widget=forms.Textarea({"rows": 5}))
    kind = kind_field(required=False)
    primary_language = forms.ChoiceField(label=_("Primary language of texts"), help_text=_("Goes out first"))
    content_languages = forms.MultipleChoiceField(
        label=_("Languages of texts"), required=False, widget=forms.CheckboxSelectMultiple
    )
    conference_link = forms.URLField(label=_("Conference link"), required=False, assume_scheme="https")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        offered = languages.choices(case.content_languages, case.brand.speaks)
        for name in ("primary_language", "content_languages"):
            self.fields[name].choices = offered  # type: ignore[attr-defined]


class NoteForm(DeskForm):
    """A note."""

    text = forms.CharField(label=_("Note"), max_length=20_000, widget=forms.Textarea({"rows": 2}))
    occurred_at = Moment(label=_("When it happened"), required=False, help_text=_("Empty means now"))


class DecisionForm(DeskForm):
    """A decision."""

    decision = forms.CharField(label=_("What was decided"), max_length=5000, widget=forms.Textarea({"rows": 2}))
    why = forms.CharField(label=_("Why"), max_length=5000, required=False, widget=forms.Textarea({"rows": 2}))
    question = forms.CharField(label=_("The question"), max_length=1000, required=False)
    options = forms.CharField(
        label=_("Options that were weighed"),
        max_length=5000,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One on each line"),
    )


class WaiverForm(DeskForm):
    """Why nothing is said in public."""

    why = forms.CharField(label=_("Why nothing is said in public"), max_length=5000, widget=forms.Textarea({"rows": 3}))


class WatchForm(OptionalReasonForm):
    """When to look again."""

    wake_at = Moment(label=_("Look again"))
    field_order = ("wake_at", "reason")


class MergeForm(OptionalReasonForm):
    """The case to go on in."""

    into = forms.ModelChoiceField(Case.objects.none(), label=_("Go on in this case"), empty_label="–")
    field_order = ("into", "reason")

    def __init__(self, *args: Any, case: Case, **options: Any) -> None:
        super().__init__(*args, **options)
        others = Case.objects.visible_to(self.principal).open().filter(brand=case.brand_id).exclude(pk=case.pk)
        self.fields["into"].queryset = others.order_by("-created_at")  # type: ignore[attr-defined]


class ConfidentialForm(ReasonForm):
    """Who sees the case."""

    confidential = forms.BooleanField(label=_("Only people with a role in the case see it"), required=False)
    field_order = ("confidential", "reason")


class CloseForm(DeskForm):
    """The summary of the review."""

    review = forms.CharField(
        label=_("Summary of the review"),
        max_length=20_000,
        required=False,
        widget=forms.Textarea({"rows": 8}),
        help_text=_("What happened, what went well, what badly, what changes"),
    )


class RoleForm(DeskForm):
    """Whom to ask for what."""

    role = forms.ChoiceField(label=_("Role"), choices=ROLES, initial=Role.CRISIS_LEAD)
    user = Person(label=_("Who"))


# --- tasks, clocks, facts -------------------------------------------------------------------------------------------


class TaskForm(DeskForm):
    """A task beside the protocol."""

    title = forms.CharField(label=_("What is to be done"), max_length=200)
    role = forms.ChoiceField(label=_("Role"), choices=[("", _("anybody")), *ROLES], required=False)
    assignee = Person(label=_("Who"), required=False, empty_label=_("nobody yet"))
    due_at = Moment(label=_("Until"), required=False)
    blocking = forms.BooleanField(label=_("Must be done before the case is resolved"), required=False)


class TaskNoteForm(DeskForm):
    """How it went."""

    note = forms.CharField(label=_("How it went"), max_length=5000, required=False, widget=forms.Textarea({"rows": 2}))


class TickOffForm(DeskForm):
    """What was done."""

    note = forms.CharField(label=_("What was done"), max_length=1000)


class FactForm(DeskForm):
    """A fact in one line."""

    text = forms.CharField(label=_("Fact"), max_length=500)
    state = forms.ChoiceField(
        label=_("How sure"),
        choices=[(FactState.UNVERIFIED, FactState.UNVERIFIED.label), (FactState.OPEN, FactState.OPEN.label)],
        required=False,
    )
    type = forms.ChoiceField(label=_("Type"), choices=FactType, required=False)
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    owner = Person(label=_("Who finds out"), required=False, empty_label=_("nobody yet"))
    verify_by = Moment(label=_("Until when"), required=False)

    def clean(self) -> dict[str, Any]:
        """What is left out takes the verb's own default."""
        given = super().clean() or {}
        return {name: value for name, value in given.items() if value not in ("", None) or name == "text"}


class FactChangeForm(FactForm):
    """What can change about a fact."""

    public_ok = forms.BooleanField(label=_("May be said in public"), required=False)
    state = None  # type: ignore[assignment]
    type = None  # type: ignore[assignment]


class ConfirmForm(DeskForm):
    """How a fact was confirmed; an open question is answered in one line."""

    text = forms.CharField(label=_("The answer, one line"), max_length=500, required=False)
    public_ok = forms.BooleanField(label=_("May be said in public"), required=False)
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    voucher = forms.CharField(
        label=_("Who vouches for it"),
        max_length=200,
        required=False,
        help_text=_("Name and contact of somebody without an account, for example by phone"),
    )


class RefuteForm(DeskForm):
    """How a fact or rumour was refuted."""

    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    voucher = forms.CharField(label=_("Who vouches for it"), max_length=200, required=False)
    answer = forms.ChoiceField(
        label=_("What is done about it"), choices=[("", "–"), *RumourAnswer.choices], required=False
    )


# --- evidence -------------------------------------------------------------------------------------------------------


class AboutEvidenceForm(DeskForm):
    """What is said about a piece of evidence."""

    caption = forms.CharField(label=_("What it shows"), max_length=300, required=False)
    source = forms.CharField(
        label=_("Where it comes from"),
        max_length=300,
        required=False,
        help_text=_("Who gave it, or where it was found"),
    )
    side = forms.ChoiceField(label=_("From which side"), choices=Side, initial=Side.UNKNOWN, required=False)
    captured_at = Moment(label=_("When it was taken"), required=False)


class EvidenceForm(AboutEvidenceForm):
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
        return {name: self.cleaned_data[name] for name in AboutEvidenceForm.base_fields}

    def received(self) -> Received:
        """The file, checked and stored."""
        upload = self.cleaned_data["upload"]
        if upload is not None:
            return Received.of(Upload.objects.visible_row(self.principal, uuid=upload))
        name = "file" if self.cleaned_data["file"] else "photo"
        return receive(self.cleaned_data[name], field=name)
