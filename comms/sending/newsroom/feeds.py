"""The newsroom as feeds: Atom (RFC 4287) and JSON Feed 1.1. The texts are the approved bytes, as plain text."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid5
from xml.etree import ElementTree as ET

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from comms.sending.models import NewsroomPost
from comms.sending.newsroom.answers import Answer, public_page
from comms.sending.newsroom.reading import Newsroom, open_newsroom

ATOM = "http://www.w3.org/2005/Atom"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

ET.register_namespace("", ATOM)


@public_page
def atom(request: HttpRequest, slug: str, language: str | None = None) -> Answer:
    """The newest posts as an Atom feed; a withdrawn one stays as an entry that says so."""
    room = open_newsroom(slug, language)
    with override(room.chrome):
        body = ET.tostring(_feed(room), encoding="utf-8", xml_declaration=True)
    return Answer(body, "application/atom+xml; charset=utf-8", room.language, room.changed_at)


@public_page
def json_feed(request: HttpRequest, slug: str, language: str | None = None) -> Answer:
    """The newest posts as a JSON Feed; `_crisisdesk` says what was withdrawn, corrected and promised."""
    room = open_newsroom(slug, language)
    with override(room.chrome):
        body = json.dumps(_json(room), ensure_ascii=False).encode()
    return Answer(body, "application/feed+json", room.language, room.changed_at)


def _feed(room: Newsroom) -> ET.Element:
    feed = ET.Element(f"{{{ATOM}}}feed", {XML_LANG: room.language})
    _add(feed, "id", uuid5(room.brand.uuid, f"newsroom/{room.language}").urn)
    _add(feed, "title", _title(room))
    _add(feed, "updated", _instant(room.changed_at))
    _add(feed, "link", rel="self", type="application/atom+xml", href=absolute(room.address("atom")))
    _add(feed, "link", rel="alternate", type="text/html", href=absolute(room.address()))
    _add(_add(feed, "author"), "name", room.brand.name)
    for post in room.posts:
        _entry(feed, room, post)
    return feed


def _entry(feed: ET.Element, room: Newsroom, post: NewsroomPost) -> None:
    entry = _add(feed, "entry")
    _add(entry, "id", post.uuid.urn)
    _add(entry, "title", headline(post))
    _add(entry, "published", _instant(post.published_at))
    _add(entry, "updated", _instant(post.changed_at))
    _add(entry, "link", rel="alternate", type="text/html", href=post_address(room, post))
    if post.corrects is not None:
        _add(entry, "link", rel="related", type="text/html", href=post_address(room, post.corrects))
    _add(entry, "content", said(post), type="text")


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
    child.text = text or None
    return child


def _json(room: Newsroom) -> dict[str, Any]:
    return {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _title(room),
        "language": room.language,
        "home_page_url": absolute(room.address()),
        "feed_url": absolute(room.address("json")),
        "authors": [{"name": room.brand.name}],
        "_crisisdesk": {"next_update_at": _instant(room.next_update_at) if room.next_update_at else None},
        "items": [_item(room, post) for post in room.posts],
    }


def _item(room: Newsroom, post: NewsroomPost) -> dict[str, Any]:
    return {
        "id": post.uuid.urn,
        "url": post_address(room, post),
        "title": headline(post),
        "content_text": said(post),
        "language": post.language,
        "date_published": _instant(post.published_at),
        "date_modified": _instant(post.changed_at),
        "_crisisdesk": {
            "withdrawn": post.withdrawn_at is not None,
            "corrects": post.corrects.uuid.urn if post.corrects else None,
            "corrected_by": [correction.uuid.urn for correction in post.corrected_by],
            "next_update_at": _instant(post.next_update_at) if post.next_update_at else None,
        },
    }


def headline(post: NewsroomPost) -> str:
    """The headline; a withdrawn one is withdrawn with its text. Atom asks for one where the text has none."""
    if post.withdrawn_at:
        return _("Statement withdrawn")
    return post.headline or post.text.split("\n", 1)[0][:120]


def said(post: NewsroomPost) -> str:
    """The approved text, or the notice in its place."""
    if post.withdrawn_at:
        return post.public_note or _("We have withdrawn this statement.")
    return post.text


def post_address(room: Newsroom, post: NewsroomPost) -> str:
    """The whole address of one post."""
    return absolute(reverse("newsroom:post", args=[room.brand.slug, post.uuid]))


def absolute(path: str) -> str:
    """A path of ours as a whole address."""
    return f"{settings.BASE_URL}{path}"


def _title(room: Newsroom) -> str:
    return _("%(brand)s: statements") % {"brand": room.brand.name}


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
