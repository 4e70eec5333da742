"""Who may do what to the organisation, its people and their tokens."""

import io

from crisisdesk.core.actions.tokens import create_token
from crisisdesk.core.files.receiving import append
from crisisdesk.core.files.uploads import start_upload
from crisisdesk.core.models import ApiToken, DeadNotice, Membership, Notification, Upload
from tests.conftest import World
from tests.core import notices
from tests.core.files import samples
from tests.permissions_table import PageRow, VerbRow, everybody_but

ADMINISTRATORS = frozenset({"manager", "superuser"})
SIGNED_IN = everybody_but()


def legal(world: World) -> object:
    return world.user("legal")


def organisation(world: World) -> object:
    return world.organisation


def brand(world: World) -> object:
    return world.brand


def membership(world: World) -> object:
    return Membership.objects.filter(brand=world.brand, user=world.user("legal")).get()


def token_of_legal(world: World) -> ApiToken:
    return create_token(world.organisation, world.principal("legal", fresh=True), name="T", scopes=["read"])


def notice_of_legal(world: World) -> Notification:
    return notices.listed(world, "legal")


def dead_notice(world: World) -> DeadNotice:
    return notices.dead(world, "legal")


def arrived(world: World) -> Upload:
    content = samples.picture()
    legal = world.principal("legal")
    upload = start_upload(world.organisation, legal, name="a.png", size=len(content))
    return append(upload, legal, offset=0, stream=io.BytesIO(content), length=len(content))


VERBS = (
    VerbRow("core.change_organisation", organisation, ADMINISTRATORS),
    VerbRow("core.create_brand", organisation, ADMINISTRATORS),
    VerbRow("core.change_brand", brand, ADMINISTRATORS),
    VerbRow("core.create_person", organisation, ADMINISTRATORS, fresh=True),
    VerbRow("core.change_person", legal, ADMINISTRATORS, fresh=True),
    VerbRow("core.deactivate_person", legal, ADMINISTRATORS, fresh=True),
    VerbRow("core.grant_membership", brand, ADMINISTRATORS, fresh=True),
    VerbRow("core.change_membership_dates", membership, ADMINISTRATORS, fresh=True),
    VerbRow("core.end_membership", membership, ADMINISTRATORS, fresh=True),
    VerbRow("core.remove_second_factors", legal, ADMINISTRATORS, fresh=True),
    VerbRow("core.change_profile", legal, frozenset({"legal"})),
    VerbRow("core.note_sign_in_change", legal, frozenset({"legal"})),
    VerbRow("core.start_upload", organisation, SIGNED_IN),
    # Nobody else has to do with what is on its way.
    VerbRow("core.finish_upload", arrived, frozenset({"legal"})),
    VerbRow("core.cancel_upload", arrived, frozenset({"legal"})),
    VerbRow("core.create_token", organisation, SIGNED_IN, fresh=True),
    VerbRow("core.revoke_token", token_of_legal, ADMINISTRATORS | {"legal"}),
    VerbRow("core.mark_notice_read", notice_of_legal, frozenset({"legal"})),
    VerbRow("core.mark_all_notices_read", organisation, SIGNED_IN),
    VerbRow("core.retry_notice", dead_notice, ADMINISTRATORS),
    VerbRow("core.freshen_token", token_of_legal, frozenset({"legal"})),
)

PAGES = (PageRow("profile"), PageRow("tokens"), PageRow("token_new"))

BUTTONS = ("set_language", "set_appearance", "token_revoke")
