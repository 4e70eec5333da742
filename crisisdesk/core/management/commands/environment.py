"""The table of environment variables, for the docs."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from crisisdesk.settings import env


class Command(BaseCommand):
    help = "Prints every environment variable as a Markdown table."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(env.table())
