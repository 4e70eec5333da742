"""Facts: recording what is known, asked or rumoured, and finding out."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from cases.actions.entries import case_is_open, row_of_open_case
from cases.models import Case, Fact, FactType, RumourAnswer
from cases.states import FACT_STATES, FactState
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Changes, Choice, Inputs, Instant, Reason, Text, YesNo
from crisisdesk.core.actions.shared_inputs import Person
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import User

_LONGEST_FACT = 500  # characters; a fact is one line


class FactInputs(Inputs):
    """A fact in one line."""

    text = Text(_("Fact"), longest=_LONGEST_FACT, missing=_("Write the fact in one line"))
    state = Choice(
        _("How sure"),
        among=[(state.value, state.label) for state in (FactState.UNVERIFIED, FactState.OPEN)],
        wrong=_("A fact starts unverified or as an open question; confirm it afterwards"),
        required=False,
        initial=FactState.UNVERIFIED,
    )
    type = Choice(_("Type"), among=FactType.choices, required=False, initial=FactType.FACT)
    source = Text(_("Source"), longest=300, required=False)
    owner = Person(_("Who finds out"), required=False, empty=_("nobody yet"))
    verify_by = Instant(_("Until when"), required=False)


@action("cases.add_fact", needs=Capability.CONTRIBUTE, title=_("Record a fact"), creates=True, inputs=FactInputs)
def add_fact(
    case: Case,
    act: Act,
    *,
    text: str,
    state: str = FactState.UNVERIFIED,
    type: str = FactType.FACT,  # noqa: A002 - the word of the glossary
    source: str = "",
    owner: User | None = None,
    verify_by: datetime | None = None,
) -> Fact:
    """Record one line: something said (`unverified`) or an `open` question, a fact or a rumour.

    Who finds out (`owner`) and until when can follow later.
    """
    fact = act.save(
        Fact(
            case=case,
            text=_one_line(text),
            state=state,
            type=type,
            source=source,
            owner=owner,
            verify_by=verify_by,
            added_by=act.actor.user,
        )
    )
    act.record("fact.added", on=fact, state=str(state), type=str(type))
    return fact


add_fact.guard(case_is_open)


class FactChange(Changes, of=FactInputs, without=("state", "type")):
    """What can change about a fact."""

    public_ok = YesNo(_("May be said in public"))


@action("cases.change_fact", needs=Capability.CONTRIBUTE, title=_("Change the fact"), inputs=FactChange)
def change_fact(
    fact: Fact,
    act: Act,
    *,
    text: str | None = None,
    source: str | None = None,
    owner: User | None = None,
    verify_by: datetime | None = None,
    public_ok: bool | None = None,
) -> Fact:
    """Change the line, its source, who finds out until when, or whether it may be said in public.

    The words of a fact that was answered stay; a different one is a new fact.
    """
    if text is not None and text != fact.text:
        if fact.state not in FACT_STATES.start:
            raise Invalid({"text": _("This fact has been answered; record a new one instead")})
        fact.text = _one_line(text)
    if source is not None:
        fact.source = source
    fact.owner = owner if owner is not None else fact.owner
    fact.verify_by = verify_by if verify_by is not None else fact.verify_by
    fact.public_ok = public_ok if public_ok is not None else fact.public_ok
    act.save(fact)
    act.record("fact.changed", on=fact, public_ok=fact.public_ok)
    return fact


def standing_answer(state: str) -> Callable[..., Fact | None]:
    """A question whether the same person gave this answer before."""

    def standing(fact: Fact, act: Act, **given: object) -> Fact | None:
        return fact if fact.state == state and act.actor.same_as(fact.verified_by_id) else None

    return standing


class ConfirmInputs(Inputs):
    """How it was confirmed; `voucher` names somebody without an account, `text` answers an open question."""

    text = Text(_("The answer, one line"), longest=_LONGEST_FACT, required=False)
    public_ok = YesNo(_("May be said in public"), required=False)
    source = Text(_("Source"), longest=300, required=False)
    voucher = Text(
        _("Who vouches for it"),
        longest=200,
        required=False,
        help=_("Name and contact of somebody without an account, for example by phone"),
    )


@action(
    "cases.confirm_fact",
    needs=Capability.CONTRIBUTE,
    moves="confirm",
    repeat=standing_answer(FactState.CONFIRMED),
    title=_("Confirm"),
    inputs=ConfirmInputs,
)
def confirm_fact(
    fact: Fact, act: Act, *, text: str = "", public_ok: bool | None = None, voucher: str = "", source: str = ""
) -> Fact:
    """Confirm the fact. `voucher` names somebody without an account who vouches for it, for example by phone.

    An open question is answered by a `text` that takes its place.
    """
    fact.text = _one_line(text) or fact.text
    _answer(act, fact, voucher, source)
    if public_ok is not None:
        fact.public_ok = public_ok
    act.record("fact.confirmed", on=fact, entry=fact.voucher if voucher else None, public_ok=fact.public_ok)
    return fact


class RefuteInputs(Inputs):
    """How it was refuted, and what is done about a rumour."""

    source = Text(_("Source"), longest=300, required=False)
    voucher = Text(_("Who vouches for it"), longest=200, required=False)
    answer = Choice(
        _("What is done about it"),
        among=RumourAnswer.choices,
        wrong=_("Ignore it, answer individually, or refute it publicly"),
        required=False,
    )


@action(
    "cases.refute_fact",
    needs=Capability.CONTRIBUTE,
    moves="refute",
    repeat=standing_answer(FactState.REFUTED),
    title=_("Refute"),
    inputs=RefuteInputs,
)
def refute_fact(fact: Fact, act: Act, *, voucher: str = "", source: str = "", answer: str = "") -> Fact:
    """Refute the fact or rumour. `answer` says what is done about a rumour: ignore, individually, refute."""
    _answer(act, fact, voucher, source)
    fact.answer = answer or fact.answer
    fact.public_ok = False
    act.record("fact.refuted", on=fact, entry=fact.voucher if voucher else None, answer=fact.answer)
    return fact


class RetireInputs(Inputs):
    """Why, if there is something to say."""

    reason = Reason(required=False)


@action(
    "cases.retire_fact",
    needs=Capability.CONTRIBUTE,
    moves="retire",
    title=_("No longer relevant"),
    inputs=RetireInputs,
)
def retire_fact(fact: Fact, act: Act, *, reason: str = "") -> Fact:
    """Put a fact aside that does not matter any more."""
    entry = act.entry("reason", on=fact, text=reason) if reason else None
    fact.public_ok = False
    act.record("fact.retired", on=fact, entry=entry)
    return fact


@confirm_fact.guard
def a_question_is_answered(fact: Fact, act: Act, **given: object) -> Unmet | None:
    """The words change only while they are a question."""
    if not given.get("text") or fact.state == FactState.OPEN:
        return None
    return Unmet("not_open", _("Only an open question is answered with other words; record a new fact instead"))


def verifier_is_not_the_owner(fact: Fact, act: Act, *, voucher: str = "", **given: object) -> Unmet | None:
    """Whoever is to find out does not vouch for the answer alone."""
    if voucher or fact.owner_id is None or not act.actor.same_as(fact.owner_id):
        return None
    return Unmet("owner", _("Somebody else confirms what you were to find out, or name who vouches for it"))


confirm_fact.guard(verifier_is_not_the_owner)
refute_fact.guard(verifier_is_not_the_owner)
for verb in (change_fact, confirm_fact, refute_fact, retire_fact):
    verb.guard(row_of_open_case)


def _answer(act: Act, fact: Fact, voucher: str, source: str) -> None:
    fact.verified_at = act.now
    fact.verified_by, fact.voucher = act.actor.user, None
    if voucher:
        fact.verified_by, fact.voucher = None, act.entry("name", on=fact, text=voucher)
    fact.source = source or fact.source


def _one_line(text: str) -> str:
    return " ".join(text.split())
