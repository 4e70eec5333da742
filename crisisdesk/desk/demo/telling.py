"""How the demo tells a story: verbs carried out by its people, at the instants at which they happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from crisisdesk.core import clock
from crisisdesk.core.actions import Action
from crisisdesk.core.czech import typeset, vocalised
from crisisdesk.core.principals import SYSTEM, Principal
from crisisdesk.desk.demo import people

CONTENT = Path(__file__).parent / "content"


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


# Languages other than Czech, addresses and names keep their spaces.
_AS_IS = frozenset({"en", "url", "link", "author", "network"})


class Telling:
    """One story that begins at `zero`; minutes count from there."""

    def __init__(self, zero: datetime, zone: ZoneInfo) -> None:
        self.zero = zero
        self.zone = zone

    def instant(self, minutes: float) -> datetime:
        """The instant so many minutes into the story."""
        return self.zero + timedelta(minutes=minutes)

    def __call__(self, minutes: float, verb: Action[Any, Any, Any], obj: Any, who: str | None, **values: Any) -> Any:
        """Let somebody carry out a verb; nobody in particular is the system. People have just proved who they are."""
        with clock.time_at(self.instant(minutes)):
            return verb(obj, self.actor(who), **values)

    def actor(self, who: str | None) -> Principal:
        """The persona as an actor at the instant being told."""
        if who is None:
            return SYSTEM
        return Principal.for_user(people.user_of(who), via="web", authenticated_at=clock.now())

    def spoken(self, text: Any, language: str = "cs", **instants: datetime) -> str:
        """A text with times in it as people say them: „v 11 hodin“, “at 11:00”."""
        times = {name: at_time(moment.astimezone(self.zone), language) for name, moment in instants.items()}
        return str(text[language] if isinstance(text, Mapping) else text).format(**times)


def at_time(moment: datetime, language: str) -> str:
    """A local time of day as a text says it."""
    if language != "cs":
        return f"at {moment.hour}:{moment:%M}"
    time = f"{moment.hour}.{moment:%M}" if moment.minute else f"{moment.hour} hodin"
    return vocalised(typeset(f"v {time}"))
