"""`manage.py detect --stdin` as a stranger runs it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.conf import settings

from cases.monitoring.detectors.tables import judged
from tests.monitoring.detectors.streams import DAY, counts
from tests.monitoring.detectors.test_tables import lines, table

pytestmark = pytest.mark.slow  # each starts Python anew


def detect(stdin: bytes, *options: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "manage.py", "detect", *options]
    # No database is needed, so none is given.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DATABASE")}
    return subprocess.run(
        command, input=stdin, cwd=settings.BASE_DIR, env=environment, capture_output=True, check=False
    )


def test_rows_scores_and_alarms() -> None:
    stream = table(*lines(counts(5, 9, seed=3, bursts={4 * DAY + 130: (12, 8)})))
    done = detect(stream.getvalue(), "--stdin", "--explain", "cs")
    assert done.returncode == 0
    out = done.stdout.decode().splitlines()
    assert out[0] == "timestamp,value,score,alarm"
    assert out[1:] == [one.as_csv() for one in judged(stream)]
    assert any(row.endswith(",1") for row in out)
    assert "zmínek, obvykle" in done.stderr.decode()


def test_a_bad_row_ends_it_with_its_line_after_what_was_good() -> None:
    done = detect(b"timestamp,value\n2026-03-02 00:00:00,5\n2026-03-02 00:05:00,-1\n", "--stdin")
    assert done.returncode == 1
    assert done.stdout.decode().splitlines() == ["timestamp,value,score,alarm", "2026-03-02 00:00:00,5,0.0000,0"]
    assert "line 3: “-1” is negative; counts begin at 0" in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_learning_and_late_rows_are_said() -> None:
    done = detect(b"timestamp,value\n2026-03-02 00:05:00,5\n2026-03-02 00:00:00,5\n", "--stdin")
    assert done.returncode == 0
    said = done.stderr.decode()
    assert "came late or corrected an earlier one: 1" in said
    assert "Learning what is usual" in said


def test_each_row_comes_out_before_the_next_goes_in() -> None:
    command = [sys.executable, "manage.py", "detect", "--stdin"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        assert running.stdin
        assert running.stdout
        running.stdin.write(b"timestamp,value\n2026-03-02 00:00:00,5\n")
        running.stdin.flush()
        assert running.stdout.readline() == b"timestamp,value,score,alarm\n"
        assert running.stdout.readline() == b"2026-03-02 00:00:00,5,0.0000,0\n"
        running.stdin.close()
    assert running.returncode == 0


def test_a_reader_that_leaves_is_no_error() -> None:
    stream = table(*lines([5] * 3_000)).getvalue()
    command = f"{sys.executable} manage.py detect --stdin | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], input=stream, cwd=settings.BASE_DIR, capture_output=True, check=True)
    assert done.stdout.decode().splitlines() == ["timestamp,value,score,alarm", "0"]
    assert b"Traceback" not in done.stderr
    assert b"BrokenPipe" not in done.stderr


def test_without_stdin_it_says_what_it_needs() -> None:
    done = detect(b"")
    assert done.returncode != 0
    assert b"--stdin" in done.stderr
