"""What is seen in single mentions, at once: reach, trigger terms, copies."""

import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from cases.monitoring.detectors import Firing, Term
from cases.monitoring.detectors.cooldown import QUIET_BUCKETS, Passage
from cases.monitoring.detectors.reach import LEARNING_MENTIONS, LEAST, Reach
from cases.monitoring.detectors.stories import FORGOTTEN, MOST_STORIES, ViralCopies
from cases.monitoring.detectors.terms import MOST_TERMS, TriggerTerms
from tests.monitoring.detectors.streams import mention


def heard(mentions: int = 500, low: int = 100, high: int = 5_000) -> Reach:
    detector, source = Reach(), random.Random(3)
    for index in range(mentions):
        assert detector.see(mention(index, reach=source.randint(low, high), negativity=0.0)) is None
    return detector


def test_a_far_reaching_negative_mention_fires_at_once() -> None:
    firing = heard().see(mention(600, reach=80_000, negativity=0.9, author="@novinar"))
    assert firing is not None
    assert firing.facts["author"] == "@novinar"
    assert firing.facts["seen"] == 80_000
    assert 4_000 <= firing.facts["expected"] <= 6_500  # 99th percentile of 100–5,000, exact to a bin.
    assert firing.evidence == pytest.approx(80_000 / firing.facts["expected"], rel=0.01)


@pytest.mark.parametrize(
    "fields", [{"reach": 80_000, "negativity": 0.2}, {"reach": 3_000, "negativity": 0.9}, {"negativity": 1.0}]
)
def test_friendly_small_or_unknown_reach_does_not(fields: dict[str, Any]) -> None:
    assert heard().see(mention(600, **fields)) is None


def test_reach_has_to_be_learned_and_has_a_floor() -> None:
    assert heard(LEARNING_MENTIONS - 1).see(mention(600, reach=10**7, negativity=1)) is None
    small = heard(low=1, high=20)
    assert small.see(mention(600, reach=LEAST, negativity=1)) is None
    assert small.see(mention(601, reach=LEAST + 1, negativity=1)) is not None


def test_only_a_clearly_wider_reach_fires_again() -> None:
    detector = heard()
    assert detector.see(mention(600, reach=20_000, negativity=1)) is not None
    assert detector.see(mention(601, reach=25_000, negativity=1)) is None
    again = detector.see(mention(602, reach=60_000, negativity=1))
    assert again is not None
    assert again.passage is Passage.WORSE


def test_the_percentile_follows_the_brand() -> None:
    detector = heard()
    before = detector.usual.at(0.99)
    for index in range(2_000):
        detector.see(mention(600 + 60 * index, reach=40_000))
    assert detector.usual.at(0.99) > 5 * before


TERMS = (Term("únik dat", critical=True), Term("bojkot"))


def test_a_critical_term_needs_one_mention() -> None:
    detector = TriggerTerms(TERMS)
    (firing,) = detector.see(mention(0, terms=("únik dat",)))
    assert (firing.about, firing.facts["critical"], firing.threshold) == ("únik dat", True, 1)
    assert detector.see(mention(1, terms=("únik dat",))) != []  # Twice as many as were told of.
    assert detector.see(mention(2, terms=("únik dat",))) != []  # Three are 1.5 times two.
    assert detector.see(mention(3, terms=("únik dat",))) == []


def test_another_term_needs_three_within_an_hour() -> None:
    detector = TriggerTerms(TERMS)
    assert [detector.see(mention(minute, terms=("bojkot",))) for minute in (0, 30, 61)] == [[], [], []]
    (firing,) = detector.see(mention(70, terms=("bojkot",)))
    assert firing.facts["seen"] == 3


def test_terms_nobody_listed_count_for_nothing_and_one_mention_counts_once() -> None:
    detector = TriggerTerms(TERMS)
    assert detector.see(mention(0, terms=("cokoli",))) == []
    assert detector.see(mention(1, terms=("bojkot",) * 9)) == []
    assert [one.about for one in detector.see(mention(2, terms=("bojkot", "únik dat")))] == ["únik dat"]


def test_thousands_of_terms_do_not_grow_the_state() -> None:
    detector = TriggerTerms([Term(f"t{index}", critical=True) for index in range(5_000)])
    for index in range(5_000):
        detector.see(mention(index / 100, terms=(f"t{index}",)))
    assert len(detector.hits) <= MOST_TERMS
    assert len(detector.cooldowns) <= MOST_TERMS


def copies(
    detector: ViralCopies, minutes: Iterable[float], authors: Callable[[], str] | None = None, story: str = "s"
) -> list[Firing | None]:
    return [
        detector.see(mention(minute, id=f"{story}{index}", story=story, author=(authors or f"@{index}".__str__)()))
        for index, minute in enumerate(minutes)
    ]


def test_five_copies_by_three_authors_within_an_hour_fire() -> None:
    names = iter("abcabcabc")
    firings = copies(ViralCopies(), (0, 10, 20, 30, 40), lambda: next(names))
    assert firings[:4] == [None] * 4
    assert firings[4] is not None
    assert firings[4].facts | {"first": ""} == {
        "story": "s", "seen": 5, "authors": 3, "authors_at_least": False, "minutes": 25, "first": "", "mention": "s4",
    }  # fmt: skip


def test_one_loud_author_or_slow_spreading_is_not_viral() -> None:
    assert not any(copies(ViralCopies(), range(0, 60, 2), lambda: "@stejny"))
    assert not any(copies(ViralCopies(), range(0, 45 * 12, 45)))


def test_a_story_fires_again_at_half_as_many_copies_again() -> None:
    firings = copies(ViralCopies(), [index / 2 for index in range(30)])
    assert [index + 1 for index, one in enumerate(firings) if one] == [5, 8, 12, 18, 27]


def test_stories_are_forgotten_and_their_number_is_bounded() -> None:
    detector = ViralCopies()
    copies(detector, (0, 1, 2, 3))
    assert not any(copies(detector, (5 * FORGOTTEN + 10,)))
    assert detector.stories["s"].copies == 1
    for index in range(3 * MOST_STORIES):
        detector.see(mention(20_000, id=str(index), story=f"story {index}"))
    assert len(detector.stories) == MOST_STORIES


def test_a_cool_down_that_is_over_is_new_again() -> None:
    detector = TriggerTerms(TERMS)
    detector.see(mention(0, terms=("únik dat",)))
    (again,) = detector.see(mention(5 * QUIET_BUCKETS + 5, terms=("únik dat",)))
    assert again.passage is Passage.NEW
