"""Evidence: adding files to a case, saying what they show, opening and removing them."""

from datetime import datetime

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from cases.actions.entries import case_is_open, row_of_open_case
from cases.models import Case, Evidence, Side, Signal, SignalFile
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Changes, Choice, Inner, Inputs, Instant, Reason, Text
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.files.receiving import Received, keep, take_away
from crisisdesk.core.files.types import FileKind
from crisisdesk.core.models import StoredFile

Held = Evidence | SignalFile


class EvidenceInputs(Inputs):
    """A file for a case, and what is said about it."""

    file = Inner(of=Received)
    caption = Text(_("What it shows"), longest=300, required=False)
    source = Text(_("Where it comes from"), longest=300, required=False, help=_("Who gave it, or where it was found"))
    side = Choice(_("From which side"), among=Side.choices, required=False, initial=Side.UNKNOWN)
    captured_at = Instant(_("When it was taken"), required=False)


class AboutEvidence(Changes, of=EvidenceInputs, without=("file", "side")):
    """What is said about a piece of evidence."""

    side = Choice(_("From which side"), among=Side.choices)


@action("cases.add_evidence", needs=Capability.CONTRIBUTE, title=_("Add evidence"), creates=True, inputs=EvidenceInputs)
def add_evidence(
    case: Case,
    act: Act,
    *,
    file: Received,
    caption: str = "",
    source: str = "",
    side: str = Side.UNKNOWN,
    captured_at: datetime | None = None,
) -> Evidence:
    """Add a file to the case: its bytes stay as they are, and its name too.

    `caption` says what it shows, `source` who gave it or where it was found, `side` from which side of the crisis it
    comes, `captured_at` when it was taken.
    """
    about = {"caption": caption, "source": source, "side": side}
    evidence = Evidence(case=case, captured_at=captured_at, **about)
    _not_in_the_future(act, captured_at)
    return _add(act, evidence, keep(act, file))


add_evidence.guard(case_is_open)


@action(
    "cases.change_evidence", needs=Capability.CONTRIBUTE, title=_("Change what is said about it"), inputs=AboutEvidence
)
def change_evidence(
    evidence: Evidence,
    act: Act,
    *,
    caption: str | None = None,
    source: str | None = None,
    side: str | None = None,
    captured_at: datetime | None = None,
) -> Evidence:
    """Change what is said about a piece of evidence; the file itself never changes."""
    _not_in_the_future(act, captured_at)
    evidence.caption = evidence.caption if caption is None else caption
    evidence.source = evidence.source if source is None else source
    evidence.side = side or evidence.side
    evidence.captured_at = captured_at or evidence.captured_at
    act.save(evidence)
    act.record("case_evidence.changed", on=evidence, number=evidence.number, side=str(evidence.side))
    return evidence


change_evidence.guard(row_of_open_case)


def _removed_before(held: Held, act: Act, **given: object) -> Held | None:
    return held if held.file.removed_at else None


class RemoveInputs(Inputs):
    """Why."""

    reason = Reason(missing=_("Say why the file is removed"))


@action(
    "cases.remove_evidence",
    needs=Capability.LEAD,
    title=_("Remove the file"),
    repeat=_removed_before,
    locks=("file",),
    inputs=RemoveInputs,
)
def remove_evidence(held: Held, act: Act, *, reason: str) -> Held:
    """Delete the bytes of a file of a case or of a signal, for example for privacy. Its hash and the reason stay.

    It can be done in a closed case too: a right to be forgotten does not wait for it to be opened again.
    """
    take_away(act, held.file, act.entry("reason", on=held, text=reason))
    act.record("case_evidence.removed", on=held, entry=held.file.removal, sha256=held.file.sha256)
    return held


@action("cases.open_evidence", needs=None, title=_("Download"))
def open_evidence(held: Held, act: Act) -> StoredFile:
    """Note who takes the original of a file of a case or of a signal, and give it."""
    act.record("case_evidence.opened", on=held, sha256=held.file.sha256)
    return held.file


@open_evidence.guard
def bytes_are_kept(held: Held, act: Act, **given: object) -> Unmet | None:
    """What was removed cannot be opened."""
    return Unmet("removed", _("This file was removed; its hash and the reason are kept")) if _is_gone(held) else None


def _is_gone(held: Held) -> bool:
    return held.file.removed_at is not None


def _not_in_the_future(act: Act, captured_at: datetime | None) -> None:
    if captured_at is not None and captured_at > act.now:
        raise Invalid({"captured_at": _("This lies in the future; say when it was taken")})


def _add(act: Act, evidence: Evidence, file: StoredFile) -> Evidence:
    """Give a piece of evidence its number, under the lock of the case, and save it."""
    last = Evidence.objects.filter(case=evidence.case).aggregate(last=Max("number"))["last"] or 0
    evidence.file, evidence.number, evidence.added_by = file, last + 1, act.actor.user
    act.save(evidence)
    act.record(
        "case_evidence.added",
        on=evidence,
        number=evidence.number,
        sha256=file.sha256,
        size=file.size,
        media_type=file.media_type,
        side=str(evidence.side),
    )
    return evidence


# --- files of signals -------------------------------------------------------------------------------------------------


def keep_with(act: Act, signal: Signal, received: Received) -> SignalFile:
    """Keep the picture that came with a report."""
    if received.kind != FileKind.IMAGE:
        raise Invalid({"screenshot": _("A report takes pictures only; add other files to the case")})
    held = act.save(SignalFile(signal=signal, file=keep(act, received)))
    file = held.file
    act.record("signal.file_added", on=signal, sha256=file.sha256, size=file.size, media_type=file.media_type)
    return held


def take_along(act: Act, signal: Signal, case: Case) -> None:
    """Make the files of a signal evidence of the case that it becomes part of."""
    for held in signal.files.filter(file__removed_at=None, file__evidence=None).select_related("file"):
        evidence = Evidence(case=case, caption=signal.title[:300])
        _add(act, evidence, held.file)
