"""Whether the media servers take our tokens: said once when one does not, and once when it does again."""

from typing import Final

import msgspec

from medianest.application.origin import context_of
from medianest.domain.kernel import SYSTEM
from medianest.domain.media_server import RecordTokenRefused, RecordTokenTaken
from medianest.ports.front_door import Commands
from medianest.ports.surroundings import Clock, Ids

TOKEN: Final = "media_server_token"  # noqa: S105 - the kind of a secret, not one
"""The kind under which the vault keeps a server's; its owner is the server."""


class BoundToken(msgspec.Struct, frozen=True, array_like=True):
    """A token as the vault keeps it: with the address that it was given for. A server's address stands in the log, and
    its token does not: should one be new already and the other not yet, the token is sent to nobody."""

    url: str
    token: str

    def sealed(self) -> str:
        return msgspec.json.encode(self).decode()


def token_for(url: str, kept: str | None) -> str | None:
    """None where nothing is kept, or only what was given for another address."""
    if kept is None:
        return None
    try:
        found = msgspec.json.decode(kept, type=BoundToken)
    except msgspec.MsgspecError:
        return None
    return found.token if found.url == url else None


class TokenWatch:
    def __init__(self, commands: Commands, clock: Clock, ids: Ids) -> None:
        self._commands = commands
        self._clock = clock
        self._ids = ids

    async def refused(self, slug: str) -> None:
        order = RecordTokenRefused(actor=SYSTEM, at=self._clock.now(), slug=slug)
        await self._commands.run([order], context_of(None, None, self._ids))

    async def taken(self, slug: str) -> None:
        order = RecordTokenTaken(actor=SYSTEM, at=self._clock.now(), slug=slug)
        await self._commands.run([order], context_of(None, None, self._ids))
