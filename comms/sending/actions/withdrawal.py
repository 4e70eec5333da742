"""Taking a published text back: one person of communications, at once, without approval. Final."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from comms import hashing
from comms.actions.versions import about, unfit_sentence
from comms.models import Statement, StatementState, StatementVersion
from comms.sending.channels import channel_of
from comms.sending.models import Delivery, DeliveryState, NewsroomPost, Operation, Stopped, Withdrawal
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.actions import action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.inputs import Inputs, Language, Many, Reason, Text, Texts
from crisisdesk.core.errors import Invalid, Unmet
from crisisdesk.core.models import Entry

# Together these are held by exactly the roles of communications (`COMMUNICATION_ROLES`).
ANY_OF_COMMUNICATIONS = (Capability.PUBLISH, Capability.SPEAK, Capability.LEAD)

LEFT_THE_HOUSE = (StatementState.SCHEDULED, StatementState.PUBLISHING, StatementState.CORRECTED)
LONGEST_NOTE = 2000


def to_withdraw(statement: Statement, languages: Sequence[str] = ()) -> list[StatementVersion]:
    """The versions that are out or about to be, oldest first; of these languages, or of all."""
    versions = statement.versions.filter(state__in=LEFT_THE_HOUSE)
    return list((versions.filter(language__in=languages) if languages else versions).order_by("pk"))


class WithdrawInputs(Inputs):
    """Why, in which languages, and what the public reads instead."""

    reason = Reason(
        _("Why"),
        rows=2,
        help=_("For colleagues; it stays inside"),
        missing=_("Say why, in a few words; colleagues will ask"),
    )
    languages = Many(each=Language(), required=False, page=False, help=_("Empty: all that are out."))
    notes = Texts(
        each=Text(longest=LONGEST_NOTE, strip=False, required=False),
        required=False,
        page=False,
        help=_("By language: what stands in the text’s place."),
    )


@action(
    "comms.withdraw_statement",
    needs=ANY_OF_COMMUNICATIONS,
    title=_("Withdraw at once"),
    inputs=WithdrawInputs,
    only_person=True,
)
def withdraw_statement(
    statement: Statement,
    act: Act,
    *,
    reason: str,
    notes: Mapping[str, str] | None = None,
    languages: Sequence[str] = (),
) -> list[Withdrawal]:
    """Take the statement back in all its languages, or in some. `notes` is what the public reads instead, by language.

    The newsroom shows the notice as soon as this is committed. What is on networks without an adapter is put before
    people as "delete there now". Mails cannot be unsent; a correction reaches the same people.
    """
    notes = _fit(notes or {})
    versions = to_withdraw(statement, languages)
    if not versions:
        raise Invalid({"languages": _("Nothing is out in this language")})
    entry = act.entry("reason", on=statement, text=reason)
    return [_withdraw(act, version, entry, notes.get(version.language, "")) for version in versions]


def _fit(notes: Mapping[str, str]) -> dict[str, str]:
    """The public notes in normal form: they stand on the newsroom and in its feeds as a text does."""
    try:
        plain = {language: hashing.normalised(note).strip() for language, note in notes.items()}
    except hashing.UnfitText as unfit:
        raise Invalid({"notes": unfit_sentence(unfit)}) from unfit
    if any(len(note) > LONGEST_NOTE for note in plain.values()):
        raise Invalid({"notes": _("Shorten the public note to 2,000 characters")})
    return plain


@withdraw_statement.guard
def _something_is_out(statement: Statement, act: Act, **values: Any) -> Unmet | None:
    if to_withdraw(statement):
        return None
    return Unmet("nothing_out", _("Nothing of this statement is out; a draft is simply not submitted"))


def _withdraw(act: Act, version: StatementVersion, entry: Entry, note: str) -> Withdrawal:
    # Deliveries before their version, as a worker takes them: its claim looks at the version when it commits.
    deliveries = list(version.deliveries.select_for_update(no_key=True).order_by("pk"))
    act.move(version, "retract")
    act.save(version)
    withdrawal = act.save(Withdrawal(version=version, by=act.user, at=act.now, reason=entry, public_note=note))
    for delivery in deliveries:
        _stop(delivery, act)
    NewsroomPost.objects.filter(delivery__in=deliveries).update(withdrawn_at=act.now, public_note=note)
    removals = [_removal(act, delivery) for delivery in deliveries if _is_out_elsewhere(delivery)]
    act.record(
        "statement.withdrawn",
        on=version,
        entry=entry,
        payload_hash=version.payload_hash,
        to_remove=len(removals),
        **about(version),
    )
    return withdrawal


def _stop(delivery: Delivery, act: Act) -> None:
    """Whatever has not left stays; a worker that holds it finds its fence outdated and lets go."""
    if delivery.state in {DeliveryState.PENDING, DeliveryState.RETRY, DeliveryState.CLAIMED}:
        Delivery.objects.filter(pk=delivery.pk).update(
            state=DeliveryState.DEAD,
            dead_at=act.now,
            lease_until=None,
            fence=F("fence") + 1,
            last_error=Stopped.WITHDRAWN.value,
        )


def _is_out_elsewhere(delivery: Delivery) -> bool:
    """Whether it has to be removed on the other side. The newsroom is done in this transaction, a mail never can be."""
    if delivery.operation != Operation.PUBLISH or delivery.state not in {DeliveryState.SENT, DeliveryState.UNCONFIRMED}:
        return False
    return delivery.by_hand or channel_of(delivery.account).capabilities.deletes


def _removal(act: Act, delivery: Delivery) -> Delivery:
    return act.later(
        Delivery(
            version=delivery.version,
            account=delivery.account,
            language=delivery.language,
            part=delivery.part,
            parts=delivery.parts,
            operation=Operation.DELETE,
            of=delivery,
            by_hand=delivery.by_hand,
            idempotency_key=Delivery.key(delivery.version, delivery.account, delivery.part, Operation.DELETE),
            payload_hash=delivery.payload_hash,
            headline=delivery.headline,
            text=delivery.text,
            remote_id=delivery.remote_id,
            remote_url=delivery.remote_url,
            due_at=act.now,
        )
    )
