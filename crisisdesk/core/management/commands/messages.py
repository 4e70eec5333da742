"""The message catalogues: bring them up to date, or check that they are complete."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crisisdesk import catalogue


class Command(BaseCommand):
    help = "Collects every marked string into the catalogues and compiles them; --check only tells what is missing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="Change nothing; fail when a catalogue is not complete."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        locale = Path(settings.LOCALE_PATHS[0])
        template = catalogue.extracted(settings.BASE_DIR)
        faults = []
        for language, _name in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:  # the strings in the code are its texts
                continue
            path = locale / language / "LC_MESSAGES" / f"{catalogue.DOMAIN}.po"
            if not options["check"]:
                catalogue.update(path, template)
            elif not path.exists():
                raise CommandError(f"{path} is missing; run `make messages`.")
            faults += [f"{language}: {fault}" for fault in catalogue.differences(path, template)]
            faults += [f"{language}: {fault}" for fault in catalogue.faults(path)]
        for fault in faults:
            self.stderr.write(fault)
        if options["check"] and faults:
            raise CommandError(f"{len(faults)} messages need attention.")
        if not options["check"]:
            catalogue.compile_all(locale)
            self.stdout.write(
                f"{len(faults)} messages wait for a translation." if faults else "Every message is translated."
            )
