"""What an account needs from outside, in memory."""

import hashlib
from datetime import datetime
from uuid import UUID, uuid5

from medianest.ports.identity import RefreshRejected, RefreshReused, Session


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

    async def forget(self, user_id: UUID) -> None:
        self.hashes.pop(user_id, None)


class FakeSessions:
    """Implements `Sessions`. A token is the session's id and how often it was exchanged."""

    def __init__(self) -> None:
        self.opened: dict[UUID, tuple[UUID, int]] = {}
        self.ended: dict[UUID, datetime] = {}

    async def open(self, user_id: UUID, session_id: UUID, now: datetime) -> str:
        self.opened[session_id] = (user_id, 0)
        return f"{session_id}/0"

    async def rotate(self, refresh_token: str, now: datetime) -> tuple[Session, str]:
        session_id, _, turn = refresh_token.partition("/")
        user_id, current = self.opened.get(UUID(session_id), (UUID(int=0), -1))
        if current < 0 or UUID(session_id) in self.ended:
            raise RefreshRejected
        if int(turn) != current:
            await self.end(UUID(session_id), now)
            raise RefreshReused(Session(session_id=UUID(session_id), user_id=user_id))
        self.opened[UUID(session_id)] = (user_id, current + 1)
        return Session(session_id=UUID(session_id), user_id=user_id), f"{session_id}/{current + 1}"

    async def end(self, session_id: UUID, now: datetime) -> None:
        self.ended.setdefault(session_id, now)

    async def end_all(self, user_id: UUID, now: datetime) -> None:
        for session_id, (owner, _) in self.opened.items():
            if owner == user_id:
                await self.end(session_id, now)

    async def ended_since(self, moment: datetime) -> frozenset[UUID]:
        return frozenset(session_id for session_id, at in self.ended.items() if at > moment)


class FakeAccessTokens:
    """Implements `AccessTokens`: the token is the session itself, in clear."""

    lifetime = 900

    def issue(self, session: Session, now: datetime) -> str:
        return f"{session.session_id} {session.user_id}"

    def read(self, token: str, now: datetime) -> Session | None:
        session_id, _, user_id = token.partition(" ")
        return Session(session_id=UUID(session_id), user_id=UUID(user_id))


class FakeClaimIds:
    """Implements `ClaimIds`."""

    def of_email(self, email: str) -> UUID:
        return uuid5(UUID(int=1), hashlib.sha256(email.strip().casefold().encode()).hexdigest())


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
