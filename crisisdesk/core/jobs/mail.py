"""The way to the mail server for work that must not be done twice.

SMTP cannot be asked afterwards what became of a mail, so three things are known at every moment here: whether the
server may hold a text it has not answered for (`handed`), that the due row is still ours, and how long one answer may
take. The row is asked once more right before the text is handed over, and its lease is renewed there to outlast the
answer; a worker whose row was taken over meanwhile stops with nothing sent.
"""

import enum
import functools
import io
import smtplib
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend

from crisisdesk.core.models.due import Due, TakenOver

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
# Seconds the server has for its answer to a whole text; scanners for viruses take longer than `EMAIL_TIMEOUT`, which
# bounds every other step. A lease must outlast this and two other steps (`DATA` and the text itself).
ANSWER_SECONDS = 30.0
# Seconds for a step where `EMAIL_TIMEOUT` says nothing.
STEP_SECONDS = 10.0


class Answer(enum.Enum):
    """What the server's answer, or its silence, means for one mail."""

    SENT = "sent"
    NOT_SENT = "not sent; may be tried again"
    BUSY = "not now; may be tried again"
    LOGIN = "the desk may not send here; an administrator has to look"
    REFUSED = "never"
    UNKNOWN = "handed over and not answered for"

    @property
    def may_be_tried_again(self) -> bool:
        """Whether the mail has certainly not gone, and may go another time."""
        return self in {Answer.NOT_SENT, Answer.BUSY, Answer.LOGIN}


class ServerAway(Exception):
    """No connection to the mail server, so certainly nothing was sent; `answer` says why."""

    def __init__(self, answer: Answer, said: str) -> None:
        self.answer = answer
        super().__init__(said)


@contextmanager
def connected(row: Due) -> Iterator[Any]:
    """A connection to the mail server that keeps the lease of `row` while it is used. Raises `ServerAway`."""
    connection = _open(row)
    try:
        yield connection
    finally:
        # Whatever became of the mail is known by now; saying goodbye must not change it.
        if isinstance(connection, SteppedBackend):
            connection.let_go()
        with suppress(Exception):
            connection.close()


def _open(row: Due) -> Any:
    if settings.EMAIL_BACKEND != SMTP_BACKEND:
        connection = get_connection()
    else:
        connection = get_connection(f"{__name__}.SteppedBackend", row=row)
    try:
        connection.open()
    except smtplib.SMTPAuthenticationError as error:
        raise ServerAway(Answer.LOGIN, str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise ServerAway(Answer.NOT_SENT, f"{type(error).__name__}: {error}") from error
    return connection


def send_one(row: Due, message: EmailMessage) -> tuple[Answer, str]:
    """Send the one mail of a due row to its one recipient; what came of it, and the server's words.

    Raises `TakenOver`, with nothing sent, if somebody else has the row by now. A server that refuses our sender refuses
    the desk and not the recipient.
    """
    try:
        with connected(row) as connection:
            row.renew()
            try:
                connection.send_messages([message])
            except TakenOver:
                raise
            except Exception as error:
                answer = answer_of(error)
                if answer is Answer.UNKNOWN and not may_be_there(connection):
                    answer = Answer.NOT_SENT
                if isinstance(error, smtplib.SMTPSenderRefused) and answer is Answer.REFUSED:
                    answer = Answer.LOGIN
                return answer, f"{type(error).__name__}: {error}"
    except ServerAway as away:
        return away.answer, str(away)
    return Answer.SENT, ""


def may_be_there(connection: Any) -> bool:
    """Whether the server may hold a text it has not answered for; without knowing better, it may."""
    return bool(getattr(connection, "handed", True))


def answer_of(error: Exception) -> Answer:
    """What an error of sending means for a mail with one recipient.

    An answer of the server is a fact; silence is one only before the text was handed over (`may_be_there`).
    """
    if isinstance(error, ServerAway):
        return error.answer
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _by_code(max((code for code, _said in error.recipients.values()), default=500))
    if isinstance(error, smtplib.SMTPConnectError | smtplib.SMTPHeloError):
        return Answer.NOT_SENT
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code)
    if isinstance(error, smtplib.SMTPNotSupportedError | UnicodeError | ValueError):
        return Answer.REFUSED
    return Answer.UNKNOWN


def _by_code(code: int) -> Answer:
    """RFC 5321 (4.2.1): 4xx may be tried again, 5xx is final; RFC 4954: 530, 534, 535, 538 concern the log-in."""
    if code in {530, 534, 535, 538}:
        return Answer.LOGIN
    if code in {421, 450, 451, 452}:
        return Answer.BUSY
    return Answer.REFUSED if code >= 500 else Answer.NOT_SENT


class _Stepped(smtplib.SMTP):
    """One conversation whose every answer is awaited for a bounded time, and whose row is kept between the steps.

    The timeout of a socket bounds each piece that arrives; a server that sends its answer byte by byte, or line by line
    without end, would never run into it.
    """

    def __init__(self, *args: Any, row: Due | None, **options: Any) -> None:
        self.row = row
        self.handed = False
        self.until = 0.0
        super().__init__(*args, **options)

    def getreply(self) -> tuple[int, bytes]:
        """The next answer of the server, within its time."""
        if self.row is not None and not self.handed:
            try:
                self.row.keep()
            except TakenOver:
                self.close()
                raise
        self.until = time.monotonic() + (ANSWER_SECONDS if self.handed else self.timeout)
        if self.file is None:
            self.file = io.BufferedReader(cast("io.RawIOBase", _Awaited(self)))
        try:
            return super().getreply()
        finally:
            if self.sock is not None:
                self.sock.settimeout(self.timeout)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the text over; a failure before this moment has certainly sent nothing."""
        if self.row is not None:
            self.row.renew()
        self.handed = True
        answer = super().data(msg)
        self.handed = False
        return answer


class _SteppedTls(_Stepped, smtplib.SMTP_SSL):
    pass


class _Awaited(io.RawIOBase):
    """Reads from the socket of a conversation until its time for the present answer is over."""

    def __init__(self, conversation: _Stepped) -> None:
        self.conversation = conversation
        self.sock = cast("Any", conversation.sock)
        self.raw = self.sock.makefile("rb", buffering=0)

    def readable(self) -> bool:
        """It is only read."""
        return True

    def readinto(self, buffer: Any) -> Any:
        """What has arrived; `TimeoutError` once the time is over."""
        left = self.conversation.until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server took too long for one answer")
        self.sock.settimeout(left)
        return self.raw.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self.raw.close()
        super().close()


class SteppedBackend(EmailBackend):
    """Django's SMTP backend over such conversations."""

    def __init__(self, *args: Any, row: Due | None = None, **options: Any) -> None:
        super().__init__(*args, **options)
        self.timeout = self.timeout or STEP_SECONDS
        self.row = row

    @property
    def connection_class(self) -> Any:
        """How a connection is made."""
        return functools.partial(_SteppedTls if self.use_ssl else _Stepped, row=self.row)

    @property
    def handed(self) -> bool:
        """Whether the server may hold a text it has not answered for."""
        return bool(getattr(self.connection, "handed", False))

    def let_go(self) -> None:
        """The row is no longer worked on."""
        if isinstance(self.connection, _Stepped):
            self.connection.row = None
