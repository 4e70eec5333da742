"""The contract of the decorator: what every action may rely on, whatever it does."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, CrisisKind, RoleAssignment
from comms.actions.statements import change_statement
from crisisdesk.core import actions
from crisisdesk.core.access.capabilities import Capability
from crisisdesk.core.access.principals import SYSTEM, Principal
from crisisdesk.core.actions import REGISTRY, Action
from crisisdesk.core.actions.act import Act
from crisisdesk.core.actions.locks import ACTOR
from crisisdesk.core.admin.base import AdminVerb
from crisisdesk.core.api.viewsets import verb as endpoint
from crisisdesk.core.errors import Denied, Invalid, Missing, NotNow, Unmet
from crisisdesk.core.models import Brand, Event, Membership, Organisation, User
from tests.cases.build import confidential, led, offer, triage
from tests.comms.build import draft
from tests.conftest import World
from tests.races import overtaken

Register = Callable[..., Any]


@pytest.fixture
def an_action() -> Iterator[Register]:
    """Registers bodies for one test, under names nobody else uses."""
    before = dict(REGISTRY)

    def register(body: Callable[..., Any], **options: Any) -> Action[Any, Any, Any]:
        if not options.get("by_system"):
            options.setdefault("needs", None)
        return actions.action(f"core.{body.__name__}", **options)(body)

    yield register
    REGISTRY.clear()
    REGISTRY.update(before)


def noted(act: Act, on: Any) -> None:
    """Record any event: an action has to record one."""
    act.record("brand.changed", on=on, fields=[])


def locked(queries: CaptureQueriesContext) -> list[str]:
    """The tables that were locked, in order."""
    rows = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]]
    return [sql.partition('FROM "')[2].partition('"')[0] for sql in rows]


# --- calling ---------------------------------------------------------------------------------------------------------


def test_the_actor_is_a_principal_and_values_have_names(world: World, an_action: Register) -> None:
    def name_it(brand: Brand, act: Act, *, name: str) -> None:
        noted(act, brand)

    verb = an_action(name_it)
    with pytest.raises(TypeError, match="Principal"):
        verb(world.brand, world.user("manager"), name="x")
    with pytest.raises(TypeError, match="by name"):
        verb(world.brand, SYSTEM, "x")


def test_an_action_does_not_call_an_action(world: World, an_action: Register) -> None:
    def inner(brand: Brand, act: Act) -> None:
        noted(act, brand)

    within = an_action(inner)

    def outer(brand: Brand, act: Act) -> None:
        within(brand, act.actor)

    with pytest.raises(RuntimeError, match=r"core\.inner was called inside another action"):
        an_action(outer)(world.brand, SYSTEM)


def test_an_action_that_records_nothing_changes_nothing(world: World, an_action: Register) -> None:
    def be_silent(brand: Brand, act: Act) -> None:
        brand.name = "Changed"
        act.save(brand)

    with pytest.raises(RuntimeError, match="without recording an event"):
        an_action(be_silent)(world.brand, SYSTEM)
    assert world.brand.name != "Changed"


def test_a_name_is_given_once(an_action: Register) -> None:
    def twice(brand: Brand, act: Act) -> None: ...

    an_action(twice)
    with pytest.raises(ValueError, match="registered twice"):
        an_action(twice)


@pytest.mark.usefixtures("committed_db")
def test_a_deadlock_is_tried_again(world: World, an_action: Register) -> None:
    failures = iter([True, True, False])

    def be_unlucky(brand: Brand, act: Act) -> str:
        if next(failures):
            raise OperationalError("deadlock detected") from psycopg.errors.DeadlockDetected()
        noted(act, brand)
        return "done"

    assert an_action(be_unlucky)(world.brand, SYSTEM) == "done"
    assert Event.objects.filter(kind="brand.changed").count() == 1


@pytest.mark.usefixtures("committed_db")
def test_a_third_deadlock_and_other_failures_are_told(world: World, an_action: Register) -> None:
    tries: list[type[Exception]] = []

    def fail(brand: Brand, act: Act, *, cause: type[Exception]) -> None:
        tries.append(cause)
        raise OperationalError from cause()

    verb = an_action(fail)
    for cause, times in ((psycopg.errors.DeadlockDetected, 3), (psycopg.errors.AdminShutdown, 1)):
        with pytest.raises(OperationalError):
            verb(world.brand, SYSTEM, cause=cause)
        assert tries.count(cause) == times


# --- rows ------------------------------------------------------------------------------------------------------------


def test_the_body_gets_every_row_as_it_stands(world: World, an_action: Register) -> None:
    kind = CrisisKind.objects.get(code="viral_backlash")
    people = [world.user("hr"), world.user("legal")]
    got: dict[str, Any] = {}

    def look(case: Case, act: Act, **values: Any) -> None:
        got.update(values, case=case)
        noted(act, case)

    case = led(world)
    verb = an_action(look)
    Case.objects.filter(pk=case.pk).update(title="Newer")
    CrisisKind.objects.filter(pk=kind.pk).update(name_en="Newer")
    User.objects.filter(pk__in=[one.pk for one in people]).update(name="Newer")
    verb(
        case,
        world.principal("crisis_lead"),
        kind=kind,
        people=people,
        pair=tuple(people),
        chosen=User.objects.filter(pk=people[0].pk),
        word="as it was",
        words=["as", "they", "were"],
    )
    assert (got["case"].title, got["kind"].name_en) == ("Newer", "Newer")
    assert [one.name for one in got["people"]] == ["Newer", "Newer"]
    assert (type(got["pair"]), got["pair"]) == (tuple, tuple(got["people"]))
    assert got["chosen"] == [people[0]]
    assert (got["word"], got["words"]) == ("as it was", ["as", "they", "were"])


def test_rows_point_to_each_other_and_not_to_older_copies(world: World, an_action: Register) -> None:
    offered = offer(world)
    got: list[Any] = []

    def look(assignment: RoleAssignment, act: Act, *, case: Case, again: RoleAssignment) -> None:
        got.extend((assignment, case, again))
        noted(act, assignment)

    verb = an_action(look, locks=("user",))
    verb(offered, SYSTEM, case=offered.case, again=RoleAssignment.objects.get(pk=offered.pk))
    assignment, case, again = got
    assert assignment.case is case
    assert again is assignment


def test_cases_are_locked_first_then_people_then_the_rest(world: World, an_action: Register) -> None:
    first, second = triage(world), triage(world)
    offered = offer(world)
    membership = Membership.objects.get(user=world.user("legal"), brand=world.brand)

    def touch(membership: Membership, act: Act, **values: Any) -> None:
        noted(act, membership)

    verb = an_action(touch, locks=(ACTOR, "user", "assignment", "kind"))
    kind = CrisisKind.objects.get(code="viral_backlash")
    with CaptureQueriesContext(
        connection,
    ) as queries:
        verb(
            membership,
            world.principal("duty"),
            assignment=offered,
            cases=[second, first],
            kind=kind,
        )
    assert locked(queries) == ["cases_case", "core_user", "cases_crisiskind", "cases_roleassignment", "core_membership"]
    cases, people = [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"]][:2]
    assert f"IN ({first.pk}, {second.pk}, {offered.case_id}) ORDER BY" in cases
    both = sorted([world.user("duty").pk, world.user("legal").pk])
    assert f"IN ({both[0]}, {both[1]}) ORDER BY" in people


def test_values_and_parents_are_read_without_a_lock(world: World, an_action: Register) -> None:
    def make(brand: Brand, act: Act, **values: Any) -> None:
        noted(act, brand)

    kind = CrisisKind.objects.get(code="viral_backlash")
    make_verb = an_action(make, creates=True)
    with CaptureQueriesContext(connection) as queries:
        make_verb(world.brand, SYSTEM, kind=kind, person=world.user("hr"))
    assert locked(queries) == []

    def change(brand: Brand, act: Act) -> None:
        noted(act, brand)

    change_verb = an_action(change)
    with CaptureQueriesContext(connection) as queries:
        change_verb(world.brand, SYSTEM)
    assert locked(queries) == ["core_brand"]


def test_what_was_only_read_is_not_saved(world: World, an_action: Register) -> None:
    def change(brand: Brand, act: Act, *, person: User) -> None:
        act.save(person)

    with pytest.raises(RuntimeError, match="nobody locked"):
        an_action(change)(world.brand, SYSTEM, person=world.user("hr"))


def test_grants_are_written_under_the_lock_of_their_account(world: World, an_action: Register) -> None:
    def give(brand: Brand, act: Act, *, person: User) -> None:
        act.grant(person, brand, ["manager"])

    with pytest.raises(RuntimeError, match="did not lock"):
        an_action(give)(world.brand, SYSTEM, person=world.user("hr"))


def test_a_misspelt_name_of_what_is_locked_is_told(world: World, an_action: Register) -> None:
    def give(brand: Brand, act: Act, *, person: User) -> None: ...

    with pytest.raises(FieldDoesNotExist, match="persn"):
        an_action(give, locks=("persn",))(world.brand, SYSTEM, person=world.user("hr"))


@pytest.mark.parametrize("place", ["object", "value", "list"])
def test_a_row_that_is_gone_is_missing(world: World, an_action: Register, place: str) -> None:
    def look(obj: Any, act: Act, **values: Any) -> None:
        noted(act, obj)

    verb = an_action(look)
    gone = CrisisKind(pk=2**31, code="gone")
    given = {"object": (gone, {}), "value": (world.brand, {"kind": gone}), "list": (world.brand, {"kinds": [gone]})}
    obj, values = given[place]
    with pytest.raises(Missing):
        verb(obj, SYSTEM, **values)


@pytest.mark.parametrize("place", ["object", "value", "list"])
def test_what_the_actor_must_not_know_of_is_missing(world: World, an_action: Register, place: str) -> None:
    def look(obj: Any, act: Act, **values: Any) -> None:
        noted(act, obj)

    verb = an_action(look)
    case = confidential(world)
    given = {"object": (case, {}), "value": (world.brand, {"case": case}), "list": (world.brand, {"cases": [case]})}
    obj, values = given[place]
    with pytest.raises(Missing):
        verb(obj, world.principal("legal"), **values)


def test_what_the_object_points_to_already_may_be_sent_back(world: World) -> None:
    """Somebody who is quoted leaves the brand; the authors do not see them any more, and still save the settings."""
    statement = draft(world).statement
    left, author = world.user("outsider"), world.principal("community")
    with pytest.raises(Missing):
        change_statement(statement, author, quoted_people=[left])
    statement.quoted_people.add(left)
    with pytest.raises(Invalid) as refused:
        change_statement(statement, author, quoted_people=[left])
    assert set(refused.value.errors) == {"quoted_people"}
    change_statement(statement, author, quoted_people=[])
    assert not statement.quoted_people.exists()


@pytest.mark.usefixtures("committed_db")
def test_a_stranger_waits_for_nobody(world: World, an_action: Register) -> None:
    def look(membership: Membership, act: Act) -> None:
        noted(act, membership)

    verb = an_action(look)
    membership = Membership.objects.filter(brand=world.brand).first()
    waited, result = overtaken(
        lambda: Membership.objects.select_for_update(no_key=True).get(pk=membership.pk),
        lambda: verb(membership, world.principal("outsider")),
    )
    assert isinstance(result, Missing)
    assert not waited


@pytest.mark.usefixtures("committed_db")
def test_visibility_is_asked_again_under_the_lock(world: World, an_action: Register) -> None:
    def look(case: Case, act: Act) -> None:
        noted(act, case)

    verb = an_action(look)
    case = led(world)
    waited, result = overtaken(
        lambda: Case.objects.filter(pk=case.pk).update(confidential=True),
        lambda: verb(case, world.principal("marketing")),
    )
    assert waited
    assert isinstance(result, Missing)


# --- who --------------------------------------------------------------------------------------------------------------


def test_what_only_the_desk_does(world: World, an_action: Register) -> None:
    def tick(brand: Brand, act: Act) -> None:
        noted(act, brand)

    verb = an_action(tick, by_system=True)
    root = world.principal("superuser", fresh=True)
    with pytest.raises(Denied):
        verb(world.brand, root)
    assert not verb.can(root, world.brand)
    assert not verb.offered(root, world.brand)
    verb(world.brand, SYSTEM)
    assert verb.can(SYSTEM, world.brand)


def test_what_only_the_desk_does_needs_no_capability(an_action: Register) -> None:
    def tick(brand: Brand, act: Act) -> None: ...

    with pytest.raises(ValueError, match="the desk's own"):
        an_action(tick, by_system=True, needs=Capability.MANAGE)


def test_every_other_action_says_what_it_needs() -> None:
    with pytest.raises(ValueError, match="does not say what it needs"):

        @actions.action("core.forgetful")
        def forgetful(brand: Brand, act: Act) -> None: ...


@pytest.mark.parametrize("face", [endpoint, AdminVerb])
def test_what_only_the_desk_does_has_no_endpoint_and_no_button(an_action: Register, face: Callable[..., Any]) -> None:
    def tick(brand: Brand, act: Act) -> None: ...

    with pytest.raises(TypeError, match="the desk's own"):
        face(an_action(tick, by_system=True))


def test_what_only_people_do(world: World, an_action: Register) -> None:
    def sign(brand: Brand, act: Act) -> None:
        noted(act, brand)

    verb = an_action(sign, only_person=True)
    assert verb.can(world.principal("legal"), world.brand)
    for program in (world.principal("service"), SYSTEM):
        assert not verb.can(program, world.brand)
        with pytest.raises(Denied, match="a program cannot"):
            verb(world.brand, program)


def test_every_condition_in_the_way_is_told(world: World, an_action: Register) -> None:
    def wait(organisation: Organisation, act: Act) -> None:
        noted(act, organisation)

    verb = an_action(wait)
    for code in ("one", "two"):
        verb.guard(lambda organisation, act, code=code: Unmet(code, code))
    with pytest.raises(NotNow) as refused:
        verb(world.organisation, SYSTEM)
    assert [condition.code for condition in refused.value.unmet] == ["one", "two"]


def test_a_narrowed_token_is_refused_by_name(world: World, an_action: Register) -> None:
    def look(brand: Brand, act: Act) -> None:
        noted(act, brand)

    verb = an_action(look)
    reader: Principal = world.principal("legal", scopes={"read"})
    with pytest.raises(Denied, match=r"core\.look"):
        verb(world.brand, reader)
    verb(world.brand, world.principal("legal", scopes={"core.look"}))


def test_actions_are_called_as_their_functions() -> None:
    differing = {name: verb.__name__ for name, verb in REGISTRY.items() if name.partition(".")[2] != verb.__name__}
    assert not differing
