"""Latencies as counts in buckets with fixed bounds: small, and those of many processes are added up without loss.

Eight buckets for each doubling, from 1 ms to 65 s, so that a percentile is at most 9 % above what was measured.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

FIRST: Final = 0.001
"""Seconds: the upper bound of bucket 0."""
PER_DOUBLING: Final = 8
LAST: Final = 16 * PER_DOUBLING
"""The bucket of all that took longer."""


def bucket_of(seconds: float) -> int:
    if seconds <= FIRST:
        return 0
    # Rounded first: an exact bound belongs to the bucket that it ends.
    return min(LAST, math.ceil(round(math.log2(seconds / FIRST) * PER_DOUBLING, 6)))


def bound_of(bucket: int) -> float:
    """The seconds at which a bucket ends."""
    return float(FIRST * 2 ** (bucket / PER_DOUBLING))


def merged(counts: Iterable[Mapping[int, int]]) -> Mapping[int, int]:
    total: Counter[int] = Counter()
    for each in counts:
        total.update(each)
    return total


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The seconds within which this share (0 to 1) of the calls came to an end; None without calls."""
    left = math.ceil(sum(counts.values()) * share)
    for bucket in sorted(counts):
        left -= counts[bucket]
        if left <= 0 < counts[bucket]:
            return bound_of(bucket)
    return None
