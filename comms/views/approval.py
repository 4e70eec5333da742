"""The page on which somebody decides, made for the phone: the text, the difference, the facts, who else, two taps."""

from datetime import datetime
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from comms.actions.deciding import approve_statement, reject_statement, return_statement
from comms.actions.versions import out_of_date
from comms.candidates import Candidates
from comms.models import Approval, ApprovalRequest, RequestStage, StatementVersion
from comms.querysets import held_by
from comms.sending.models import Account
from comms.states import RequestState, StatementState, Verdict
from crisisdesk.core import clock
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.differences import parts
from crisisdesk.core.errors import DomainError, Stale
from crisisdesk.core.web.input_forms import form_for
from crisisdesk.core.web.views import VerbView

# Less in common than this, and the text is read as a new one.
MOSTLY = 0.4

VERDICTS = {"approve": approve_statement, "return": return_statement, "reject": reject_statement}
SAID = {
    "approve": _("Approved. Thank you."),
    "return": _("Returned with your comment"),
    "reject": _("Rejected with your reason"),
}
# Whoever decides the same again reads when they did, and what became of the text.
SAID_BEFORE = {
    Verdict.APPROVE: _("Approved by you at {time}."),
    Verdict.RETURN: _("Returned by you at {time}."),
    Verdict.REJECT: _("Rejected by you at {time}."),
}
_BECAME = {
    StatementState.IN_APPROVAL: _("The text still waits for others."),
    StatementState.RETURNED: _("The text was returned for changes."),
    StatementState.REJECTED: _("The text was rejected."),
    StatementState.APPROVED: _("The text is approved and waits to be published."),
    StatementState.SCHEDULED: _("The text is approved and will be published at {time}."),
    StatementState.PUBLISHING: _("The text was given to the channels."),
    StatementState.SUPERSEDED: _("The text has been replaced by a new version since, which is decided about anew."),
    StatementState.CORRECTED: _("The text was published and has been corrected since."),
    StatementState.RETRACTED: _("The text has been retracted since."),
}


