"""The page with every part of a page draws itself."""

from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from crisisdesk.desk.gallery import gallery
from tests.conftest import World


def test_every_part_is_drawn(world: World) -> None:
    request = RequestFactory().get("/gallery/")
    request.session = SessionStore()
    request.user = world.user("duty")
    request.principal = world.principal("duty")  # type: ignore[attr-defined]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    page = gallery(request).content.decode()
    for part in ("clock met", "clock run late", 'class="fact"', 'class="stage"', "<ins>", 'class="errors"', "empty"):
        assert part in page
    assert "style=" not in page
