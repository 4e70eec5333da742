"""A confidential case is invisible, with everything in it, to everybody without a role in it."""

from typing import Any

import pytest

from cases.actions import accept_role, add_fact, add_note, offer_role, set_confidential
from cases.models import Case, Clock, Fact, RoleAssignment, SeverityAssessment, Signal, Task
from crisisdesk.core.models import Notification
from tests.cases.build import active, confidential, events_of, offer
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
    told = Notification.objects.get(user=world.user("legal"), way="mail")
    assert hidden.title not in str(told.values)
    assert world.client("legal").get(f"/cases/{hidden.reference}/course/").status_code == 404
    response = world.client("legal").post(f"/roles/{offered.uuid}/accept/")
    assert response["Location"] == f"/cases/{hidden.reference}/"
    assert world.client("legal").get(f"/cases/{hidden.reference}/course/").status_code == 200


def test_a_case_that_becomes_confidential_ends_what_people_of_an_agency_held(world: World) -> None:
    case, duty = active(world), world.principal("duty")
    held = accept_role(offer_role(case, duty, user=world.user("agency"), role="scribe"), world.principal("agency"))
    offered = offer_role(case, duty, user=world.user("agency"), role="agency")
    kept = accept_role(offer(world, "legal", case), world.principal("legal"))
    set_confidential(case, duty, confidential=True, reason="Names of patients")
    states = {row.pk: row.state for row in RoleAssignment.objects.filter(case=case)}
    assert (states[held.pk], states[offered.pk], states[kept.pk]) == ("ended", "lapsed", "accepted")
    assert not Case.objects.visible_to(world.principal("agency")).filter(pk=case.pk).exists()
    assert Case.objects.visible_to(world.principal("legal")).filter(pk=case.pk).exists()
    assert len(events_of(held, "role.ended")) == len(events_of(offered, "role.withdrawn")) == 1
