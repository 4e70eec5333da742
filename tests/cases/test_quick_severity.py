"""Three questions give a level: the highest yes wins, and whoever is not sure answers for the graver one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.severity import Answer, is_graver, quick_severity

YES, NO, UNSURE = Answer.YES, Answer.NO, Answer.UNSURE


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        ([YES, YES, YES], 1),
        ([NO, YES, NO], 2),
        ([NO, NO, YES], 3),
        ([NO, NO, NO], 4),
        ([UNSURE, NO, NO], 1),
        ([NO, UNSURE, YES], 2),
    ],
)
def test_level(answers: list[Answer], level: int) -> None:
    assert quick_severity(answers) == level


@given(answers=st.lists(st.sampled_from(Answer), min_size=3, max_size=3), place=st.integers(0, 2))
def test_a_yes_never_makes_it_milder(answers: list[Answer], place: int) -> None:
    graver = [*answers[:place], YES, *answers[place + 1 :]]
    assert not is_graver(quick_severity(answers), quick_severity(graver))


@given(answers=st.lists(st.sampled_from(Answer), min_size=3, max_size=3))
def test_doubt_counts_as_yes(answers: list[Answer]) -> None:
    decided = [YES if answer is UNSURE else answer for answer in answers]
    assert quick_severity(answers) == quick_severity(decided)


@pytest.mark.parametrize("answers", [[], [NO, NO], [NO] * 4])
def test_all_three_are_answered(answers: list[Answer]) -> None:
    with pytest.raises(ValueError, match="each of its three"):
        quick_severity(answers)
