"""Counts as CSV: what is taken, what is refused and how it is said."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from cases.monitoring.detectors import VolumeBurst
from cases.monitoring.detectors.tables import BadTable, judged, rows_of
from tests.monitoring.detectors.streams import DAY, FIRST, MONDAY, counts


def table(*lines: str, head: str = "timestamp,value", end: str = "\n") -> io.BytesIO:
    return io.BytesIO(end.join([head, *lines, ""]).encode("utf-8", "surrogatepass"))


def lines(values: Iterable[float], suffix: str = "") -> list[str]:
    return [
        f"{MONDAY + timedelta(minutes=5 * i):%Y-%m-%d %H:%M:%S}{suffix},{value:g}" for i, value in enumerate(values)
    ]


def written(stream: io.BytesIO) -> list[str]:
    return [one.as_csv() for one in judged(stream)]


BRAND = list(counts(8, 9, seed=3, bursts={7 * DAY + 130: (12, 8)}))


def test_each_row_is_what_the_detector_says() -> None:
    detector = VolumeBurst()
    rows = [row.split(",") for row in written(table(*lines(BRAND)))]
    for index, (row, count, line) in enumerate(zip(rows, BRAND, lines(BRAND), strict=True)):
        reading = detector.step(FIRST + index, count)
        assert row[:2] == line.split(",")
        assert row[2] == f"{reading.evidence:.4f}"
        assert row[3] == str(int(reading.firing is not None))
    assert sum(int(row[3]) for row in rows) >= 1


@pytest.mark.parametrize(
    "stream",
    [
        table(*lines(BRAND), end="\r\n"),
        io.BytesIO(b"\xef\xbb\xbf" + table(*lines(BRAND)).getvalue()),
        table(*lines(BRAND), "", "   "),
        io.BytesIO(table(*lines(BRAND)).getvalue().rstrip(b"\n")),
        table(*lines(BRAND), head=" Timestamp , VALUE "),
    ],
    ids=["CRLF", "BOM", "blank lines", "no last line end", "header in capitals"],
)
def test_files_of_other_programs_are_read_alike(stream: io.BytesIO) -> None:
    assert written(stream) == written(table(*lines(BRAND)))


def test_offsets_are_moments_and_none_is_utc() -> None:
    plain = [row.split(",")[2:] for row in written(table(*lines(BRAND)))]
    assert [row.split(",")[2:] for row in written(table(*lines(BRAND, "Z")))] == plain
    shifted = [line.replace(",", "+00:00,") for line in lines(BRAND)]
    later = MONDAY + timedelta(hours=2)
    shifted[5:] = [
        f"{later + timedelta(minutes=5 * i):%Y-%m-%d %H:%M:%S}+02:00,{value:g}" for i, value in enumerate(BRAND)
    ][5:]
    assert [row.split(",")[2:] for row in written(table(*shifted))] == plain


def test_an_empty_table_has_no_rows() -> None:
    assert written(table()) == []


def test_gaps_are_not_measured() -> None:
    some = lines(BRAND)
    assert len(written(table(*some[:100], *some[400:]))) == len(some) - 300


def test_late_rows_and_corrections_count_from_where_they_belong() -> None:
    ordered = lines(BRAND)
    swapped = [*ordered]
    swapped[-40], swapped[-30] = swapped[-30], swapped[-40]
    result = list(judged(table(*swapped)))
    assert sum(one.late for one in result) == 10
    assert result[-1].as_csv() == written(table(*ordered))[-1]
    corrected = [*ordered[:-10], ordered[-20].partition(",")[0] + ",400", *ordered[-10:]]
    right = [*ordered]
    right[-20] = ordered[-20].partition(",")[0] + ",400"
    assert written(table(*corrected))[-10:] == written(table(*right))[-10:]


ROW = "2026-03-02 00:00:00,5"
NEXT = "2026-03-02 00:05:00"


@pytest.mark.parametrize(
    ("stream", "line", "says"),
    [
        (io.BytesIO(b""), 1, "begin with the line timestamp,value"),
        (io.BytesIO(b"\n\n"), 1, "nothing to read"),
        (table(ROW, head="2026-03-02 00:00:00,5"), 1, "is not the header"),
        (table(ROW, head="time,count"), 1, "is not the header"),
        (table(ROW, head="timestamp;value"), 1, "is not the header"),
        (table(ROW, f"{NEXT},-3"), 3, "negative"),
        (table(ROW, f"{NEXT},1e308"), 3, "more than 1,000,000,000"),
        (table(ROW, f"{NEXT},1e9999"), 3, "more than"),
        (table(ROW, f"{NEXT},nan"), 3, "not a count"),
        (table(ROW, f"{NEXT},inf"), 3, "not a count"),
        (table(ROW, f"{NEXT},1_000"), 3, "not a count"),
        (table(ROW, f"{NEXT},٣"), 3, "not a count"),
        (table(ROW, f"{NEXT},"), 3, "write 0"),
        (table(ROW, f'{NEXT},"1,5"'), 3, "not a count"),
        (table(ROW, f"{NEXT},1,5"), 3, "3 cells"),
        (table(ROW, "5"), 3, "1 cells"),
        (table(ROW, f'{NEXT},"5'), 3, "quotation marks"),
        (table(ROW, "yesterday,5"), 3, "is not a moment"),
        (table(ROW, "0001-01-01 00:00:00,5"), 3, "years 1970"),
        (table(ROW, "9999-12-31 23:59:59,5"), 3, "years 1970"),
        (table(ROW, f"{NEXT}+02:00,5"), 3, "mixed"),
        (table(ROW, "", f"{NEXT}Z,5"), 4, "mixed"),
        (table(ROW, "2026-03-02 00:01:00,5"), 3, "same five minutes as line 2"),
        (table(*lines(BRAND), "2026-03-02 00:00:00,5"), len(BRAND) + 2, "sort the table"),
        (table(ROW, f"{NEXT},5\0"), 3, "NUL"),
        (table(ROW, f"{NEXT},\ud800"), 3, "not UTF-8"),
        (io.BytesIO("timestamp,value\n2026-03-02 00:00:00,5 zmínek\n".encode("cp1250")), 2, "UTF-8"),
        (io.BytesIO("timestamp,value\n".encode("utf-16")), 1, "NUL"),
        (table(ROW, "x" * 1_000_000), 3, "longer than 1000 bytes"),
        (io.BytesIO(b"timestamp,value" + b"," * 2_000_000), 1, "longer"),
    ],
)
def test_what_cannot_be_counted_with_is_refused_with_line_and_remedy(stream: io.BytesIO, line: int, says: str) -> None:
    with pytest.raises(BadTable) as caught:
        written(stream)
    message = str(caught.value)
    assert message.startswith(f"line {line}: ")
    assert says in message
    assert "; " in message
    assert len(message) < 250


def test_rows_before_a_bad_one_were_given() -> None:
    result = judged(table(ROW, f"{NEXT},x"))
    assert next(result).as_csv() == f"{ROW},0.0000,0"
    with pytest.raises(BadTable):
        next(result)


class Endless(io.RawIOBase):
    """A line that never ends, as from a device."""

    def __init__(self) -> None:
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.given += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


def test_a_line_without_end_is_refused_after_a_little() -> None:
    source = Endless()
    with pytest.raises(BadTable):
        next(rows_of(io.BufferedReader(source)))
    assert source.given < 100_000


@pytest.mark.slow
def test_memory_does_not_grow_with_the_table() -> None:
    class Stream(io.RawIOBase):
        def __init__(self) -> None:
            self.rows = iter(["timestamp,value", *lines(counts(22, 5))])

        def readline(self, size: int = -1) -> bytes:  # type: ignore[override]
            return (next(self.rows, "") + "\n").encode()

    peaks, stream = [], Stream()
    tracemalloc.start()
    for index, _ in enumerate(judged(stream)):
        if index in (1_000, 6_000):
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.reset_peak()
        if index > 6_000:
            break
    tracemalloc.stop()
    assert peaks[1] < peaks[0] + 200_000


def test_thousands_of_rows_a_second() -> None:
    stream = table(*lines(counts(14, 5)))
    start = time.process_time()
    written(stream)
    assert 14 * DAY / (time.process_time() - start) > 2_000
