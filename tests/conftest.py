"""The world every test starts from, and the people who act in it."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from crisisdesk.core import clock
from crisisdesk.core.access.principals import ANONYMOUS, Principal
from crisisdesk.core.models import Brand, Organisation, User
from crisisdesk.desk.demo import people
from crisisdesk.settings import folder_storage
from tests.stages import STAGES, own_database, own_stages  # noqa: F401 - two fixtures of every test

# Everybody the permission table has a column for.
PERSONAS = (
    "duty", "crisis_lead", "comms_lead", "spokesperson", "legal", "community", "care", "marketing", "internal", "dpo",
    "security", "quality", "hr", "exec", "scribe", "agency", "observer", "manager", "superuser", "outsider", "service",
    "anonymous",
)  # fmt: skip


class World:
    """The fictitious organisation as tests see it."""

    @property
    def organisation(self) -> Organisation:
        """The one organisation."""
        return Organisation.objects.get()

    @property
    def brand(self) -> Brand:
        """The brand most people work for."""
        return Brand.objects.get(slug=people.BRAND[1])

    @property
    def other_brand(self) -> Brand:
        """The brand only `outsider` and `manager` have to do with."""
        return Brand.objects.get(slug=people.OTHER_BRAND[1])

    def user(self, code: str) -> User:
        """The account of a persona."""
        return people.user_of(code)

    def principal(self, code: str, *, fresh: bool = False, at: datetime | None = None, **options: Any) -> Principal:
        """The persona as an actor; `fresh` as if signed in a moment ago."""
        if code == "anonymous":
            return ANONYMOUS
        proved = (at or clock.now()) if fresh else None
        return Principal.for_user(self.user(code), authenticated_at=proved, **options)

    def principals(self, *, fresh: bool = False) -> dict[str, Principal]:
        """Every persona as an actor, their accounts read at once."""
        accounts = {user.email: user for user in User.objects.all()}
        proved = clock.now() if fresh else None
        known = {person.code: accounts[person.email] for person in people.PEOPLE if person.code in PERSONAS}
        actors = {code: Principal.for_user(user, authenticated_at=proved) for code, user in known.items()}
        return {"anonymous": ANONYMOUS, **actors}

    def client(self, code: str, *, language: str = "en") -> Client:
        """A browser without JavaScript, signed in as the persona a moment ago."""
        client = Client(headers={"accept-language": language})
        if code != "anonymous":
            sign_in(client, self.user(code))
        return client


def sign_in(client: Client, user: User, *, method: str = "mfa") -> None:
    """Give the browser the session that signing in with a second factor (or only a `password`) leaves.

    Made at once, not by signing in: most tests begin with it, and `tests/core/identity` is about the way there.
    """
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods"] = [{"method": method, "at": clock.now().timestamp()}]
    session["account_authentication_methods_user"] = str(user.pk)
    STAGES.sign_in(session)
    client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """The world, in the test's transaction or, beside `committed_db` or `empty_db`, with real commits."""
    own = {"committed_db", "empty_db"} & set(request.fixturenames)
    request.getfixturevalue(own.pop() if own else "db")
    return World()


@pytest.fixture
def file_folder(tmp_path: Path, settings: Any) -> Path:
    """The folder of uploaded files, of this test alone."""
    folder = tmp_path / "files"
    settings.STORAGES = {**settings.STORAGES, "files": folder_storage(folder)}
    return folder


@pytest.fixture(params=PERSONAS)
def persona(request: pytest.FixtureRequest) -> str:
    """Every persona in turn."""
    code: str = request.param
    return code
