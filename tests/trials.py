"""How long a trial is: a short round in every run, whole in `make soak`, which also says what it did."""

import os
from typing import TypeVar

T = TypeVar("T")

SOAK = bool(os.environ.get("MEDIANEST_TEST_SOAK"))


def of(short: T, whole: T) -> T:
    """`short` in `make test`, `whole` in `make soak`."""
    return whole if SOAK else short
