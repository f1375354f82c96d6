"""A vault in memory."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import UUID

from medianest.ports.failures import LogUnavailable


class FakeVault:
    """Implements `Vault`. `secrets` is what it holds, in clear. `failing` are the names of methods that fail once."""

    def __init__(self) -> None:
        self.secrets: dict[tuple[str, UUID], str] = {}
        self.failing: set[str] = set()
        self._put_at: dict[tuple[str, UUID], datetime] = {}

    async def put(self, kind: str, owner: UUID, secret: str) -> None:
        self._answer("put")
        self.secrets[kind, owner] = secret
        self._put_at[kind, owner] = datetime.now(UTC)

    async def find(self, kind: str, owner: UUID) -> str | None:
        return self.secrets.get((kind, owner))

    async def forget(self, owner: UUID, kind: str | None = None) -> None:
        self._answer("forget")
        for key in [*self.secrets]:
            if key[1] == owner and kind in (None, key[0]):
                del self.secrets[key]

    async def sweep(self, kind: str, before: datetime) -> int:
        old = [key for key in self.secrets if key[0] == kind and self._put_at[key] < before]
        for key in old:
            del self.secrets[key]
        return len(old)

    async def rotate(self, on_progress: Callable[[int, int], None] = lambda _done, _total: None) -> int:
        on_progress(len(self.secrets), len(self.secrets))
        return len(self.secrets)

    async def counts(self) -> Mapping[str, int]:
        return Counter(kind for kind, _ in sorted(self.secrets))

    def _answer(self, method: str) -> None:
        if method in self.failing:
            self.failing.remove(method)
            raise LogUnavailable
