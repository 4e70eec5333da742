"""What each account gets of an approved version, and whether it may leave now."""

from collections.abc import Iterator
from typing import NamedTuple

from cases.models import Realm
from comms.citing import says_nothing_wrong
from comms.models import StatementVersion, authority_of
from comms.sending.channels import channel_of
from comms.sending.models import Account, Delivery, Operation, Stopped
from comms.states import StatementState
from crisisdesk.core import clock


class Part(NamedTuple):
    """One post: its place among the posts the text becomes on a network, from 1."""

    number: int
    of: int
    headline: str
    text: str


def parts_for(version: StatementVersion, account: Account) -> Iterator[Part]:
    """The posts a version becomes on an account, derived from the approved wording and from nothing else."""
    wording = version.text_for(account.variant)
    texts = channel_of(account).split(account, wording.text)
    for number, text in enumerate(texts, start=1):
        yield Part(number, len(texts), wording.title if number == 1 else "", text)


def refusal(delivery: Delivery) -> str:
    """Why this delivery must not leave now, a code of `Stopped` or `embargo`; empty if it may.

    To be asked in the claiming transaction.
    The hash is computed anew from the rows of the version and compared with what was approved, so that neither a
    changed text nor a changed row of the outbox gets through.
    """
    version = delivery.version
    if delivery.operation == Operation.DELETE:
        return "" if version.state == StatementState.RETRACTED else Stopped.NOT_WITHDRAWN
    if version.state != StatementState.PUBLISHING:
        return Stopped.NOT_RELEASED
    if version.statement.case.realm != Realm.LIVE:
        return Stopped.EXERCISE
    if version.embargo_until and version.embargo_until > clock.now():
        return "embargo"
    authority = authority_of(version)
    if authority is None or authority.payload_hash != delivery.payload_hash:
        return Stopped.NOT_APPROVED
    if delivery.account.uuid not in version.channels or delivery.language != version.language:
        return Stopped.CHANNEL
    if says_nothing_wrong(version) is not None:
        return Stopped.WRONG
    given = Part(delivery.part, delivery.parts, delivery.headline, delivery.text)
    return "" if given in parts_for(version, delivery.account) else Stopped.OTHER_TEXT
