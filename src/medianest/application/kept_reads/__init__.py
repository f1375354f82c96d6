"""How the answers of upstreams are kept: the one place that knows.

Fresh answers are given without asking. Stale ones are given at once and asked for anew behind them. Kept ones are given
only while the upstream does not answer. Then they are gone.
"""

from medianest.application.kept_reads.ages import AgesNoted, ages_noted
from medianest.application.kept_reads.counts import Outcome, ReadCounts
from medianest.application.kept_reads.keeping import KeptReads
from medianest.application.kept_reads.prefetching import Prefetching
from medianest.application.kept_reads.reads import DETAILS, LISTS, PICTURES, SEARCH, Kept, Lifetimes, Read

__all__ = [
    "DETAILS",
    "LISTS",
    "PICTURES",
    "SEARCH",
    "AgesNoted",
    "Kept",
    "KeptReads",
    "Lifetimes",
    "Outcome",
    "Prefetching",
    "Read",
    "ReadCounts",
    "ages_noted",
]
