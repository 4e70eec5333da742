"""Counts as CSV, judged line by line: `timestamp,value` in, `timestamp,value,score,alarm` out.

One row for each five minutes, in order. Memory and the time of a row do not depend on the length of the table. What
is taken as it is: a byte-order mark, Windows line ends, blank lines, gaps (not measured, not zero), offsets from UTC
(no offset is UTC), the same moment once more (it corrects the earlier row) and rows up to a day late (what was
written stays, what follows is computed as if they had come in time). Everything else is refused with its line and
what to do.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO

from cases.monitoring.detectors.buckets import MOST, Bucket, bucket_of
from cases.monitoring.detectors.firings import Sensitivity
from cases.monitoring.detectors.replaying import Replay, TooLate
from cases.monitoring.detectors.volume import Reading, Verdict, VolumeBurst

HEADER = "timestamp,value"
MOST_BYTES = 1_000
YEARS = range(1970, 2200)
_COUNT = re.compile(r"\+?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)


class BadTable(ValueError):
    """A line that cannot be counted with. Says which, why, and what to do."""

    def __init__(self, line: int, wrong: str, remedy: str) -> None:
        super().__init__(f"line {line}: {wrong}; {remedy}")


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it came: the line, the two texts, the moment, its bucket and the count."""

    line: int
    timestamp: str
    value: str
    at: datetime
    number: int
    count: float


@dataclass(frozen=True, slots=True)
class Judged:
    """A row with what the detector saw. `late` rows belong before rows that were written already."""

    row: Row
    reading: Reading
    late: bool

    def as_csv(self) -> str:
        """The row as it is written: the two texts unchanged, the evidence in standard deviations, 1 for an alarm."""
        alarm = int(self.reading.verdict is Verdict.FIRED)
        return f"{self.row.timestamp},{self.row.value},{self.reading.evidence:.4f},{alarm}"


def lines_of(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers. No line is read further than it may be long."""
    number = 0
    while raw := stream.readline(MOST_BYTES + 1):
        number += 1
        if len(raw) > MOST_BYTES:
            raise BadTable(number, f"longer than {MOST_BYTES} bytes", "give only a timestamp and a count in each line")
        if number == 1:
            raw = raw.removeprefix(b"\xef\xbb\xbf")
        if b"\0" in raw:
            raise BadTable(number, "contains NUL", "save the table as text in UTF-8 (UTF-16 does not do)")
        try:
            text = raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            raise BadTable(number, "not UTF-8", "save the table as text in UTF-8") from None
        if text:
            yield number, text


def rows_of(stream: BinaryIO) -> Iterator[Row]:
    """The rows of a table, each refused on its own if it cannot be counted with."""
    lines = lines_of(stream)
    number, header = next(lines, (1, ""))
    if [name.strip().casefold() for name in _cells(number, header)] != HEADER.split(","):
        found = f"“{header[:60]}” is not the header" if header else "nothing to read"
        raise BadTable(number, found, f"begin with the line {HEADER}")
    aware: bool | None = None
    for number, text in lines:
        cells = _cells(number, text)
        if len(cells) != 2:
            raise BadTable(number, f"{len(cells)} cells instead of 2", f"write {HEADER}, separated by a comma")
        at = _moment(number, cells[0])
        if aware is None:
            aware = at.tzinfo is not None
        elif aware != (at.tzinfo is not None):
            raise BadTable(number, "moments with and without offset from UTC are mixed", "give all of them one or none")
        at = at if aware else at.replace(tzinfo=UTC)
        yield Row(number, cells[0], cells[1], at, bucket_of(at), _count(number, cells[1]))


def _cells(number: int, text: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([text], strict=True), [])]
    except csv.Error:
        raise BadTable(number, "quotation marks do not match", "write the cells without them") from None


def _moment(number: int, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        raise BadTable(number, f"“{text[:40]}” is not a moment", "write it as 2026-11-25 23:05:00, years 1970–2199")
    return at


def _count(number: int, text: str) -> float:
    if not text:
        raise BadTable(
            number, "no count", "write 0 where nothing was said; leave the line out where nothing was measured"
        )
    if text.startswith("-"):
        raise BadTable(number, f"“{text[:40]}” is negative", "counts begin at 0")
    if not _COUNT.fullmatch(text):
        raise BadTable(number, f"“{text[:40]}” is not a count", "write a plain number such as 42")
    if float(text) > MOST:
        raise BadTable(
            number, f"“{text[:40]}” is more than {MOST:,}", "check the source; no brand is mentioned that often"
        )
    return float(text)


def judged(stream: BinaryIO, sensitivity: Sensitivity = Sensitivity.NORMAL) -> Iterator[Judged]:
    """Each row of a table with what the shipped volume detector sees in it, as soon as the row is there."""
    replay: Replay[Bucket, Reading] = Replay(VolumeBurst(sensitivity=sensitivity))
    moments: dict[int, Row] = {}  # The rows a later one can still meet, by their bucket.
    for row in rows_of(stream):
        earlier = moments.get(row.number)
        if earlier and earlier.at != row.at:
            raise BadTable(
                row.line,
                f"falls into the same five minutes as line {earlier.line}",
                "give one row for each five minutes (add up finer ones)",
            )
        try:
            results = replay.take(Bucket(row.number, row.count))
        except TooLate:
            raise BadTable(row.line, "more than a day older than the rows before it", "sort the table") from None
        moments[row.number] = row
        if len(moments) > 2 * replay.horizon:
            moments = {number: one for number, one in moments.items() if number >= (replay.oldest or 0)}
        yield Judged(row, results[0][1], late=replay.newest != row.number or earlier is not None)
