"""A cache in a dictionary that can be wiped and taken away."""


class FakeCache:
    """Implements `TwoTiers`, as one. Time to live is recorded, not enforced."""

    def __init__(self) -> None:
        self.entries: dict[str, bytes] = {}
        self.ttls: dict[str, float] = {}
        self.is_away = False

    async def get(self, key: str) -> bytes | None:
        return None if self.is_away else self.entries.get(key)

    async def look_again(self, key: str) -> bytes | None:
        return await self.get(key)

    async def put(self, key: str, value: bytes, *, ttl: float) -> None:
        if not self.is_away:
            self.entries[key] = value
            self.ttls[key] = ttl

    async def ping(self) -> bool:
        return not self.is_away
