"""How django-allauth behaves here: no open sign-up, one limit of tries for all faces, secrets encrypted at rest."""

import base64
import contextlib
import hashlib
import logging
import unicodedata
from datetime import datetime
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy as _

from crisisdesk.core.access import second_factor
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.tokens import SIGN_IN_CHANGES, note_sign_in_change
from crisisdesk.core.errors import NotNow, Unmet
from crisisdesk.core.models import Organisation, SignInThrottle, User
from crisisdesk.core.models.tokens import TRIES, TRIES_WINDOW
from crisisdesk.core.web.request_errors import Away

log = logging.getLogger(__name__)

UNREADABLE = Unmet(
    "second_factor_unreadable",
    _(
        "This second factor can no longer be read, because the secret key of the installation was changed. "
        "Ask an administrator to remove it, then set it up again."
    ),
)


def display_name(user: User) -> str:
    """How mails and pages of the sign-in call somebody."""
    return user.name


def account_key(login: str) -> str:
    """By what tries are counted: SHA-256 of the log-in, however it was typed."""
    return hashlib.sha256(unicodedata.normalize("NFKC", login).strip().casefold().encode()).hexdigest()


class AccountAdapter(DefaultAccountAdapter):
    """E-mail and password. Accounts are made by administrators."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "too_many_login_attempts": _(
            "Too many tries on this account. Wait ten minutes, use a passkey, or set a new password by e-mail."
        ),
    }
    _taken: datetime | None = None

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up; administrators invite."""
        return False

    def format_email_subject(self, subject: str) -> str:
        """The organisation's name leads the subject."""
        name = Organisation.objects.values_list("name", flat=True).first() or "CrisisDesk"
        return f"[{name}] {subject}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try before the password is looked at."""
        self._taken = SignInThrottle.take(self._account(credentials), limit=TRIES, window=TRIES_WINDOW)
        if self._taken is None:
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The account of right credentials; a success does not use up a try."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and self._taken is not None:
            SignInThrottle.give_back(self._account(credentials), self._taken)
        return user

    def _delete_login_attempts_cached_email(self, request: HttpRequest, **credentials: Any) -> None:
        """A new password set over the mailbox proves who it is: the tries of others no longer count."""
        SignInThrottle.objects.filter(account=self._account(credentials)).delete()

    def set_password(self, user: User, password: str) -> None:
        """Write the password and nothing else: the rest of the account may have changed since the page was opened."""
        user.set_password(password)
        user.save(update_fields=["password"])

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail in the reader's language. A mail server that is away is said to be away."""
        user: User | None = context.get("user") or User.objects.filter(email=email).first()
        with translation.override(user.language if user else translation.get_language()):
            try:
                super().send_mail(template_prefix, email, context)
            except (SMTPException, OSError) as failed:
                log.warning("the mail server does not answer", exc_info=True)
                raise Away(
                    _("The mail could not be sent: the mail server does not answer. Try again shortly.")
                ) from failed

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell the owner that something about the sign-in changed, and the log too."""
        what = template_prefix.rpartition("/")[2]
        if what in SIGN_IN_CHANGES:
            note_sign_in_change(user, Principal.for_user(user), what=what)
        with contextlib.suppress(Away):
            super().send_notification_mail(template_prefix, user, context, email)

    @staticmethod
    def _account(credentials: dict[str, Any]) -> str:
        return account_key(credentials.get("email") or credentials.get("username") or "")


class MfaAdapter(DefaultMFAAdapter):
    """Second factors: seeds encrypted, and not to be removed by those who must have one."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": _(
            "Your roles need a second factor. Add another one first, then remove this one."
        ),
    }

    def encrypt(self, text: str) -> str:
        """Encrypt a seed before it is stored."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a stored seed."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        except InvalidToken as unreadable:
            raise NotNow([UNREADABLE]) from unreadable

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Whether enough stays after this factor is gone."""
        if not second_factor.is_demanded_of(Principal.for_user(authenticator.user)):
            return True
        return second_factor.factors_of(authenticator.user).exclude(pk=authenticator.pk).exists()


def _cipher() -> MultiFernet:
    """Encrypts with `SECRET_KEY`; reads what `SECRET_KEY_FALLBACKS` encrypted, so that keys can be rotated."""
    return MultiFernet([Fernet(_derived(key)) for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]])


def _derived(secret: str | bytes) -> bytes:
    if not secret:
        raise ImproperlyConfigured("SECRET_KEY is empty")
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"crisisdesk second factors").derive(force_bytes(secret))
    return base64.urlsafe_b64encode(key)
