"""Ratings fall, low ratings burst, and who is behind it."""

import random

import pytest

from cases.monitoring.detectors import Detector
from cases.monitoring.detectors.reviews import MOST_LOW, Review, Reviews, organised
from tests.monitoring.detectors.streams import mention, size_of

HOUR = 60
WEEKS = 21 * 24 * HOUR


def learned(per_day: int = 4) -> Reviews:
    detector, source = Reviews(), random.Random(8)
    for minute in range(0, WEEKS, 24 * HOUR // per_day):
        rating = source.choice((5, 5, 5, 4, 4, 3, 2) if minute % 3 else (5, 4, 5, 5, 4, 3, 1))
        assert detector.see(mention(minute, rating=rating)) == []
    return detector


def test_a_mention_without_rating_is_no_review() -> None:
    detector = Reviews()
    assert detector.see(mention(0)) == []
    assert detector.seen == 0


def test_a_fall_of_the_mean_fires_before_it_is_all_bad() -> None:
    detector = learned()
    firings = [one for hour in range(20) for one in detector.see(mention(WEEKS + 8 * HOUR * hour, rating=2.5))]
    falls = [one for one in firings if one.detector is Detector.RATING_FALL]
    assert falls[0].facts["expected"] - falls[0].facts["seen"] >= 0.5
    assert falls[0].evidence >= falls[0].threshold == 3


def test_a_burst_of_low_ratings_fires_at_once() -> None:
    detector = learned()
    found = []
    for minute in range(0, 120, 10):
        found += detector.see(mention(WEEKS + minute, rating=1, author_days=900, story=f"text {minute}"))
    burst = next(one for one in found if one.detector is Detector.LOW_RATINGS)
    assert 5 <= burst.facts["seen"] <= 9
    assert burst.facts["expected"] == pytest.approx(1.1, abs=0.8)
    assert burst.facts["by"] == "customers"


def test_a_brand_with_many_low_ratings_is_used_to_them() -> None:
    detector, source = Reviews(), random.Random(9)
    found = []
    for minute in range(0, 2 * WEEKS, 20):
        found += detector.see(mention(minute, rating=source.choice((1, 2, 3, 4, 5))))
    assert [one for one in found if one.detector is Detector.LOW_RATINGS] == []


def test_high_ratings_never_fire() -> None:
    detector = learned()
    assert [one for minute in range(600) for one in detector.see(mention(WEEKS + minute, rating=5))] == []


def test_it_learns_reviews_and_days() -> None:
    quick = Reviews()
    assert [one for minute in range(200) for one in quick.see(mention(minute, rating=1 if minute > 150 else 5))] == []
    assert quick.learned < 1


@pytest.mark.parametrize(
    ("reviews", "verdict"),
    [
        ([Review(0, 1, 3, "")] * 4 + [Review(0, 1, 800, "")], "organised"),
        ([Review(0, 1, 800, "same")] * 4 + [Review(0, 1, 900, "other")], "organised"),
        ([Review(0, 1, 800, f"text {index}") for index in range(5)], "customers"),
        ([Review(0, 1, None, "")] * 9, "unknown"),
        ([Review(0, 1, 800, "")] * 2 + [Review(0, 1, None, "")] * 8, "unknown"),
    ],
)
def test_who_is_behind_a_burst(reviews: list[Review], verdict: str) -> None:
    assert organised(reviews) == verdict


def test_a_raid_of_thousands_is_counted_in_bounded_memory() -> None:
    detector = learned()
    bound = size_of(detector.state()) + 4 * MOST_LOW + 60
    for index in range(3_000):
        detector.see(mention(WEEKS + index / 10, id=str(index), rating=1, author_days=1))
    assert len(detector.low) == MOST_LOW
    assert size_of(detector.state()) <= bound
    detector.see(mention(WEEKS + 3 * 24 * HOUR, id="later", rating=5))
    assert detector.low == []
    assert detector.usual_low > 2_900
