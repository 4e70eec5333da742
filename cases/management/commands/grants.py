"""`manage.py grants check` compares grants with roles; `manage.py grants repair` writes them anew."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.grants import drift, repair


class Command(BaseCommand):
    """Rights in the database against the roles people hold."""

    help = "Compare the rights in the database with the roles people hold, or write them anew from the roles."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do."""
        parser.add_argument("what", choices=["check", "repair"])

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        """Print every difference; without `repair` a difference is a failure."""
        found = drift()
        for one in found:
            self.stdout.write(str(one))
        if what == "repair":
            repair(found)
            self.stdout.write(f"repaired: {len(found)}")
        elif found:
            raise CommandError(f"grants that differ from roles: {len(found)}")
        else:
            self.stdout.write("grants and roles agree")
