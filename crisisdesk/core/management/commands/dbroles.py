"""Give the application's database role exactly the rights it needs."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from crisisdesk.core.access import dbroles


class Command(BaseCommand):
    help = "Gives the application's database role exactly its rights: after every migrate this happens by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            rights = dbroles.grant(connection)
        for granted, count in Counter(rights.values()).most_common():
            self.stdout.write(f"{count:4} tables: {', '.join(sorted(granted))}")
        if said := dbroles.warning(connection):
            self.stderr.write(said)
