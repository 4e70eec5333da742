"""The tone turns."""

import pytest

from cases.monitoring.detectors import BadCount, Bucket, Firing, OutOfOrder
from cases.monitoring.detectors.distributions import beta_within, doubt
from cases.monitoring.detectors.negativity import LEARNING, NegativeShare
from tests.monitoring.detectors.streams import FIRST


def learned(mentions: int = 10, negative: int = 1, buckets: int = LEARNING + 24) -> NegativeShare:
    detector = NegativeShare()
    for index in range(buckets):
        assert detector.take(Bucket(FIRST + index, mentions, negative)) is None
    return detector


def following(detector: NegativeShare, *pairs: tuple[int, int]) -> list[Firing | None]:
    first = (detector.last or 0) + 1
    return [detector.take(Bucket(first + index, n, k)) for index, (n, k) in enumerate(pairs)]


def test_a_turn_fires_with_its_numbers() -> None:
    detector = learned()
    assert detector.usual == pytest.approx(0.1, abs=0.01)
    firings = [one for one in following(detector, *[(10, 6)] * 6) if one]
    assert len(firings) >= 1
    facts = firings[0].facts
    assert facts["share"] == pytest.approx(facts["negative"] / facts["mentions"], abs=1e-3)
    assert facts["share"] > facts["expected"] + 0.10
    assert firings[0].evidence >= firings[0].threshold == 2
    shares = (facts["negative"] + 0.5, facts["mentions"] - facts["negative"] + 0.5)
    chance = beta_within(*shares, detector.negative + 0.5, detector.positive + 0.5, 0.10)
    assert firings[0].evidence == pytest.approx(doubt(chance), rel=0.05)


def test_a_share_within_ten_points_is_no_turn_however_many() -> None:
    assert following(learned(1000, 100), *[(1000, 190)] * 24) == [None] * 24


def test_fewer_than_eight_mentions_prove_nothing() -> None:
    detector = learned(1, 0)
    # Two hours hold 24 mentions here, all but the last seven of them positive.
    assert following(detector, *[(0, 0)] * 24, *[(1, 1)] * 7) == [None] * 31
    assert following(detector, (1, 1))[0] is not None


def test_the_shift_is_not_compared_with_itself() -> None:
    detector = learned()
    before = detector.usual
    following(detector, *[(10, 9)] * 23)
    assert detector.usual == pytest.approx(before, abs=0.01)


def test_it_learns_days_and_mentions() -> None:
    poor = NegativeShare()
    for index in range(2 * LEARNING):
        poor.take(Bucket(FIRST + index, 1 if index % 100 == 0 else 0, 0))
    assert poor.learned < 1
    assert following(poor, *[(20, 20)] * 3) == [None] * 3


def test_what_lasts_becomes_usual() -> None:
    detector = learned()
    firings = following(detector, *[(10, 5)] * (288 * 30))
    assert any(firings[:48])
    assert not any(firings[288 * 21 :])
    assert detector.usual > 0.4


def test_a_bucket_has_no_more_negative_mentions_than_mentions() -> None:
    with pytest.raises(BadCount):
        Bucket(1, 2, 3)
    detector = learned()
    with pytest.raises(OutOfOrder):
        detector.take(Bucket(FIRST, 1, 0))
