"""What an account needs from outside, in memory."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid5

import msgspec

from medianest.adapters.security.passwords import Argon2Passwords
from medianest.ports.sessions import Session

HASHER = Argon2Passwords(threads=2, memory=64, time=1)
"""For houses in which people only have to come in: what a hash costs is tried in tests of its own."""


class FakeHasher:
    """Implements `PasswordHasher`, at no cost."""

    async def hash(self, password: str) -> str:
        return f"hash of {password}"

    async def verify(self, password_hash: str | None, password: str) -> bool:
        return password_hash == f"hash of {password}"

    def needs_rehash(self, password_hash: str) -> bool:
        return False


class FakeCredentials:
    """Implements `Credentials`."""

    def __init__(self) -> None:
        self.hashes: dict[UUID, str] = {}

    async def put(self, user_id: UUID, password_hash: str) -> None:
        self.hashes[user_id] = password_hash

    async def find(self, user_id: UUID) -> str | None:
        return self.hashes.get(user_id)

    async def replace(self, user_id: UUID, was: str | None, becomes: str | None) -> bool:
        if self.hashes.get(user_id) != was:
            return False
        if becomes is None:
            self.hashes.pop(user_id, None)
        else:
            self.hashes[user_id] = becomes
        return True

    async def forget(self, user_id: UUID) -> None:
        self.hashes.pop(user_id, None)


class FakeKnownDevices:
    """Implements `KnownDevices`, for ever: the token names the device, the account and the hash."""

    def __init__(self) -> None:
        self._count = 0

    def issue(self, account: str, password_hash: str) -> str:
        self._count += 1
        return f"{self._count}|{account}|{password_hash}"

    def read(self, token: str, account: str, password_hash: str) -> str | None:
        device, _, rest = token.partition("|")
        return device if rest == f"{account}|{password_hash}" else None


class FakeAccessTokens:
    """Implements `AccessTokens`: the token is the session itself, in clear."""

    lifetime = 900

    def issue(self, session: Session, now: datetime) -> str:
        return msgspec.json.encode(session).decode()

    def read(self, token: str, now: datetime) -> Session | None:
        return msgspec.json.decode(token, type=Session)


class FakeClaimIds:
    """Implements `ClaimIds`."""

    def of_email(self, email: str) -> UUID:
        return uuid5(UUID(int=1), hashlib.sha256(email.strip().casefold().encode()).hexdigest())

    def of_account(self, provider: str, subject: str) -> UUID:
        return uuid5(UUID(int=2), f"{provider} {subject}")


class FakeSetupTokens:
    """Implements `SetupTokens`."""

    def __init__(self) -> None:
        self.token: str | None = "the-token"

    async def current(self) -> str:
        self.token = self.token or "the-token"
        return self.token

    async def spend(self, token: str) -> bool:
        if token != self.token:
            return False
        self.token = None
        return True

    async def restore(self, token: str) -> None:
        self.token = token
