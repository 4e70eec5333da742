"""Deciding: people approve, return or reject the text they read, and it goes out once all have agreed."""

from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from comms.actions.inputs import ApproveInputs, TurnDownInputs
from comms.actions.submitting import close_request, inform
from comms.actions.versions import (
    about,
    case_is_open,
    difference,
    next_version,
)
from comms.candidates import Candidates
from comms.citing import says_nothing_wrong
from comms.models import Approval, ApprovalRequest, Contributor, RequestStage
from comms.notices import tell_authors
from comms.sending.actions.publishing import go_on
from comms.states import Verdict
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.errors import Stale, Unmet

DECIDES = (Capability.APPROVE, Capability.APPROVE_LEGAL)


def _deciding(request: ApprovalRequest) -> tuple[Capability, ...]:
    """The capability to decide; where people are quoted, seeing the text, for `is_asked` knows who they are."""
    return (*DECIDES, Capability.VIEW) if request.quotes else DECIDES


def _standing(verdict: Verdict) -> Any:
    """The decision this person has made already, if it is the same one about the same text."""

    def find(request: ApprovalRequest, act: Act, *, payload_hash: str = "", **values: Any) -> Approval | None:
        if act.actor.user is None:
            return None
        mine = request.approvals.filter(user=act.actor.user, verdict=verdict)
        return mine.filter(payload_hash=payload_hash).first()

    return find


@action(
    "comms.approve_statement",
    needs=_deciding,
    needs_fresh=True,
    repeat=_standing(Verdict.APPROVE),
    title=_("Approve exactly this text"),
    inputs=ApproveInputs,
    only_person=True,
)
def approve_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str = "") -> Approval:
    """Approve exactly the text named by `payload_hash`. With the last approval the text is allowed, and goes out if its
    authors wanted it to go out as soon as it is approved."""
    stage = _stage_of(request_, act)
    approval = _decide(act, request_, stage, Verdict.APPROVE, payload_hash, comment)
    if stage.approvals.filter(verdict=Verdict.APPROVE).count() >= stage.required:
        _fill(act, stage)
    # Whoever decides in a role has agreed to being quoted, too.
    for own in request_.stages.filter(person=act.user, filled_at=None):
        _fill(act, own)
    act.record(
        "approval.given",
        on=request_,
        entry=approval.entry,
        payload_hash=payload_hash,
        roles=stage.code,
        deputy=approval.on_behalf_of_id is not None,
        **about(request_.version),
    )
    if not request_.stages.filter(filled_at=None).exists():
        _allow(act, request_)
    return approval


def _fill(act: Act, stage: RequestStage) -> None:
    """The stage has the decisions it needs; nobody more is asked."""
    stage.filled_at = stage.done_at = act.now
    stage.lease_until = None
    act.save(stage)


def _allow(act: Act, request: ApprovalRequest) -> None:
    """The last approval is there: the version is allowed, and leaves if it may leave now."""
    act.move(request, "satisfy")
    close_request(act, request)
    version = request.version
    act.move(version, "approve")
    version.approved_at = act.now
    act.save(version)
    act.record("statement.approved", on=version, payload_hash=version.payload_hash, **about(version))
    if request.informed_roles:
        inform(act, request, Candidates(version), "approval.informed_of_decision")
    go_on(act, version)


@action(
    "comms.return_statement",
    needs=_deciding,
    repeat=_standing(Verdict.RETURN),
    title=_("Return for changes"),
    inputs=TurnDownInputs,
    only_person=True,
)
def return_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str) -> Approval:
    """Send the text back to its authors and say what has to change; a new draft with the same words waits for them."""
    approval = _turn_down(act, request_, Verdict.RETURN, payload_hash, comment)
    next_version(act, request_.version)
    return approval


@action(
    "comms.reject_statement",
    needs=_deciding,
    repeat=_standing(Verdict.REJECT),
    title=_("Reject"),
    inputs=TurnDownInputs,
    only_person=True,
)
def reject_statement(request_: ApprovalRequest, act: Act, *, payload_hash: str, comment: str) -> Approval:
    """Refuse the text and say why."""
    return _turn_down(act, request_, Verdict.REJECT, payload_hash, comment)


