"""`manage.py scenario lint FILE`, `scenario run FILE`, `scenario schema`."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import get_language

from training.engine import schemas
from training.engine.linting import lint
from training.engine.wording import LANGUAGES, fault_sentence, sentence


class Command(BaseCommand):
    """Scenarios as files: check them, run them, print their schema."""

    help = "Check a scenario file, run it against the simulated public, or print the JSON Schema."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do with which file."""
        parser.add_argument("--language", choices=LANGUAGES, default=None, help="of the answers; otherwise the desk's")
        what = parser.add_subparsers(dest="what", required=True)
        checking = what.add_parser("lint", help="say what is wrong with a scenario, line by line")
        checking.add_argument("file", type=Path)
        what.add_parser("schema", help="print the JSON Schema of scenarios")

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Do it; a scenario that cannot be used is a failure."""
        self.language = options["language"] or _language()
        if what == "schema":
            self.stdout.write(json.dumps(schemas.scenario_schema(), ensure_ascii=False, indent=2))
        else:
            self.lint(options["file"])

    def lint(self, file: Path) -> None:
        """Every fault on a line of its own."""
        report = lint(_content(file))
        for fault in report.faults:
            self.stdout.write(f"{file}: {fault_sentence(fault, self.language)}")
        if not report.usable:
            raise CommandError(sentence("lint.refused", self.language, {"count": len(report.faults)}))
        self.stdout.write(sentence("lint.passed", self.language))


def _language() -> str:
    current = (get_language() or "en").split("-")[0]
    return current if current in LANGUAGES else "en"


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
