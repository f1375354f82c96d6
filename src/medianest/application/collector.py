"""Python's cyclic garbage collector, out of the way: of long work on many small objects without cycles, and of people
who wait for an answer."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

COLLECT_AFTER: Final = 10_000
"""New objects after which a process that answers looks through those for cycles: some 5 ms. With 50,000 everybody
waited for 40 ms now and then."""


def leave_alone_what_is_here() -> None:
    """For a process that has started: its modules, routes and connections stay to its end. Looking through them for
    cycles, which Python does whenever enough has come besides, stopped everything for a fifth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


class _Paused:
    """How many ask for it now: the last one to go sets it going again."""

    by = 0


@contextmanager
def paused_collector() -> Iterator[None]:
    """Reading and folding a log makes hundreds of thousands of objects a second that all die by their reference counts;
    the collector, which counts how many are made, would look through everything that lives again and again. For
    minutes, not for hours: cycles that others make meanwhile wait."""
    _Paused.by += 1
    gc.disable()
    try:
        yield
    finally:
        _Paused.by -= 1
        if not _Paused.by:
            gc.enable()
