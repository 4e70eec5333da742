"""How the demo tells a story: verbs carried out by its people, at the instants at which they happened."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from crisisdesk.core import clock
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.actions import Action
from crisisdesk.core.czech import typeset, vocalised
from crisisdesk.desk.demo import people

# Yields the instant at which it goes on; what it does in between happens then.
Thread = Iterator[datetime]

CONTENT = Path(__file__).parent / "content"
# Other languages, addresses and names keep their spaces.
_AS_IS = frozenset({"en", "url", "link", "author", "network"})
# Nobody is promised anything between these hours.
_WAKES, _SLEEPS = time(7, 30), time(22)


def content(name: str) -> Any:
    """The words of a story, set as Czech typography asks."""
    return _typeset(yaml.safe_load((CONTENT / name).read_text(encoding="utf-8")))


def _typeset(value: Any) -> Any:
    match value:
        case str():
            return typeset(value)
        case list():
            return [_typeset(one) for one in value]
        case dict():
            return {key: one if key in _AS_IS else _typeset(one) for key, one in value.items()}
    return value


def do(verb: Action[Any, Any, Any], obj: Any, who: str | None, /, **values: Any) -> Any:
    """Let somebody carry out a verb; nobody in particular is the desk. People have just proved who they are."""
    actor = Principal.for_user(people.user_of(who), authenticated_at=clock.now()) if who else SYSTEM
    return verb(obj, actor, **values)


def tell(threads: Iterable[Thread]) -> None:
    """Let threads of one or several stories run side by side, every step at its instant and in the order of time."""
    waiting = [(next(thread), place, thread) for place, thread in enumerate(threads)]
    heapify(waiting)
    while waiting:
        instant, place, thread = heappop(waiting)
        with clock.time_at(instant):
            following = next(thread, None)
        if following is not None:
            heappush(waiting, (following, place, thread))


class Telling:
    """One story that begins at `zero`, in the local time of `zone`; minutes count from there."""

    def __init__(self, zero: datetime, zone: ZoneInfo) -> None:
        self.zero = zero
        self.zone = zone

    def thread(self, steps: Iterator[float]) -> Thread:
        """A thread of the story: `steps` yields the minute at which it goes on, before each step."""
        for minute in steps:
            yield self.instant(minute)

    def instant(self, minutes: float) -> datetime:
        """The instant so many minutes into the story."""
        return self.zero + timedelta(minutes=minutes)

    def promise(self, minutes: float) -> datetime:
        """A time people can be promised: the next half hour, in the morning if that would be at night."""
        local = self.instant(minutes).astimezone(self.zone)
        half = local.replace(minute=0, second=0, microsecond=0) + timedelta(minutes=30 * -(-local.minute // 30))
        if _WAKES <= half.time() < _SLEEPS:
            return half
        day = half.date() if half.time() < _WAKES else half.date() + timedelta(days=1)
        return datetime.combine(day, _WAKES, tzinfo=self.zone)

    def clock_time(self, moment: datetime) -> str:
        """`HH:MM` where the people of the story live."""
        return f"{moment.astimezone(self.zone):%H:%M}"

    def spoken(self, text: str, language: str = "cs", **instants: datetime) -> str:
        """A text with times in it as people say them: „v 11 hodin“, “at 11:00”."""
        return text.format(**{name: at_time(at.astimezone(self.zone), language) for name, at in instants.items()})

    def mentions(self, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Mentions as a listening tool sends them; `at` is the minute of the story at which each was posted."""
        return [
            {
                "text": row["text"],
                "author": row["author"],
                "url": row.get("url") or _address(row),
                "published_at": self.instant(row["at"]),
                "reach": row["reach"],
                "rating": row.get("rating"),
                "language": "cs",
            }
            for row in rows
        ]


def at_time(moment: datetime, language: str) -> str:
    """A local time of day as a text says it."""
    if language != "cs":
        return f"at {moment.hour}:{moment:%M}"
    said = f"{moment.hour}.{moment:%M}" if moment.minute else f"{moment.hour} hodin"
    return vocalised(typeset(f"v {said}"))


def _address(row: Mapping[str, Any]) -> str:
    """A made-up address, the same for the same words."""
    network, author = (row[name].lower().replace(" ", "-") for name in ("network", "author"))
    return f"https://{network}.example/{author}/{sum(row['text'].encode())}"
