"""The demo's API token. Only its digest is in the database, so the token itself is kept beside it for printing."""

from pathlib import Path

from django.conf import settings

from crisisdesk.core import clock
from crisisdesk.core.access import tokens
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.models import ApiToken, Organisation
from crisisdesk.desk.demo import people

NAME = "Demo"
# Everything a program may do at all: approving and publishing are not among it.
SCOPES = ("read", "cases.*", "comms.*", "monitoring.*")


def demo_token() -> str:
    """The token of the listening tool; a new one where there is none, or where it was revoked or has expired."""
    kept = settings.DATA_DIR / "demo.token"
    token = kept.read_text().strip() if kept.exists() else ""
    if not ApiToken.objects.usable().filter(digest=tokens.digest(token)).exists():
        token = _make()
        _keep(kept, token)
    return token


def _make() -> str:
    manager = Principal.for_user(people.user_of("superuser"), via="command", authenticated_at=clock.now())
    made = create_token(Organisation.objects.get(), manager, name=NAME, scopes=SCOPES, user=people.user_of("service"))
    return str(made.secret)


def _keep(path: Path, token: str) -> None:
    path.touch(mode=0o600)
    path.write_text(token, encoding="ascii")
