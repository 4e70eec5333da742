"""Real threads on a real database: however many decide at once, each thing happens once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from comms.actions.deciding import approve_statement
from comms.actions.releases import release_template
from comms.actions.statements import edit_statement
from comms.actions.submitting import submit_statement
from comms.models import Approval, ApprovalRequest, RequestState, StatementState, StatementVersion, TemplateRelease
from comms.sending.models import Delivery
from crisisdesk.core.errors import DomainError
from crisisdesk.core.models import Event
from tests.comms import build
from tests.conftest import World

pytestmark = pytest.mark.slow

THREADS = 50


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """Run `work(number)` in fifty threads that start together; refusals are results too."""
    together = Barrier(THREADS)

    def run(number: int) -> Any:
        try:
            together.wait()
            return work(number)
        except DomainError as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, range(THREADS)))


def refusals(results: list[Any]) -> set[int]:
    """The statuses of all that were refused."""
    return {result.status for result in results if isinstance(result, DomainError)}


def test_fifty_approvals_of_one_person_are_one(committed_db: str, world: World) -> None:
    request = build.submitted(world)
    who = world.principal("comms_lead", fresh=True)

    def approve(number: int) -> Any:
        row = ApprovalRequest.objects.get(pk=request.pk)
        return approve_statement(row, who, payload_hash=request.payload_hash)

    results = at_once(approve)
    assert {getattr(result, "pk", None) for result in results} == {Approval.objects.get().pk}
    assert Event.objects.filter(kind="approval.given").count() == 1
    assert Event.objects.filter(kind="statement.sent_out").count() == 1
    assert StatementVersion.objects.get(pk=request.version_id).state == StatementState.PUBLISHING
    accounts = Delivery.objects.filter(version=request.version_id).values_list("account", "part")
    assert len(accounts) == len(set(accounts))


def test_approvals_returns_and_edits_at_once_leave_one_outcome(committed_db: str, world: World) -> None:
    request = build.submitted(world, purpose="apology")
    people = [world.principal(code, fresh=True) for code in ("comms_lead", "legal", "community")]

    def act(number: int) -> Any:
        if number % 3 == 2:
            version = StatementVersion.objects.get(pk=request.version_id)
            return edit_statement(version, people[2], text=f"Jinak {number}")
        row = ApprovalRequest.objects.get(pk=request.pk)
        return approve_statement(row, people[number % 3], payload_hash=request.payload_hash)

    results = at_once(act)
    assert refusals(results) <= {409, 412}
    assert Approval.objects.count() == 2
    assert ApprovalRequest.objects.get().state == RequestState.SATISFIED
    assert Event.objects.filter(kind="statement.approved").count() == 1
    assert StatementVersion.objects.get(pk=request.version_id).master.text == build.CZECH


def test_fifty_submissions_are_one_request(committed_db: str, world: World) -> None:
    version = build.draft(world)
    people = [world.principal(code) for code in ("community", "agency")]
    results = at_once(lambda number: submit_statement(StatementVersion.objects.get(pk=version.pk), people[number % 2]))
    assert refusals(results) <= {409}
    assert ApprovalRequest.objects.count() == 1


def test_fifty_signatures_bring_out_one_first_statement(committed_db: str, world: World) -> None:
    versions, case = build.prepared(world), build.case(world)
    people = [world.principal(code, fresh=True) for code in ("duty", "duty_deputy")]
    results = at_once(lambda number: release_template(case, people[number % 2], versions=versions, values=build.VALUES))
    assert refusals(results) <= {409}
    assert TemplateRelease.objects.count() == 1
    assert Event.objects.filter(kind="statement.sent_out").count() == 1
