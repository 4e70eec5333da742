"""``manage.py bootstrap``: the shipped defaults, without any organisation's people."""

from typing import Any

from django.core.management.base import BaseCommand

from cases.bootstrap import install_cases
from comms.bootstrap import install_comms
from crisisdesk.core.models import Organisation


class Command(BaseCommand):
    help = (
        "Installs kinds of crisis, limits, protocols and approval policies, and for each brand its channels and first "
        "texts. Running it again adds what is missing and changes nothing else."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not Organisation.objects.exists():
            Organisation.objects.create(name="CrisisDesk")
        for name, count in (install_cases() | install_comms()).items():
            self.stdout.write(f"  {name.replace('_', ' ')}: {f'{count} added' if count else 'nothing to add'}")
