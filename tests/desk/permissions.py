"""Who gets the home page and a case at a glance."""

from tests.cases import build
from tests.conftest import World
from tests.permissions_table import HIDDEN, PageRow


def _case(world: World) -> dict[str, str]:
    return {"reference": build.led(world).reference}


PAGES = (
    PageRow("desk:home"),
    PageRow("desk:case", _case, answers={"outsider": HIDDEN}),
)
