"""What waits at the door this minute: fresh signals, one taken over, one dismissed, mentions nobody has read."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from cases.actions.signals import dismiss_signal, report_signal, take_over_signal
from cases.models import CrisisKind, Signal
from cases.monitoring.actions.mentions import attach_mentions, push_mentions
from cases.monitoring.models import Mention
from crisisdesk.core.models import Brand
from crisisdesk.desk.demo.set_up import source_of
from crisisdesk.desk.demo.telling import Telling, Thread, content, do

# Who reports and who is on duty at each brand; the listening tool has an account at one of them.
REPORTS = {"zrnko": "community", "sklenenka": "shop_care"}
ON_DUTY = {"zrnko": "duty_deputy", "sklenenka": "shop_duty"}
PROGRAM = {"zrnko": "service", "sklenenka": None}

Steps = Iterator[float]


class Door:
    """Signals and mentions of the last hours. Minutes count from now, backwards."""

    def __init__(self, brands: Mapping[str, Brand], now: datetime, zone: ZoneInfo) -> None:
        self.brands = brands
        self.telling = Telling(now, zone)
        self.words = content("signals.yaml")

    def threads(self) -> list[Thread]:
        """One thread for each thing that waits."""
        words = self.words
        parts = [self.signal(row) for row in words["new"]] + [self.mention(row) for row in words["unread"]]
        parts += [self.taken_over(words["taken_over"]), self.dismissed(words["dismissed"])]
        return [self.telling.thread(part) for part in parts]

    def signal(self, row: dict[str, Any]) -> Iterator[float]:
        """Mentions come in, then somebody reports what they have in common; sets `row["signal"]`."""
        brand, stored = self.brands[row["brand"]], list[Mention]()
        for mention in row.get("mentions", []):
            yield mention["at"] + 1
            stored += self._push(row["brand"], mention)
        yield row["at"]
        signal: Signal = do(
            report_signal, brand, REPORTS[brand.slug],
            title=row["title"], text=row["text"], kind=CrisisKind.objects.get(code=row["kind"]),
        )  # fmt: skip
        if stored:
            do(attach_mentions, signal, REPORTS[brand.slug], mentions=stored)
        row["signal"] = signal

    def taken_over(self, row: dict[str, Any]) -> Steps:
        """Somebody looks after it."""
        yield from self.signal(row)
        yield row["at"] + row["after"]
        do(take_over_signal, row["signal"], ON_DUTY[row["brand"]])

    def dismissed(self, row: dict[str, Any]) -> Steps:
        """It was no crisis."""
        yield from self.signal(row)
        yield row["at"] + row["after"]
        do(dismiss_signal, row["signal"], ON_DUTY[row["brand"]], reason=row["reason"])

    def mention(self, row: dict[str, Any]) -> Steps:
        """Something people write that nobody at the desk has read yet."""
        yield row["at"] + 1
        self._push(row["brand"], row)

    def _push(self, brand: str, row: dict[str, Any]) -> list[Mention]:
        source, mentions = source_of(self.brands[brand]), self.telling.mentions([row])
        stored: list[Mention] = do(push_mentions, source, PROGRAM[brand], mentions=mentions).stored
        return stored
