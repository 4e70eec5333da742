"""Who gets the home page, a case at a glance, and what the installed app needs."""

from tests.cases import build
from tests.conftest import World
from tests.permissions_table import HIDDEN, SEEN, PageRow


def _case(world: World) -> dict[str, str]:
    return {"reference": build.led(world).reference}


PAGES = (
    PageRow("desk:home"),
    PageRow("desk:case", _case, answers={"outsider": HIDDEN}),
    PageRow("desk:notices"),
    PageRow("desk:manifest", anonymous=SEEN),
    PageRow("desk:offline", anonymous=SEEN),
    PageRow("desk:worker", anonymous=SEEN),
)

BUTTONS = ("desk:notice_read", "desk:notices_read")