class ApprovalView(VerbView):
    """One request: GET shows it, POST with `verdict` decides."""

    model = ApprovalRequest
    template_name = "comms/approval.html"
    verb = approve_statement

    def get_object(self) -> Any:
        """The visible request with what the page shows; a decision itself needs no more than the text and its case."""
        if self.request.method == "POST":
            rows = ApprovalRequest.objects.select_related("version__statement__case__brand")
        else:
            rows = ApprovalRequest.objects.for_lists()
        return rows.visible_row(self.principal, uuid=self.kwargs["uuid"])

    def get_form_options(self) -> dict[str, Any]:
        """Who decides; the three forms of the page keep their fields apart."""
        return {"auto_id": f"{self.verdict}_%s"}

    @property
    def verdict(self) -> str:
        """What was chosen: now, or before the person confirmed who they are."""
        chosen = self.request.POST.get("verdict", "")
        return chosen if chosen in VERDICTS else "approve"

    def get_initial(self) -> dict[str, Any]:
        """The hash of the text on the screen, and what was typed before the person confirmed who they are."""
        return {**super().get_initial(), "payload_hash": self.object.payload_hash}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Carry out the chosen verdict."""
        self.verb = VERDICTS[self.verdict]  # type: ignore[misc, assignment]
        self.success_message = SAID[self.verdict]  # type: ignore[misc]
        self.asked_at = clock.now()
        return super().post(request, *args, **kwargs)

    def get_success_message(self, result: Approval) -> Any:
        """Thanks; or, to whom decided before and does so again, what became of the text."""
        if result.created_at >= self.asked_at:
            return self.success_message
        said = SAID_BEFORE[Verdict(result.verdict)].format(time=_hour(result.created_at))
        return f"{said} {what_became(result.request.version)}"

    def get_success_url(self, result: Any) -> str:
        """The next text that waits for this person, else the list."""
        waiting = ApprovalRequest.objects.visible_to(self.principal).waiting_for(self.principal).first()
        return reverse("comms:approval", args=[waiting.uuid]) if waiting else reverse("comms:approvals")

    def refused(self, form: django_forms.Form | None, error: DomainError, *, status: int) -> HttpResponse:
        """A text that has changed is shown again, with the difference to the one that was read."""
        if isinstance(error, Stale) and form is not None:
            form.data = {**form.data.dict(), "payload_hash": self.object.payload_hash}  # type: ignore[attr-defined]
        return super().refused(form, error, status=status)

    def get_context(self, form: django_forms.Form | None) -> dict[str, Any]:
        """Everything that helps to decide."""
        request: ApprovalRequest = self.object
        version = request.version
        newest = version.statement.newest(version.language)
        compared, label = compared_with(version)
        waits = request.state == RequestState.OPEN
        unmet = approve_statement.unmet(self.principal, request)
        return {
            **super().get_context(form),
            "request_": request,
            "version": version,
            "statement": version.statement,
            "case": version.statement.case,
            "compared": compared,
            "compared_label": label,
            "alike": compared is not None and alike(compared.master.text, version.master.text),
            "accounts": Account.objects.filter(uuid__in=version.channels),
            "stages": stages_for(request, self.principal),
            "quoted": any(self.principal.same_as(stage.person_id) for stage in request.stages.all()),
            "citations": version.citations.select_related("fact__verified_by"),
            "translations": translations(version),
            "newest": newest if newest != version else None,
            "may_approve": waits and not unmet,
            "may_decide": waits and not return_statement.unmet(self.principal, request),
            "unmet": unmet,
            "form": form,
            "return_form": self.form_of("return", form),
            "reject_form": self.form_of("reject", form),
        }

    def form_of(self, verdict: str, posted: django_forms.Form | None) -> django_forms.Form:
        """The form of one verdict: what was posted if it was this one, else an empty one with what waited."""
        if posted is not None and posted.is_bound and verdict == self.verdict:
            return posted
        initial = {"comment": posted["comment"].value() or ""} if posted is not None else {}
        made = form_for(VERDICTS[verdict])
        return made(principal=self.principal, target=self.object, auto_id=f"{verdict}_%s", initial=initial)


def what_became(version: StatementVersion) -> str:
    """Where a text that was decided about stands now, in a sentence."""
    if version.request.state == RequestState.WITHDRAWN:
        return str(_("The text has been taken back since, to be changed; the new wording is decided about anew."))
    if version.state == StatementState.PUBLISHING and version.published_at:
        return _("The text was published at {time}.").format(time=_hour(version.published_at))
    return _BECAME[StatementState(version.state)].format(time=_hour(version.statement.scheduled_at or clock.now()))


def _hour(instant: datetime) -> str:
    local = timezone.localtime(instant)
    return formats.date_format(local, "G:i" if local.date() == timezone.localdate() else "j. n. G:i")


def compared_with(version: StatementVersion) -> tuple[StatementVersion | None, Any]:
    """What a text is read against: the version before it, else what is out in the case, and how to call that."""
    before = version.parent
    if before is not None and before.payload_hash:
        return before, _("changes against version {number}").format(number=before.number)
    statement = version.statement
    if statement.supersedes is not None:
        corrected = statement.supersedes.newest(version.language)
        if corrected is not None and corrected.published_at:
            return corrected, _("changes against the text that is corrected")
    out = StatementVersion.objects.last_public(statement.case, version.language)
    if out is not None and out.pk != version.pk:
        return out, _("changes against what is out")
    return None, ""


def alike(old: str, new: str) -> bool:
    """Whether so much of a text stands in the other that highlighting what changed helps a reader."""
    same = sum(len(text) for kind, text in parts(old, new) if kind == "same")
    return same >= MOSTLY * max(len(new), 1)


def stages_for(request: ApprovalRequest, principal: Principal) -> list[dict[str, Any]]:
    """Who decides: each stage with its people, whether it waits for the reader, and who would be asked next."""
    mine: set[int] = set()
    if principal.user is not None:
        mine = set(
            RequestStage.objects.open_to(principal.user, clock.now(), held_by(principal))
            .filter(request=request)
            .values_list("pk", flat=True)
        )
    rows = []
    candidates = Candidates(request.version)
    for stage in request.stages.all():
        decisions = stage.decisions
        against = [row for row in decisions if row.verdict != "approve"]
        state = "done" if stage.filled_at else "rejected" if against else "waiting" if request.is_open else "none"
        rows.append(
            {
                "stage": stage,
                "decisions": decisions,
                "count": len(stage.approved_by),
                "state": state,
                "mine": stage.pk in mine,
                "next": candidates.asked_next(stage) if request.is_open else None,
            }
        )
    return rows


def translations(version: StatementVersion) -> list[dict[str, Any]]:
    """The other languages of the statement: where they stand, and where they are decided about."""
    found = []
    for language in version.statement.languages():
        newest = version if language == version.language else version.statement.newest(language)
        request = getattr(newest, "request", None) if newest is not None else None
        found.append(
            {
                "language": language,
                "version": newest,
                "request": request,
                "here": language == version.language,
                "out_of_date": newest is not None and newest.is_draft and out_of_date(newest),
            }
        )
    return found
