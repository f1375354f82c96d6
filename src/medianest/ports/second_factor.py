"""What a person proves besides their password: codes of an authenticator app (RFC 6238), codes on paper for when that
is lost, and devices on which they are not asked again for a while."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID


class OneTimeCodes(Protocol):
    """The arithmetic of an authenticator app: six digits, another six every 30 seconds."""

    def seed(self) -> str:
        """A new secret for an app: 160 random bits in base32."""

    def step(self, seed: str, code: str, now: datetime) -> int | None:
        """The time step (30 seconds, counted from 1970) that this is the code of: the present one, the one before or
        the one behind it; None where it is of none of these. Blanks within the code do not count."""

    def uri(self, seed: str, account: str) -> str:
        """`otpauth://...`, which an app takes; `account` is what it shows beside the name of MediaNest."""

    def picture(self, uri: str) -> str:
        """The same as a QR code: an SVG document without scripts or styles."""


class Factors(Protocol):
    """Who has enrolled an authenticator app, and with which seed."""

    async def begin(self, user_id: UUID) -> str:
        """A new seed, which counts for nothing until a code of it is shown. One that was begun before is no longer
        good. Raises SecondFactorThere."""

    async def is_begun_by(self, user_id: UUID, code: str, now: datetime) -> bool:
        """Whether the code is one of the seed that was begun. Nothing changes, and the code is not used up."""

    async def confirm(self, user_id: UUID, code: str, now: datetime) -> bool:
        """Whether the code is one of the seed that was begun: they are enrolled then, and the code is used up."""

    async def verify(self, user_id: UUID, code: str, now: datetime) -> bool:
        """Whether the code is right and of a later time step than any that was taken before: of many who show the same
        one at once a single one is let through."""

    async def is_enrolled(self, user_id: UUID) -> bool: ...

    async def remove(self, user_id: UUID) -> None:
        """With the seed, the recovery codes and the remembered devices."""


class RecoveryCodes(Protocol):
    """Ten codes of 120 random bits, each good once, in place of one from the app."""

    async def make(self, user_id: UUID) -> Sequence[str]:
        """Ten, in place of all earlier ones; nobody can read them again. Raises SecondFactorNotEnrolled."""

    async def spend(self, user_id: UUID, code: str) -> bool:
        """Whether it was one of those left. Case, blanks and hyphens do not count."""

    async def left(self, user_id: UUID) -> int: ...


class RememberedDevices(Protocol):
    """Devices on which their person is not asked for the second factor for 30 days."""

    async def remember(self, user_id: UUID, now: datetime) -> str:
        """A token of 256 random bits, for the device to keep."""

    async def knows(self, user_id: UUID, token: str, now: datetime) -> bool: ...

    async def forget(self, user_id: UUID) -> None:
        """All of a person."""

    async def sweep(self, now: datetime) -> int:
        """Delete those whose time is over. How many."""
