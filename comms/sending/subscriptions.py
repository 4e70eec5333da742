"""Signed links in mails to subscribers. A link shows a page, only its button acts: mail scanners open links."""

from uuid import UUID

from django.core import signing

from comms.sending.models.subscribers import Subscriber

# Seconds a question to confirm stays open: a week.
CONFIRM_WITHIN = 7 * 24 * 3600

_CONFIRM = signing.TimestampSigner(salt="comms.subscription.confirm")
_LEAVE = signing.Signer(salt="comms.subscription.leave")


def confirm_token(subscriber: Subscriber) -> str:
    """Proves for a week that the mail was read."""
    return _CONFIRM.sign(str(subscriber.uuid))


def leave_token(subscriber: Subscriber) -> str:
    """Unsubscribes, for as long as the mail is kept."""
    return _LEAVE.sign(str(subscriber.uuid))


def confirming(token: str) -> UUID | None:
    """Whose confirmation this is; None for a forged or expired link."""
    try:
        return UUID(_CONFIRM.unsign(token, max_age=CONFIRM_WITHIN))
    except (signing.BadSignature, ValueError):
        return None


def leaving(token: str) -> UUID | None:
    """Who unsubscribes; None for a forged link."""
    try:
        return UUID(_LEAVE.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
