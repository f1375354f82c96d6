"""Secrets that were given for one address: the tokens of media servers, the client secrets of sign-in providers.

An address stands in the log and its secret in the vault, which are two writes. So a secret is kept with the address,
and with the version of the stream at which it was given: one of another address is sent to nobody, and whoever was told
that the second write failed finds it done by saying the same again.
"""

from collections.abc import Callable
from contextlib import suppress
from typing import Final
from uuid import UUID

import msgspec

from medianest.domain.kernel import Event, Recorded
from medianest.ports.event_log import EventLog
from medianest.ports.failures import SealBroken
from medianest.ports.front_door import Outcome
from medianest.ports.vault import Vault

PAGE: Final = 500

GONE: Final = ""
"""The address of what was removed."""


class SecretKind(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the vault's word for it, and its owners are the streams of `category`. `given_for` says of an event for
    which address a secret was given with it, or taken away: GONE where the owner was removed, None for what is about no
    secret."""

    name: str
    category: str
    given_for: Callable[[Event], str | None]


class BoundSecret(msgspec.Struct, frozen=True, array_like=True):
    """As the vault keeps it. Without a secret, none was given at that version."""

    address: str
    secret: str | None
    version: int = 0

    def sealed(self) -> str:
        return msgspec.json.encode(self).decode()


class BoundSecrets:
    """Those of one kind. All of it raises LogUnavailable."""

    def __init__(self, vault: Vault, log: EventLog, kind: SecretKind) -> None:
        self._vault = vault
        self._log = log
        self._kind = kind

    async def find(self, owner: UUID, address: str) -> str | None:
        """None where nothing is kept, or only what was given for another address. Raises SealBroken."""
        kept = await self._kept(owner)
        return kept.secret if kept is not None and kept.address == address else None

    async def put(self, owner: UUID, address: str, secret: str | None, outcome: Outcome) -> None:
        """What was given with a command that ended in `outcome`, or came to nothing before this when it was said first.
        Nothing where another was given since, or what it is for was moved or removed."""
        last = await self._last_given(owner)
        if last is None or self._kind.given_for(last.event) != address:
            return
        if outcome.position is not None and outcome.position != last.position:
            return
        with suppress(SealBroken):  # then what was given takes its place
            kept = await self._kept(owner)
            if kept is not None and kept.version >= last.version:
                return
        sealed = BoundSecret(address, secret, last.version).sealed()
        await self._vault.put(self._kind.name, owner, sealed)

    async def forget(self, owner: UUID) -> None:
        """Of what was removed. Nothing where it has come back."""
        last = await self._last_given(owner)
        if last is None or self._kind.given_for(last.event) == GONE:
            await self._vault.forget(owner, self._kind.name)

    async def sweep(self) -> None:
        """Forget those of what was removed, should somebody have been broken off before they did."""
        removed: set[UUID] = set()
        after = 0
        while page := await self._log.read(after=after, limit=PAGE, categories=[self._kind.category]):
            for recorded in page:
                if (address := self._kind.given_for(recorded.event)) is not None:
                    (removed.add if address == GONE else removed.discard)(recorded.stream_id)
            after = page[-1].position
        for owner in sorted(removed):
            await self.forget(owner)

    async def _last_given(self, owner: UUID) -> Recorded | None:
        history = await self._log.read_stream(self._kind.category, owner)
        return next((it for it in reversed(history) if self._kind.given_for(it.event) is not None), None)

    async def _kept(self, owner: UUID) -> BoundSecret | None:
        kept = await self._vault.find(self._kind.name, owner)
        try:
            return None if kept is None else msgspec.json.decode(kept, type=BoundSecret)
        except msgspec.MsgspecError:
            return None
