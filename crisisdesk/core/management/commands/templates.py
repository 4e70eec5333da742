"""The templates: write them as they should be written, or check that they are."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crisisdesk import template_format


class Command(BaseCommand):
    help = "Writes every template with one element a line; --check only tells which are written otherwise."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Change nothing; fail where something is to be done.")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = []
        for path in template_format.templates(settings.BASE_DIR):
            source = path.read_text(encoding="utf-8")
            written = template_format.formatted(source)
            name = path.relative_to(settings.BASE_DIR)
            if written != source and options["check"]:
                faults.append(f"{name}: not as `make templates` writes it.")
            elif written != source:
                path.write_text(written, encoding="utf-8")
                self.stdout.write(f"{name}: written anew.")
            faults += [f"{name}:{number}: {fault}" for number, fault in template_format.faults(written)]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} places in templates need attention.")
