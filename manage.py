#!/usr/bin/env python
"""Entry point for management commands. It sees to the servers a command needs and to the database role it runs as."""

import os
import signal
import sys
from types import FrameType

from django.core.exceptions import ImproperlyConfigured

# These commands change the structure of the database or the rights in it: they alone run as its owner.
OWNER_COMMANDS = {"dbroles", "migrate", "sqlflush"}
# These never ask the database anything, so no server is started for them.
QUIET_COMMANDS = {
    "", "help", "version", "check", "collectstatic", "diffsettings", "environment", "findstatic",
    "makemigrations", "messages", "scenario", "spectacular", "startapp", "--help", "-h", "--version",
}  # fmt: skip


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crisisdesk.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command in OWNER_COMMANDS:
        os.environ["DATABASE_ROLE"] = "owner"

    from django.core.management import execute_from_command_line

    from crisisdesk import embedded
    from crisisdesk.catalogue import CatalogueError
    from crisisdesk.processes import CannotStart

    if command == "desk":
        signal.signal(signal.SIGTERM, _end)
        signal.signal(signal.SIGHUP, _end)
    # `check --database default` asks the database after all.
    asks = (command not in QUIET_COMMANDS or "--database" in sys.argv) and "--help" not in sys.argv
    try:
        with embedded.servers(needed=asks):
            execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except (CannotStart, CatalogueError, ImproperlyConfigured) as error:
        sys.exit(f"CrisisDesk cannot start: {error}")


def _end(number: int, frame: FrameType | None) -> None:
    """Asked to end: leave by the ordinary way, which stops what was started."""
    sys.exit(128 + number)


if __name__ == "__main__":
    main()
