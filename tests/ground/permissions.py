"""Pages that tell machines how the desk fares; anybody may ask."""

from tests.permissions_table import SEEN, PageRow

PAGES = [PageRow("healthz", anonymous=SEEN), PageRow("readyz", anonymous=SEEN)]
