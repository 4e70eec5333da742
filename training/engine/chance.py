"""Chance without a generator: every uniform belongs to a name and can be asked for in any order.

A keyed hash of (stream, number) gives the uniform, so an action never shifts dice that have nothing to do with it, and
two plans with the same seed meet the same luck (common random numbers). Poisson numbers come by the inverse of the
distribution: with the same uniform a smaller intensity never gives a larger number.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable

# Uniforms stay this far below 1, so that a sum of probabilities always reaches them.
_HIGHEST = 1.0 - 1e-12
# Up to here the distribution is summed up exactly; beyond, a normal quantile with a correction for skewness.
_SUMMED = 500.0


def uniforms(seed: int, stream: str) -> Callable[[int], float]:
    """The uniforms in (0, 1) of one stream: a function of the number."""
    base = hashlib.blake2b(stream.encode() + b"\0", key=seed.to_bytes(8, "big"), digest_size=8)

    def uniform(number: int) -> float:
        hashed = base.copy()
        hashed.update(number.to_bytes(8, "big"))
        return min(((int.from_bytes(hashed.digest(), "big") >> 11) + 0.5) / 9007199254740992.0, _HIGHEST)

    return uniform


def uniform(seed: int, stream: str, number: int) -> float:
    """One uniform in (0, 1)."""
    return uniforms(seed, stream)(number)


def poisson(mean: float, chance: float) -> int:
    """The smallest n whose cumulated Poisson probability reaches `chance`; never falls when `mean` rises."""
    if mean > _SUMMED:
        return max(poisson(_SUMMED, chance), _far(mean, chance))
    probability = math.exp(-mean)
    reached = probability
    number = 0
    while reached < chance:
        number += 1
        probability *= mean / number
        reached += probability
    return number


def _far(mean: float, chance: float) -> int:
    z = _normal_quantile(chance)
    return math.floor(mean + z * math.sqrt(mean) + (z * z - 1.0) / 6.0 + 0.5)


def _normal_quantile(chance: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(chance)
