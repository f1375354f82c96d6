"""Several who act at the same time, each in a thread."""

import threading
from collections.abc import Callable, Iterable
from typing import Any, Self

PATIENCE = 60.0
"""Seconds for each to notice that it is over."""


class Threads:
    """While it is entered, `act` runs in a thread for each of these `arguments`, and ends soon after `_over` is set."""

    def __init__(self, act: Callable[..., None], arguments: Iterable[tuple[Any, ...]]) -> None:
        self._over = threading.Event()
        self._threads = [threading.Thread(target=act, args=each, daemon=True) for each in arguments]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_failure: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(PATIENCE)
            assert not thread.is_alive(), "somebody does not end"
