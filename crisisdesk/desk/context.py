"""What every page with the rail shows: places with their counts, the person, the appearance, notices."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from crisisdesk.core.access.principals import Principal
from crisisdesk.core.jobs import wake
from crisisdesk.desk.waiting import Counts, counts


@dataclass(frozen=True)
class Place:
    """One line of the rail. `short` is its word in the bottom bar of a phone; `hot` counts wait for the reader."""

    url: str
    label: str
    icon: str
    short: str = ""
    count: int | str = 0
    hot: bool = False
    on: bool = False


@dataclass(frozen=True)
class Banner:
    """A notice across the top; `tone` is a class of the stylesheet."""

    title: str
    text: str
    icon: str
    tone: str = ""


def desk(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Nothing is read before a template asks for it, so public pages touch no session."""
    counted: Any = SimpleLazyObject(lambda: counts_of(request))
    return {
        "me": SimpleLazyObject(lambda: request.user if request.user.is_authenticated else None),
        "theme": SimpleLazyObject(lambda: _theme(request)),
        "places": SimpleLazyObject(lambda: _places(request, counted)),
        "more_places": SimpleLazyObject(lambda: _more_places(request, counted)),
        "bell": SimpleLazyObject(lambda: _bell(request, counted)),
        "banners": SimpleLazyObject(lambda: _banners(request)),
    }


def _principal(request: HttpRequest) -> Principal:
    principal: Principal = request.principal  # type: ignore[attr-defined]
    return principal


def counts_of(request: HttpRequest) -> Counts:
    """The figures of the rail, asked once for a page."""
    known: Counts | None = request.__dict__.get("counts_of_rail")
    if known is None:
        known = request.__dict__["counts_of_rail"] = counts(_principal(request))
    return known


def _theme(request: HttpRequest) -> str:
    theme = getattr(request.user, "theme", "auto")
    return theme if theme in ("light", "dark") else ""


def _places(request: HttpRequest, counted: Counts) -> list[Place]:
    if _principal(request).is_anonymous:
        return []
    place = _placing(request)
    return [
        place("desk:home", _("Waiting for me"), "inbox", short=_("For me"), count=counted.mine, hot=True),
        place("cases:signals", _("Signals"), "radar", count=counted.signals),
        place("cases:list", _("Cases"), "siren", count=counted.cases),
        place("comms:statements", _("Statements"), "megaphone"),
        place("monitoring:mentions", _("Mentions"), "at-sign"),
    ]


def _more_places(request: HttpRequest, counted: Counts) -> list[Place]:
    principal = _principal(request)
    if principal.is_anonymous:
        return []
    place = _placing(request)
    found = [
        place("monitoring:sources", _("Sources"), "rss"),
        place("cases:protocols", _("Protocols"), "list-checks"),
        place("comms:templates", _("Templates"), "file-text"),
    ]
    if counted.newsroom:
        found.append(Place(reverse("newsroom:brand", args=[counted.newsroom]), _("Newsroom"), "newspaper"))
    if principal.user is not None and principal.user.is_staff:
        found.append(Place(reverse("admin:index"), _("Administration"), "settings"))
    return found


def _bell(request: HttpRequest, counted: Counts) -> Place:
    """The list of notifications with the figure of what is unread."""
    return _placing(request)("desk:notices", _("Notifications"), "bell", count=counted.unread, hot=True)


def _placing(request: HttpRequest) -> Callable[..., Place]:
    def place(name: str, label: str, icon: str, **options: Any) -> Place:
        url = reverse(name)
        on = request.path == url if url == "/" else request.path.startswith(url)
        return Place(url, label, icon, on=on, **({"short": label} | options))

    return place


def _banners(request: HttpRequest) -> list[Banner]:
    found = []
    if not settings.REQUIRE_MFA:
        text = _("Sign-in without a second factor. Not for real work.")
        found.append(Banner(_("Demonstration"), text, "flask-conical", "info"))
    if wake.is_silent():
        text = _("Work in the background starts with a few seconds' delay. Nothing is lost.")
        found.append(Banner(_("Slower than usual"), text, "hourglass"))
    return found
