"""The newsroom's pages."""

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from comms.sending.newsroom.answers import Answer, public_page
from comms.sending.newsroom.reading import Newsroom, open_newsroom, open_post
from crisisdesk.core.languages import language_name


@public_page
def brand(request: HttpRequest, slug: str, language: str | None = None) -> Answer:
    """What the brand says: the newest first, with the time of the next update above it."""
    room = open_newsroom(slug, language)
    return _page(room, "newsroom/brand.html", {"posts": room.posts})


@public_page
def post(request: HttpRequest, slug: str, uuid: str) -> Answer:
    """One text with its corrections and its translations."""
    room, shown, others = open_post(slug, uuid)
    translations = [(other, language_name(other.language)) for other in others]
    return _page(room, "newsroom/post.html", {"post": shown, "translations": translations})


def _page(room: Newsroom, template: str, context: dict[str, object]) -> Answer:
    with override(room.chrome), timezone.override(room.brand.time_zone):
        body = render_to_string(template, {"room": room, "language": room.language, **context})
    return Answer(body.encode(), "text/html; charset=utf-8", room.language, room.changed_at)
