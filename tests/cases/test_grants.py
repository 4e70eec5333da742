"""Grants in the database against the roles people hold."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from cases.grants import drift
from cases.models import CaseGrant
from crisisdesk.core.models import BrandGrant, Membership
from tests.cases.build import active
from tests.conftest import World


def run(what: str) -> str:
    out = StringIO()
    call_command("grants", what, stdout=out)
    return out.getvalue()


def test_they_agree(world: World) -> None:
    active(world)
    assert "agree" in run("check")


def test_a_difference_is_found_and_repaired(world: World) -> None:
    case = active(world)
    CaseGrant.objects.filter(content_object=case, permission__codename="hold").delete()
    extra = BrandGrant.objects.filter(permission__codename="manage").first()
    scribe = Membership.objects.get(user=world.user("scribe"))
    scribe.grants.create(user=scribe.user, content_object=scribe.brand, permission=extra.permission)
    found = {(one.user.email.split("@")[0], one.missing, one.excess) for one in drift()}
    assert found == {("duty", ("hold",), ()), ("scribe", (), ("manage",))}
    with pytest.raises(CommandError, match="differ"):
        run("check")
    assert "repaired: 2" in run("repair")
    assert drift() == []
