"""`manage.py detect --stdin`: what the shipped volume detector makes of a table of counts."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.monitoring.detectors.firings import Sensitivity
from cases.monitoring.detectors.sentences import learning, sentence
from cases.monitoring.detectors.tables import HEADER, BadTable, judged
from cases.monitoring.detectors.volume import LEARNING


class Command(BaseCommand):
    """Line by line, in constant memory, with exactly the code and the threshold that watch the mentions."""

    help = (
        "Reads timestamp,value (mentions in each five minutes) and writes timestamp,value,score,alarm. Score: standard "
        "deviations from the usual, 0 while learning. Gaps are not measured; a row up to a day late or the same moment "
        "once more corrects what follows, not what was written."
    )
    # It needs neither the database nor the settings of an installation.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where the counts come from, and how to judge them."""
        parser.add_argument("--stdin", action="store_true", required=True, help="read the table from standard input")
        parser.add_argument(
            "--sensitivity", choices=[*Sensitivity], default=Sensitivity.NORMAL, help="instead of the default threshold"
        )
        parser.add_argument("--explain", choices=["cs", "en"], help="say on standard error why each alarm was raised")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write each row as soon as it was read; a row that cannot be counted with ends it, with 1."""
        out, rows, late = sys.stdout, 0, 0
        try:
            for one in judged(sys.stdin.buffer, Sensitivity(options["sensitivity"])):
                if not rows:
                    out.write(f"{HEADER},score,alarm\n")
                out.write(f"{one.as_csv()}\n")
                out.flush()
                rows, late = rows + 1, late + one.late
                if options["explain"] and one.reading.firing:
                    self.stderr.write(f"{one.row.timestamp}: {sentence(one.reading.firing, options['explain'])}")
            if not rows:
                out.write(f"{HEADER},score,alarm\n")
                out.flush()
        except BadTable as problem:
            raise CommandError(str(problem)) from None
        except BrokenPipeError:
            # Whoever read has seen enough; keep the interpreter from complaining about it at the end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return
        if late:
            self.stderr.write(f"rows that came late or corrected an earlier one: {late}; what was written before stays")
        if rows <= LEARNING:
            self.stderr.write(learning(rows / LEARNING, "en") or "Learned what is usual with the last row.")
