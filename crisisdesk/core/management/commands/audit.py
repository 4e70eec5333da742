"""`manage.py audit verify`: check the whole log."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crisisdesk.core.log.audit import verify
from crisisdesk.core.models import EventSeal


class Command(BaseCommand):
    """Check that the log is gapless, in order and unchanged."""

    help = "Checks the event log. Leaves with 1 if anything does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one subcommand."""
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every finding, then the sum."""
        found = 0
        for finding in verify():
            found += 1
            self.stdout.write(f"{finding.code}: chain {finding.chain} at {finding.seq}: {finding.detail}")
        if found:
            raise CommandError(f"{found} findings", returncode=1)
        self.stdout.write(f"{EventSeal.objects.count()} events verified, nothing amiss")
