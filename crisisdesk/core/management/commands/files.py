"""`manage.py files verify`: compare rows of files with the bytes in storage."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crisisdesk.core.files.verifying import verify
from crisisdesk.core.models import StoredFile


class Command(BaseCommand):
    """Check that every file is there and unchanged, and that nothing else is."""

    help = "Compares files with the bytes in storage. Leaves with 1 if anything does not fit."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one subcommand."""
        parser.add_argument("what", choices=["verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        """Print every finding, then the sum."""
        found = 0
        for finding in verify():
            found += 1
            self.stdout.write(f"{finding.code}: {finding.key}: {finding.detail}")
        if found:
            raise CommandError(f"{found} findings", returncode=1)
        self.stdout.write(f"{StoredFile.objects.present().count()} files verified, nothing amiss")
