"""Secrets of people: password hashes, sessions, tokens, the keys that personal data is sealed under."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from medianest.ports.sessions import Session


class PasswordHasher(Protocol):
    """Runs in a bounded pool: argon2id takes tens of milliseconds and megabytes by design."""

    async def hash(self, password: str) -> str: ...

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """False for a wrong password. With None it works just as long and says False, so that a stranger cannot
        tell from the time whether an account exists."""

    def needs_rehash(self, password_hash: str) -> bool: ...


class Credentials(Protocol):
    """Password hashes by user. Written before the append that refers to them."""

    async def put(self, user_id: UUID, password_hash: str) -> None: ...

    async def find(self, user_id: UUID) -> str | None: ...

    async def replace(self, user_id: UUID, was: str | None, becomes: str | None) -> bool:
        """Store another hash, or none, where the stored one is still `was` (None: none). Whether it was: of those who
        replace the same one at once a single one does, and nobody overwrites what they have not seen."""

    async def forget(self, user_id: UUID) -> None:
        """Delete the hash of a person, and every receipt that may speak of them."""


class KnownDevices(Protocol):
    """Devices on which somebody showed their password, so that others who guess at it elsewhere do not shut them out
    (OWASP, "device cookies"). A token is good for one account, for 180 days, and until its password is another one."""

    def issue(self, account: str, password_hash: str) -> str:
        """A token for the device to keep, which nobody else can make. `account` is what attempts at it are counted
        under."""

    def read(self, token: str, account: str, password_hash: str) -> str | None:
        """Which device this is: what its own attempts are counted under. None for a token that is forged, of another
        account, from before another password, or too old."""


class AccessTokens(Protocol):
    lifetime: int
    """Seconds."""

    def issue(self, session: Session, now: datetime) -> str: ...

    def read(self, token: str, now: datetime) -> Session | None:
        """The session the token speaks of; None for a token that is forged, foreign or expired."""


class Keyring(Protocol):
    """A key for each person, under which the log seals what is personal. Destroying it forgets the person."""

    async def create(self, user_id: UUID) -> None: ...

    async def destroy(self, user_id: UUID) -> None: ...


class ClaimIds(Protocol):
    """Ids of claims that would betray a person: HMACs under a server key that never rotates."""

    def of_email(self, email: str) -> UUID:
        """The same for every spelling of one address (case, surrounding space, Unicode form)."""

    def of_account(self, provider: str, subject: str) -> UUID:
        """Of an account elsewhere: `subject` is what the provider calls it for ever, letter for letter."""


class SetupTokens(Protocol):
    """The one-time token with which the first administrator is made."""

    async def current(self) -> str:
        """The token, made on first use."""

    async def spend(self, token: str) -> bool:
        """Whether this is the token (compared in constant time) and it was there to be taken: True once."""

    async def restore(self, token: str) -> None:
        """Put a token back whose use came to nothing."""
