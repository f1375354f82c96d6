"""Second factors in memory."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from medianest.domain.second_factor import SecondFactorNotEnrolled, SecondFactorThere
from medianest.ports.second_factor import OneTimeCodes


class FakeOneTimeCodes:
    """Implements `OneTimeCodes`: the code of a time step is the last digits of its number and the seed's."""

    def __init__(self) -> None:
        self._made = 0

    def seed(self) -> str:
        self._made += 1
        return f"SEED{self._made}"

    def code(self, seed: str, now: datetime) -> str:
        """What an app with this seed shows now."""
        return _digits(seed, _step(now))

    def step(self, seed: str, code: str, now: datetime) -> int | None:
        near = range(_step(now) - 1, _step(now) + 2)
        return next((step for step in near if _digits(seed, step) == "".join(code.split())), None)

    def uri(self, seed: str, account: str) -> str:
        return f"otpauth://totp/{account}?secret={seed}"

    def picture(self, uri: str) -> str:
        return f'<svg xmlns="http://www.w3.org/2000/svg" id="{hash(uri)}"/>'


class FakeFactors:
    """Implements `Factors`. `recovery` and `devices` lose what belongs to somebody whose factor is removed."""

    def __init__(
        self,
        codes: OneTimeCodes,
        recovery: "FakeRecoveryCodes | None" = None,
        devices: "FakeRememberedDevices | None" = None,
    ) -> None:
        self._codes = codes
        self.recovery = recovery or FakeRecoveryCodes()
        self.devices = devices or FakeRememberedDevices()
        self.begun: dict[UUID, str] = {}
        self.enrolled: dict[UUID, tuple[str, int]] = {}

    async def begin(self, user_id: UUID) -> str:
        self._ensure_not_enrolled(user_id)
        self.begun[user_id] = self._codes.seed()
        return self.begun[user_id]

    async def is_begun_by(self, user_id: UUID, code: str, now: datetime) -> bool:
        seed = self.begun.get(user_id)
        return seed is not None and self._codes.step(seed, code, now) is not None

    async def confirm(self, user_id: UUID, code: str, now: datetime) -> bool:
        self._ensure_not_enrolled(user_id)
        seed = self.begun.get(user_id)
        step = None if seed is None else self._codes.step(seed, code, now)
        if seed is None or step is None:
            return False
        del self.begun[user_id]
        self.enrolled[user_id] = (seed, step)
        self.recovery.enrolled.add(user_id)
        return True

    async def verify(self, user_id: UUID, code: str, now: datetime) -> bool:
        seed, last = self.enrolled.get(user_id, ("", 0))
        step = self._codes.step(seed, code, now) if seed else None
        if step is None or step <= last:
            return False
        self.enrolled[user_id] = (seed, step)
        return True

    async def is_enrolled(self, user_id: UUID) -> bool:
        return user_id in self.enrolled

    async def remove(self, user_id: UUID) -> None:
        for kept in (self.begun, self.enrolled, self.recovery.codes):
            kept.pop(user_id, None)
        self.recovery.enrolled.discard(user_id)
        await self.devices.forget(user_id)

    def _ensure_not_enrolled(self, user_id: UUID) -> None:
        if user_id in self.enrolled:
            raise SecondFactorThere


class FakeRecoveryCodes:
    """Implements `RecoveryCodes`, for those who are `enrolled`."""

    def __init__(self) -> None:
        self.enrolled: set[UUID] = set()
        self.codes: dict[UUID, set[str]] = {}
        self._made = 0

    async def make(self, user_id: UUID) -> Sequence[str]:
        if user_id not in self.enrolled:
            raise SecondFactorNotEnrolled
        self._made += 1
        codes = [f"AAAA-BBBB-CCCC-DDDD-{chr(64 + self._made) * 4}-{letter * 4}" for letter in "ABCDEFGHIJ"]
        self.codes[user_id] = {_plain(code) for code in codes}
        return codes

    async def spend(self, user_id: UUID, code: str) -> bool:
        left = self.codes.get(user_id, set())
        is_good = _plain(code) in left
        left.discard(_plain(code))
        return is_good

    async def left(self, user_id: UUID) -> int:
        return len(self.codes.get(user_id, ()))


class FakeRememberedDevices:
    """Implements `RememberedDevices`. `devices` by token: whose, and until when."""

    def __init__(self) -> None:
        self.devices: dict[str, tuple[UUID, datetime]] = {}
        self._made = 0

    async def remember(self, user_id: UUID, now: datetime) -> str:
        self._made += 1
        token = f"device-{self._made}".rjust(43, "x")
        self.devices[token] = (user_id, now + timedelta(days=30))
        return token

    async def knows(self, user_id: UUID, token: str, now: datetime) -> bool:
        owner, until = self.devices.get(token, (None, now))
        return owner == user_id and until > now

    async def forget(self, user_id: UUID) -> None:
        self.devices = {token: it for token, it in self.devices.items() if it[0] != user_id}

    async def sweep(self, now: datetime) -> int:
        before = len(self.devices)
        self.devices = {token: it for token, it in self.devices.items() if it[1] > now}
        return before - len(self.devices)


def _step(now: datetime) -> int:
    return int(now.timestamp()) // 30


def _digits(seed: str, step: int) -> str:
    return f"{(step + 1000 * int(seed.removeprefix('SEED'))) % 1_000_000:06}"


def _plain(code: str) -> str:
    return "".join(sign for sign in code.upper() if sign.isalnum())
