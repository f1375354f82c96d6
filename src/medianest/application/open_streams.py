"""The live streams that are open in this process: whose they are, and how each of them is ended."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

EACH: Final = 20
"""Live streams that one person may have open in one process: many tabs on many devices, and no more."""

ALL: Final = 12_000
"""Live streams of one process. Each takes some 25 kB (docs/performance.md): 300 MB together."""


class OpenStreams:
    def __init__(self) -> None:
        self._open: dict[int, tuple[UUID, UUID | None, Callable[[], None]]] = {}
        self._of: Counter[UUID] = Counter()
        self._next = 0
        self._is_closing = False

    def __len__(self) -> int:
        return len(self._open)

    def of(self, user_id: UUID) -> int:
        """How many this person has open."""
        return self._of[user_id]

    @contextmanager
    def opened(self, user_id: UUID, end: Callable[[], None], *, session_id: UUID | None = None) -> Iterator[None]:
        """A stream of this person and this session or key, for as long as this takes. `end` is called when it must end
        soon, at once where the server is stopping already, or where it is one too many: many may ask for one in the
        same moment."""
        is_too_many = self.of(user_id) >= EACH or len(self) >= ALL
        number, self._next = self._next, self._next + 1
        self._open[number] = (user_id, session_id, end)
        self._of[user_id] += 1
        if self._is_closing or is_too_many:
            end()
        try:
            yield
        finally:
            del self._open[number]
            self._of[user_id] -= 1
            if not self._of[user_id]:
                del self._of[user_id]

    def close(self) -> None:
        """End all of them: the server is stopping."""
        self._is_closing = True
        for _, _, end in list(self._open.values()):
            end()

    def end(self, user_id: UUID) -> None:
        """End those of one person, whose rights changed: if they may, they come back."""
        if not self.of(user_id):
            return
        for owner, _, end in list(self._open.values()):
            if owner == user_id:
                end()

    def end_session(self, session_id: UUID) -> None:
        """End those of a session or a key that is over. Others of the same person stay."""
        for _, opened_with, end in list(self._open.values()):
            if opened_with == session_id:
                end()
