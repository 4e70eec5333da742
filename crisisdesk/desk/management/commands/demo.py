"""``manage.py demo``: a fictitious organisation in the middle of a crisis; ``--users`` prints its log-ins."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from crisisdesk.desk.demo import people
from crisisdesk.desk.demo.api_token import demo_token
from crisisdesk.desk.demo.story import tell_all


class Command(BaseCommand):
    help = (
        "Installs a fictitious organisation with one crisis in full course and one closed. "
        "Running it again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--users", action="store_true", help="print people, roles, their password and an API token, install nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["users"]:
            self._print_users()
        elif not tell_all(self._say):
            self._say("  The demo is here already.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _print_users(self) -> None:
        if not people.installed():
            raise CommandError("There is no demo here yet; install it with: manage.py demo")
        width = max(len(person.email) for person in people.PEOPLE)
        with translation.override("en"):
            for person in people.PEOPLE:
                if person.kind == "person":
                    brands = "" if person.brands == ("zrnko",) else f" ({', '.join(person.brands)})"
                    self._say(f"  {person.email:<{width}}  {person.name}, {person.role_label}{brands}")
        self._say(f"\n  Password of everybody: {people.PASSWORD}")
        self._say(
            "  Worth a look first: duty (signals), exec and legal.deputy (an approval), outsider (the closed crisis)"
        )
        self._say(f"  API token of {people.user_of('service').email}: {demo_token()}")
