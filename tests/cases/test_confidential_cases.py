"""A confidential case is invisible, with everything in it, to everybody without a role in it."""

from typing import Any

import pytest

from cases.actions import add_fact, add_note
from cases.models import Case, Clock, Fact, RoleAssignment, SeverityAssessment, Signal, Task
from crisisdesk.core.models import Notification
from tests.cases.build import confidential, offer
from tests.conftest import PERSONAS, World

MODELS: tuple[Any, ...] = (Case, Signal, Task, Clock, Fact, RoleAssignment, SeverityAssessment)


@pytest.fixture
def hidden(world: World) -> Case:
    case = confidential(world)
    add_fact(case, world.principal("duty"), text="The data of 40 people")
    add_note(case, world.principal("duty"), text="Called the police")
    return case


def test_every_model(world: World, hidden: Case) -> None:
    for model in MODELS:
        seen = {code for code in PERSONAS if model.objects.visible_to(world.principal(code)).exists()}
        assert seen == {"duty"}, model


def test_every_list(world: World, hidden: Case) -> None:
    for address in ("/cases/?state=all", "/signals/?state=all", "/cases/?q=CD-", "/cases/?q=Mould"):
        assert hidden.title in world.client("duty").get(address).content.decode()
        for code in ("comms_lead", "manager", "superuser"):
            assert hidden.title not in world.client(code).get(address).content.decode()


def test_every_verb_is_missing_not_denied(world: World, hidden: Case) -> None:
    client = world.client("comms_lead")
    assert client.post(f"/cases/{hidden.reference}/notes/", {"text": "Hello"}).status_code == 404
    assert client.post(f"/cases/{hidden.reference}/contain/").status_code == 404
    assert client.post(f"/tasks/{hidden.tasks.first().uuid}/finish/").status_code == 404


def test_an_offer_tells_the_reference_and_the_role_only(world: World, hidden: Case) -> None:
    offered = offer(world, "legal", hidden)
    page = world.client("legal").get(f"/roles/{offered.uuid}/").content.decode()
    assert hidden.reference in page
    assert hidden.title not in page
    told = Notification.objects.get(user=world.user("legal"))
    assert hidden.title not in str(told.values)
    assert world.client("legal").get(f"/cases/{hidden.reference}/course/").status_code == 404
    response = world.client("legal").post(f"/roles/{offered.uuid}/accept/")
    assert response["Location"] == f"/cases/{hidden.reference}/"
    assert world.client("legal").get(f"/cases/{hidden.reference}/course/").status_code == 200
