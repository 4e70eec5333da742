"""Viral copies: the same words pass from author to author, and faster and faster.

Fires when a story (near-duplicates, see `cases.monitoring.text`) has at least five copies from at least three authors
and their number doubled in less than an hour. The evidence is the number of copies, the threshold five.
One story fires again only at half as many copies again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from cases.monitoring.detectors.buckets import PER_DAY, PER_HOUR, Sighting
from cases.monitoring.detectors.cooldown import CoolDown, Passage
from cases.monitoring.detectors.firings import Detector, Firing, moment
from cases.monitoring.detectors.persisting import fields_of, newest, packed

COPIES = 5
AUTHORS = 3
MOST_STORIES = 500
# A story that nobody has repeated for two days begins anew when it comes back.
FORGOTTEN = 2 * PER_DAY
# Authors told apart per story; beyond it the sentence says "at least".
MOST_AUTHORS = 64


@dataclass(slots=True)
class Story:
    """What is remembered of a story: copies in all, who (hashed), and the copies of each bucket of the last hour."""

    first: int
    last: int
    copies: int = 0
    authors: list[str] = field(default_factory=list)
    hour: list[list[int]] = field(default_factory=list)
    cooldown: CoolDown = field(default_factory=CoolDown)

    def add(self, number: int, author: str) -> None:
        """One more copy."""
        self.last = number
        self.copies += 1
        mark = blake2b(author.encode("utf-8", "replace"), digest_size=6).hexdigest()
        if author and mark not in self.authors and len(self.authors) < MOST_AUTHORS:
            self.authors.append(mark)
        if self.hour and self.hour[-1][0] == number:
            self.hour[-1][1] += 1
        else:
            self.hour.append([number, 1])
        while self.hour[0][0] <= number - PER_HOUR:
            self.hour.pop(0)

    def doubled_in(self) -> int | None:
        """In how many buckets, at most twelve, the number of copies last doubled; None if it took longer."""
        recent = 0
        for number, copies in reversed(self.hour):
            recent += copies
            if self.copies >= 2 * (self.copies - recent):
                return self.last - number + 1
        return None


class ViralCopies:
    """The detector with its state: the stories of the last two days, at most 500 of them."""

    KIND, VERSION = "viral", 1

    def __init__(self, copies: int = COPIES, authors: int = AUTHORS) -> None:
        self.copies, self.authors = copies, authors
        self.stories: dict[str, Story] = {}

    def see(self, mention: Sighting) -> Firing | None:
        """Take one mention at once."""
        if not mention.story:
            return None
        number = mention.number
        story = self.stories.pop(mention.story, None)
        if story is None or story.last <= number - FORGOTTEN:
            story = Story(number, number)
        story.add(number, mention.author)
        self.stories[mention.story] = story  # Moved to the end: the dictionary stays in the order of the last copy.
        self._tidy(number)
        doubled = story.doubled_in()
        if story.copies < self.copies or len(story.authors) < self.authors or doubled is None:
            return None
        passage = story.cooldown.judge(number, story.copies)
        if passage is Passage.HELD:
            return None
        facts = {
            "story": mention.story,
            "seen": story.copies,
            "authors": len(story.authors),
            "authors_at_least": len(story.authors) == MOST_AUTHORS,
            "minutes": 5 * doubled,
            "first": moment(story.first),
            "mention": mention.id,
        }
        return Firing(Detector.VIRAL, number, story.copies, self.copies, passage, mention.story, facts)

    def _tidy(self, number: int) -> None:
        stale = []
        for key, story in self.stories.items():
            if story.last > number - FORGOTTEN:
                break
            stale.append(key)
        newest(self.stories, MOST_STORIES, stale)

    def state(self) -> dict[str, Any]:
        """Everything that is remembered, as JSON."""
        stories = [
            [key, one.first, one.last, one.copies, list(one.authors), [list(b) for b in one.hour], one.cooldown.state()]
            for key, one in self.stories.items()
        ]
        return packed(self.KIND, self.VERSION, stories=stories)

    def restore(self, data: Any) -> None:
        """Go on from a stored state."""
        fields = fields_of(data, self.KIND, self.VERSION)
        self.stories = {
            str(key): Story(
                int(first),
                int(last),
                int(copies),
                [str(author) for author in authors],
                [[int(b[0]), int(b[1])] for b in hour],
                CoolDown.restored(cooldown),
            )
            for key, first, last, copies, authors, hour, cooldown in fields["stories"]
        }
