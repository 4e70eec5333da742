"""Random walks over the verbs of texts: whatever people try in whatever order, the promises hold."""

from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from comms.actions.deciding import approve_statement, reject_statement, return_statement
from comms.actions.releases import release_template
from comms.actions.statements import change_statement, draft_statement, edit_statement, revise_statement
from comms.actions.submitting import submit_statement, take_back_statement
from comms.models import Approval, ApprovalRequest, Statement, StatementVersion, Verdict, authority_of
from comms.sending.actions.publishing import publish_statement
from comms.sending.actions.withdrawal import withdraw_statement
from comms.sending.models import Delivery
from comms.states import ALLOWED_VERSION
from crisisdesk.core.errors import DomainError
from tests.comms import build
from tests.conftest import World

PEOPLE = ("duty", "comms_lead", "comms_lead_deputy", "legal", "community", "agency", "exec", "superuser", "service")
TEXTS = ("Víme o tom.", "Víme o tom.  ", "Omlouváme se.", "Stahujeme šarži L2207.")

person = st.sampled_from(PEOPLE)
some = st.integers(0, 7)


class Walk(RuleBasedStateMachine):
    """People who draft, edit, submit, decide, publish and withdraw at random."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.point = transaction.savepoint()
        self.frozen: dict[int, str] = {}

    def teardown(self) -> None:
        """Nothing of one walk is seen by the next."""
        transaction.savepoint_rollback(self.point)

    def attempt(self, verb: Any, row: Any, by: str, **values: Any) -> Any:
        """Try; a refusal is an answer, an accident is not."""
        try:
            return verb(row, self.world.principal(by, fresh=True), **values)
        except DomainError:
            return None

    def one_of(self, rows: Any, number: int) -> Any:
        """One of the rows there are, or None."""
        found = list(rows.order_by("pk"))
        return found[number % len(found)] if found else None

    @initialize()
    def begin(self) -> None:
        """A case and a prepared text."""
        self.case = build.case(self.world)
        self.prepared = build.prepared(self.world)

    @rule(by=person, text=st.sampled_from(TEXTS), purpose=st.sampled_from(["update", "apology"]))
    def draft(self, by: str, text: str, purpose: str) -> None:
        if Statement.objects.count() < 3:
            self.attempt(draft_statement, self.case, by, purpose=purpose, text=text)

    @rule(by=person, number=some, text=st.sampled_from(TEXTS))
    def edit(self, by: str, number: int, text: str) -> None:
        version = self.one_of(StatementVersion.objects.filter(language="cs"), number)
        if version is None:
            return
        before = version.computed_hash()
        counted = Approval.objects.filter(request__version=version).count()
        edited = self.attempt(edit_statement, version, by, text=text)
        after = StatementVersion.objects.get(pk=version.pk)
        if edited is not None and not version.is_draft:
            # What was submitted took the edit: then nothing changed and every approval stands.
            assert after.computed_hash() == before
            assert Approval.objects.filter(request__version=version).count() == counted

    @rule(by=person, number=some, wait=st.booleans())
    def settle(self, by: str, number: int, wait: bool) -> None:
        statement = self.one_of(Statement.objects.all(), number)
        if statement is not None:
            self.attempt(change_statement, statement, by, publish_when_approved=not wait)

    @rule(by=person, number=some)
    def submit(self, by: str, number: int) -> None:
        version = self.one_of(StatementVersion.objects.filter(language="cs"), number)
        if version is not None:
            self.attempt(submit_statement, version, by)

    @rule(by=person, number=some, verdict=st.sampled_from([approve_statement, approve_statement, return_statement,
                                                            reject_statement]))  # fmt: skip
    def decide(self, by: str, number: int, verdict: Any) -> None:
        request = self.one_of(ApprovalRequest.objects.all(), number)
        if request is not None:
            self.attempt(verdict, request, by, payload_hash=request.payload_hash, comment="Takto")

    @rule(by=person, number=some)
    def take_back(self, by: str, number: int) -> None:
        version = self.one_of(StatementVersion.objects.filter(language="cs"), number)
        if version is not None:
            self.attempt(take_back_statement, version, by)

    @rule(by=person, number=some)
    def revise(self, by: str, number: int) -> None:
        version = self.one_of(StatementVersion.objects.filter(language="cs"), number)
        if version is not None:
            self.attempt(revise_statement, version, by)

    @rule(by=person, number=some)
    def publish(self, by: str, number: int) -> None:
        version = self.one_of(StatementVersion.objects.filter(language="cs"), number)
        if version is not None:
            self.attempt(publish_statement, version, by, payload_hash=version.payload_hash)

    @rule(by=person, at=st.sampled_from(["11:00", "12:30", "brzy"]))
    def sign(self, by: str, at: str) -> None:
        values = {**build.VALUES, "time": at}
        self.attempt(release_template, self.case, by, versions=self.prepared, values=values)

    @rule(by=person, number=some)
    def withdraw(self, by: str, number: int) -> None:
        statement = self.one_of(Statement.objects.all(), number)
        if statement is not None:
            self.attempt(withdraw_statement, statement, by, reason="Omyl")

    @invariant()
    def nothing_leaves_unless_somebody_allowed_exactly_this(self) -> None:
        """1 and 2: a satisfied request or a signature for the hash computed anew; deliveries carry those words."""
        for version in StatementVersion.objects.filter(state__in=ALLOWED_VERSION):
            authority = authority_of(version)
            assert authority is not None
            for delivery in Delivery.objects.filter(version=version):
                assert delivery.payload_hash == authority.payload_hash
                assert delivery.text == version.text_for(delivery.account.variant).text

    @invariant()
    def submitted_texts_never_change(self) -> None:
        """3: the hash of a submitted version is for ever the one it was submitted with."""
        for version in StatementVersion.objects.exclude(state="draft"):
            assert version.computed_hash() == version.payload_hash
            assert self.frozen.setdefault(version.pk, version.payload_hash) == version.payload_hash

    @invariant()
    def nobody_approves_their_own_text(self) -> None:
        """4 and 6: contributors and deciders are different people, and every approval is another person's."""
        for approval in Approval.objects.select_related("request__version"):
            wrote = set(approval.request.version.contributors.values_list("user_id", flat=True))
            assert not wrote & {approval.user_id, approval.on_behalf_of_id}
            assert approval.user.kind == "person"
            assert not approval.user.is_superuser
        for request in ApprovalRequest.objects.filter(state="satisfied"):
            for stage in request.stages.all():
                people = stage.approvals.filter(verdict=Verdict.APPROVE).values_list("user_id", flat=True)
                assert len(set(people)) >= stage.required

    @invariant()
    def the_database_agrees(self) -> None:
        """Everything that is judged at commit holds at every step."""
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def walk(world: World, *, examples: int, steps: int) -> None:
    """Walk."""
    machine = type("WalkOfTexts", (Walk,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_short_walk(world: World) -> None:
    walk(world, examples=3, steps=20)


@pytest.mark.slow
def test_a_long_walk(world: World) -> None:
    walk(world, examples=80, steps=40)
