"""What the tests of a crisis start from, made by the product's own verbs."""

from typing import Any

from django.test import Client

from cases.actions import (
    accept_role,
    activate_case,
    add_evidence,
    contain_case,
    finish_task,
    offer_role,
    open_case,
    report_signal,
    resolve_case,
    start_review,
    take_and_lead,
    waive_statement,
)
from cases.models import Case, CrisisKind, Evidence, RoleAssignment, Signal, Task
from crisisdesk.core.access.principals import Principal
from crisisdesk.core.files.receiving import Received, receive
from crisisdesk.core.models import Event
from tests.conftest import World
from tests.core.files import samples
from tests.stages import staged

SERIOUS = {"harm": "no", "spreading": "yes", "growing": "no"}
ELEVATED = {"harm": "no", "spreading": "no", "growing": "yes"}
CRITICAL = {"harm": "yes", "spreading": "no", "growing": "no"}


def kind(code: str = "viral_backlash") -> CrisisKind:
    """A shipped kind of crisis."""
    return CrisisKind.objects.get(code=code)


def signal(world: World, **values: Any) -> Signal:
    """A new signal, reported by the community manager."""
    given = {"title": "Mould in baby porridge", "text": "A video is going round", "kind": kind(), **values}
    return report_signal(world.brand, world.principal("community"), **given)


@staged
def triage(world: World, **values: Any) -> Case:
    """A case in triage, opened by the duty officer."""
    return open_case(signal(world), world.principal("duty"), **values)


@staged
def active(world: World, **answers: Any) -> Case:
    """An active case that the duty officer leads; serious unless the answers say otherwise."""
    return take_and_lead(signal(world), world.principal("duty"), **{**SERIOUS, **answers})


@staged
def led(world: World) -> Case:
    """An active case that the crisis lead leads and the duty officer opened."""
    case = triage(world, lead=world.user("crisis_lead"), **SERIOUS)
    accept_role(case.roles.get(role="crisis_lead"), world.principal("crisis_lead"))
    return activate_case(case, world.principal("duty"))


@staged
def confidential(world: World) -> Case:
    """An active case nobody but the duty officer may know of."""
    return active(world, confidential=True)


@staged
def speechless(world: World) -> Case:
    """An active case about which nothing will be said in public."""
    return waive_statement(led(world), world.principal("crisis_lead"), why="Solved with the one customer")


@staged
def contained(world: World) -> Case:
    """A case under control without a public statement."""
    return contain_case(speechless(world), world.principal("crisis_lead"))


@staged
def resolved(world: World) -> Case:
    """A case that is over; its tasks are done."""
    case = contained(world)
    for task in case.tasks.open():
        finish_task(task, world.principal("duty"))
    return resolve_case(case, world.principal("crisis_lead"))


@staged
def in_review(world: World) -> Case:
    """A case being looked back at."""
    return start_review(resolved(world), world.principal("crisis_lead"))


def offer(world: World, role: str = "legal", case: Case | None = None) -> RoleAssignment:
    """A role offered to whoever holds it on the brand."""
    return offer_role(case or led(world), world.principal("duty"), user=world.user(role), role=role)


@staged
def task(world: World, *, blocking: bool = False) -> Task:
    """A task of an active case's protocol."""
    return led(world).tasks.open().filter(blocking=blocking)[0]


def received(name: str = "a.png", content: bytes = b"") -> Received:
    """A picture that was handed in, checked and stored; or another file."""
    return receive(samples.sent(name, content or samples.picture()))


def evidence(case: Case, actor: Principal, **values: Any) -> Evidence:
    """A picture on a case."""
    given = values if "file" in values else {"file": received(), **values}
    return add_evidence(case, actor, **given)


def english(world: World, code: str) -> Client:
    """A browser of a persona who reads English."""
    user = world.user(code)
    if user.language != "en":
        user.language = "en"
        user.save()
    return world.client(code)


def events_of(row: Any, kind: str) -> list[Event]:
    """The events of one kind about a row."""
    return list(Event.objects.filter(object_type=row._meta.label_lower, object_id=row.uuid, kind=kind))


def codes(refused: Any) -> set[str]:
    """The codes of all conditions a refusal lists."""
    return {condition.code for condition in refused.value.unmet}
