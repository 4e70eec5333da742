"""Which people a text needs, whether they can be found, whether a policy got weaker."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.bootstrap import read
from comms.quorum import FALLBACK_ROLES, Circumstances, Condition, Stage, asked, opens_sooner, told, unfilled, weaker

# A busy machine is no failure.
UNHURRIED = settings(deadline=None)

KINDS = ("negative_reviews", "viral_backlash", "pr_disaster", "data_leak")
ROLES = ("comms_lead", "legal", "exec", "dpo", "care")


def matrix() -> dict[str, list[Stage]]:
    """The shipped policies as stages."""
    given = read("approval.yaml")

    def kinds(stage: dict[str, object], name: str) -> frozenset[str]:
        return frozenset(given["columns"].get(stage.get(name, ""), []))

    return {
        row["text"]: [
            Stage(
                tuple(stage.get("roles", ())),
                minutes=row.get("minutes", 0),
                informed=stage.get("informed", False),
                quoted=stage.get("quoted", False),
                when=Condition(
                    frozenset(stage.get("severities", [])),
                    kinds(stage, "kinds"),
                    kinds(stage, "except_kinds"),
                    stage.get("tag", ""),
                ),
            )
            for stage in row.get("stages", [])
        ]
        for row in given["policies"]
    }


@pytest.mark.parametrize(
    ("texts", "severity", "kind", "roles"),
    [
        (["first"], 3, "viral_backlash", {"comms_lead"}),
        (["first"], 2, "viral_backlash", {"comms_lead", "legal"}),
        (["first"], 1, "negative_reviews", {"comms_lead"}),
        (["first"], 1, "pr_disaster", {"comms_lead", "legal", "exec"}),
        (["first"], 2, "data_leak", {"comms_lead", "legal", "dpo"}),
        (["update"], 1, "viral_backlash", {"comms_lead"}),
        (["update"], 3, "data_leak", {"comms_lead", "legal", "dpo"}),
        (["apology"], 3, "viral_backlash", {"comms_lead", "legal"}),
        (["apology"], 1, "viral_backlash", {"comms_lead", "legal", "exec"}),
        (["apology"], 3, "negative_reviews", {"comms_lead", "legal", "care"}),
        (["update", "apology"], 3, "viral_backlash", {"comms_lead", "legal"}),
        (["correction"], 1, "viral_backlash", {"comms_lead"}),
        (["correction"], 3, "data_leak", {"comms_lead", "security"}),
        (["reply"], 3, "viral_backlash", {"care/comms_lead"}),
        (["press_answer"], 3, "viral_backlash", {"comms_lead/spokesperson"}),
        (["press_answer"], 2, "viral_backlash", {"comms_lead", "spokesperson"}),
        (["staff"], 2, "viral_backlash", {"comms_lead", "hr"}),
        (["regulator"], 1, "data_leak", {"legal", "dpo", "security"}),
    ],
)
def test_the_shipped_matrix(texts: list[str], severity: int, kind: str, roles: set[str]) -> None:
    policies = matrix()
    stages = asked([policies[text] for text in texts], Circumstances(severity, kind))
    assert {"/".join(stage.roles) for stage in stages} == roles


def test_every_shipped_text_has_somebody_to_read_it() -> None:
    policies = {text: stages for text, stages in matrix().items() if text != "first_template"}
    for stages, severity, kind in product(policies.values(), range(1, 5), KINDS):
        assert asked([stages], Circumstances(severity, kind))


@pytest.mark.parametrize(
    ("severity", "kind", "roles"),
    [
        (1, "viral_backlash", ["legal"]),
        (2, "data_leak", ["legal"]),
        (3, "viral_backlash", []),
        (4, "pr_disaster", []),
    ],
)
def test_legal_gets_to_know_of_corrections_in_grave_cases(severity: int, kind: str, roles: list[str]) -> None:
    assert told([matrix()["correction"]], Circumstances(severity, kind)) == roles


def test_who_decides_by_another_policy_is_not_told_besides() -> None:
    policies = [matrix()["correction"], matrix()["apology"]]
    assert told(policies, Circumstances(1, "viral_backlash")) == []


def test_the_same_roles_are_asked_once_by_the_stricter_rule() -> None:
    merged = asked([[Stage(("legal",), minutes=20)], [Stage(("legal",), required=2, minutes=5)]], Circumstances(3))
    assert merged == [Stage(("legal",), required=2, minutes=5)]


def test_a_policy_that_asks_nobody_asks_the_communications_lead() -> None:
    assert [stage.roles for stage in asked([[]], Circumstances(4))] == [FALLBACK_ROLES]


def test_one_person_does_not_fill_two_places() -> None:
    stages = [Stage(("comms_lead",)), Stage(("legal",))]
    assert unfilled(stages, {0: {"eva"}, 1: {"eva"}}) == [1]
    assert unfilled(stages, {0: {"eva"}, 1: {"eva", "jan"}}) == []
    assert unfilled([Stage(("legal",), required=2)], {0: {"eva"}}) == [0]


@UNHURRIED
@given(st.lists(st.tuples(st.sets(st.integers(0, 4), max_size=3), st.integers(1, 2)), min_size=1, max_size=3))
def test_matching_agrees_with_trying_everything(given_stages: list[tuple[set[int], int]]) -> None:
    stages = [Stage(("legal",), required=required) for _people, required in given_stages]
    candidates = {place: people for place, (people, _required) in enumerate(given_stages)}
    seats = [place for place, stage in enumerate(stages) for _ in range(stage.required)]
    possible = any(
        len(set(chosen)) == len(seats) for chosen in product(*(sorted(candidates[place]) for place in seats))
    )
    assert (not unfilled(stages, candidates)) == possible


STAGES = st.lists(
    st.builds(
        Stage,
        st.sets(st.sampled_from(ROLES), min_size=1, max_size=2).map(lambda roles: tuple(sorted(roles))),
        st.integers(1, 2),
        when=st.builds(Condition, st.sets(st.integers(1, 4), max_size=2).map(frozenset)),
    ),
    max_size=3,
)


@UNHURRIED
@given(STAGES)
def test_a_policy_is_not_weaker_than_itself(stages: list[Stage]) -> None:
    assert not weaker(stages, stages, KINDS, ["employee"])


@UNHURRIED
@given(STAGES, STAGES)
def test_asking_more_people_is_never_weaker(stages: list[Stage], more: list[Stage]) -> None:
    always = Stage(("comms_lead",))
    assert not weaker([always, *stages], [always, *stages, *more], KINDS, [])


@pytest.mark.parametrize(
    "new",
    [
        [Stage(("comms_lead",))],
        [Stage(("comms_lead",)), Stage(("legal", "care"))],
        [Stage(("comms_lead",)), Stage(("legal",), when=Condition(severities=frozenset({1})))],
        [Stage(("comms_lead",)), Stage(("legal",), when=Condition(except_kinds=frozenset({"data_leak"})))],
    ],
)
def test_asking_fewer_people_is_weaker(new: list[Stage]) -> None:
    assert weaker([Stage(("comms_lead",)), Stage(("legal",))], new, KINDS, [])


def test_two_stages_that_one_new_stage_would_satisfy_are_two_people_still() -> None:
    old = [Stage(("comms_lead",)), Stage(("comms_lead", "legal"))]
    assert weaker(old, [Stage(("comms_lead",))], KINDS, [])
    assert not weaker(old, [Stage(("comms_lead",), required=2)], KINDS, [])


@pytest.mark.parametrize(
    ("old", "new", "sooner"), [(10, 5, True), (0, 5, True), (10, 10, False), (10, 20, False), (10, 0, False)]
)
def test_deputies_come_in_sooner(old: int, new: int, sooner: bool) -> None:
    assert opens_sooner(old, new) is sooner


@pytest.mark.parametrize(("severity", "asked_too"), [(1, ["Jana", "Petr"]), (2, ["Jana", "Petr"]), (3, []), (4, [])])
def test_the_people_quoted_are_asked_one_by_one_in_grave_cases(severity: int, asked_too: list[str]) -> None:
    circumstances = Circumstances(severity, "viral_backlash", quoted=("Jana", "Petr"))
    stages = asked([matrix()["press_answer"]], circumstances)
    assert [stage.person for stage in stages if not stage.roles] == asked_too
    assert all((stage.required, stage.minutes) == (1, 0) for stage in stages if not stage.roles)
    assert any("comms_lead" in stage.roles for stage in stages)


def test_to_agree_to_a_quotation_is_not_to_approve_the_text() -> None:
    stages = asked([[Stage((), quoted=True)]], Circumstances(1, quoted=("Jana",)))
    assert [(stage.roles, stage.person) for stage in stages] == [((), "Jana"), (("comms_lead",), None)]


def test_no_longer_asking_the_people_quoted_is_weaker() -> None:
    lead = Stage(("comms_lead",))
    assert weaker([lead, Stage((), quoted=True)], [lead], [], [])
    assert not weaker([lead], [lead, Stage((), quoted=True)], [], [])
    assert weaker([Stage((), quoted=True)], [Stage((), quoted=True, when=Condition(severities=frozenset([1])))], [], [])
    # A role is no substitute for the person whose words they are.
    assert weaker([lead, Stage((), quoted=True)], [lead, Stage(("spokesperson",))], [], [])
