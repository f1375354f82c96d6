"""The live streams that are open in this process: whose they are, and how each of them is ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID


class OpenStreams:
    def __init__(self) -> None:
        self._open: dict[int, tuple[UUID, Callable[[], None]]] = {}
        self._next = 0
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._open)

    def of(self, user_id: UUID) -> int:
        """How many this person has open."""
        return sum(owner == user_id for owner, _ in self._open.values())

    @contextmanager
    def opened(self, user_id: UUID, end: Callable[[], None]) -> Iterator[None]:
        """A stream of this person, for as long as this takes. `end` is called when it must end soon, at once where
        the server is stopping already."""
        number, self._next = self._next, self._next + 1
        self._open[number] = (user_id, end)
        if self._is_closing:
            end()
        try:
            yield
        finally:
            del self._open[number]

    def close(self) -> None:
        """End all of them: the server is stopping."""
        self._is_closing = True
        for _, end in list(self._open.values()):
            end()

    def end(self, user_id: UUID) -> None:
        """End those of one person, whose rights or sessions changed: if they may, they come back."""
        for owner, end in list(self._open.values()):
            if owner == user_id:
                end()
