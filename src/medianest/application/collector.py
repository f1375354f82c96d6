"""Python's cyclic garbage collector, out of the way of long work on many small objects without cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
