"""What can be wrong with a request before any action is reached, in the shape of the kernel's errors."""

from collections.abc import Sequence

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as BrokerError

from crisisdesk.core.errors import Denied, DomainError, Text

# The database or the broker does not answer, or gave up on this request.
AWAY = (OperationalError, InterfaceError, BrokerError)
# Seconds after which it is worth trying again.
RETRY_AFTER = 5


class BadRequest(DomainError):
    """The request itself is malformed; `errors` maps parameters or places in the body to sentences."""

    code = "bad_request"
    title = _("This request could not be understood")

    def __init__(self, message: Text | None = None, errors: dict[str, Sequence[Text]] | None = None) -> None:
        super().__init__(message)
        self.errors = errors or {}


class NotSignedIn(DomainError):
    """Nobody is signed in, and this needs somebody."""

    status = 401
    code = "not_signed_in"
    title = _("Sign in, or send a valid token as “Authorization: Bearer …”")


class FormExpired(Denied):
    """The form does not belong to this session."""

    code = "form_expired"
    title = _("The page was open for too long. Go back, reload it and send it again; what you typed is still there.")


class SecondFactorMissing(Denied):
    """The roles of this account need a second factor and it has none."""

    code = "second_factor_missing"
    title = _("Your roles need a second factor. Set one up in the web interface first.")


class WrongMethod(DomainError):
    """The address exists, but not for this method."""

    status = 405
    code = "wrong_method"
    title = _("This address does not take that method")


class NotAcceptable(DomainError):
    """The client accepts no format this address offers."""

    status = 406
    code = "not_acceptable"
    title = _("This address answers in JSON only")


class InProgress(DomainError):
    """A request with the same idempotency key is being carried out."""

    status = 409
    code = "in_progress"
    title = _("The same request is being carried out right now. Ask again in a moment.")


class TooLarge(DomainError):
    """More was sent than the desk accepts."""

    status = 413
    code = "too_large"
    title = _("This is too large to be sent")


class WrongContentType(DomainError):
    """The body has a format this address does not read."""

    status = 415
    code = "wrong_content_type"
    title = _("Send the body as application/json")


class KeyReused(DomainError):
    """An idempotency key stands for another request already."""

    status = 422
    code = "key_reused"
    title = _("This Idempotency-Key was used for a different request. Send a new key.")


class NotConditional(DomainError):
    """A change must say which version it changes."""

    status = 428
    code = "not_conditional"
    title = _("Send the ETag of what you read as If-Match, so that nobody's change is overwritten")


class TooMany(DomainError):
    """Too many requests in a short time."""

    status = 429
    code = "too_many"
    title = _("Too many requests in a short time. Wait a moment and try again.")


class Broken(DomainError):
    """A mistake of ours."""

    status = 500
    code = "internal"
    title = _("Something broke on our side. It was noted; please say what you were doing and the number below.")


class Away(DomainError):
    """A server behind the desk does not answer."""

    status = 503
    code = "away"
    title = _("CrisisDesk is not reachable for a moment. Nothing you saved is lost; try again shortly.")