def _turn_down(act: Act, request: ApprovalRequest, verdict: Verdict, payload_hash: str, comment: str) -> Approval:
    approval = _decide(act, request, _stage_of(request, act), verdict, payload_hash, comment)
    act.move(request, verdict.value)
    close_request(act, request)
    act.move(request.version, verdict.value)
    act.save(request.version)
    tell_authors(act, request.version)
    kind = "statement.returned" if verdict is Verdict.RETURN else "statement.rejected"
    act.record(kind, on=request.version, entry=approval.entry, payload_hash=payload_hash, **about(request.version))
    return approval


def _decide(
    act: Act, request: ApprovalRequest, stage: RequestStage, verdict: Verdict, payload_hash: str, comment: str
) -> Approval:
    """Write the decision; the database refuses a contributor, another text and a second decision."""
    entry = act.entry("reason", on=request, text=comment.strip()) if comment.strip() else None
    return act.save(
        Approval(
            request=request,
            stage=stage,
            user=act.user,
            on_behalf_of=Candidates(request.version).in_place_of(act.user, stage.roles),
            verdict=verdict,
            payload_hash=payload_hash,
            via=act.actor.via,
            entry=entry,
            created_at=act.now,
        )
    )


def _stage_of(request: ApprovalRequest, act: Act) -> RequestStage:
    """Where this decision counts: the stage with the fewest roles the person may decide in, else as the one quoted."""
    found: RequestStage = min(
        _stages_for(request, act), key=lambda stage: (not stage.roles, stage.order, len(stage.roles), stage.pk)
    )
    return found


def _stages_for(request: ApprovalRequest, act: Act) -> list[RequestStage]:
    """The stages in which the acting person may decide now."""

    def find() -> list[RequestStage]:
        return list(RequestStage.objects.open_to(act.user, act.now).filter(request=request))

    return act.once(("stages", request.pk), find)


def the_text_that_was_read(
    request: ApprovalRequest, act: Act, *, payload_hash: str | None = None, **values: Any
) -> None:
    """A decision names the newest text of the statement; about another one it is refused with the newest hash."""
    newest = request.version.statement.newest(request.version.language) or request.version
    if payload_hash is not None and (payload_hash != request.payload_hash or newest != request.version):
        raise Stale(
            _("The text has changed since you opened it. Look at what is different and decide again."),
            current_hash=newest.payload_hash or newest.draft_hash(),
            version=str(newest.uuid),
            difference=difference(request.version.master.text, newest.master.text),
        )


def still_waits(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """A request is decided once."""
    if request.is_open:
        return None
    message = _("This has been decided already: {state}")
    return Unmet("decided", format_lazy(message, state=request.get_state_display()), {"state": request.state})


def work_goes_on(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """In a closed or merged case nobody decides any more, and so nothing leaves."""
    return case_is_open(request.version, act)


def four_eyes(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Nobody decides about their own words."""
    if Contributor.objects.filter(version=request.version, user=act.actor.user).exists():
        return Unmet("four_eyes", _("You wrote in this text. Somebody else has to decide about it."))
    return None


def is_asked(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Only who the policy names decides, deputies from their time on."""
    user = act.actor.user
    if user is None or not request.is_open or not request.version.statement.case.is_open:
        return None
    if _stages_for(request, act):
        return None
    if request.approvals.filter(user=user).exists():
        return Unmet("decided_before", _("You have decided about this text already"))
    return Unmet("not_asked", _("Your role does not decide about this text, or not yet"))


for deciding_verb in (approve_statement, return_statement, reject_statement):
    for check in (the_text_that_was_read, work_goes_on, still_waits, four_eyes, is_asked):
        deciding_verb.guard(check)


@approve_statement.guard
def still_true(request: ApprovalRequest, act: Act, **values: Any) -> Unmet | None:
    """Nobody approves what has turned out wrong since it was submitted; it can be returned and rejected."""
    return says_nothing_wrong(request.version, act) if request.is_open else None
