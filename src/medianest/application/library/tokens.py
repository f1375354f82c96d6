"""Whether the media servers take our tokens: said once when one does not, and once when it does again."""

from typing import Final

from medianest.application.bound_secrets import GONE, SecretKind
from medianest.application.origin import context_of
from medianest.domain.kernel import SYSTEM, Event
from medianest.domain.media_server import (
    MEDIA_SERVER,
    RecordTokenRefused,
    RecordTokenTaken,
    ServerAdded,
    ServerChanged,
    ServerRemoved,
)
from medianest.ports.front_door import Commands
from medianest.ports.surroundings import Clock, Ids


def _given_for(event: Event) -> str | None:
    match event:
        case ServerAdded(url=url) | ServerChanged(url=url, has_new_token=True):
            return url
        case ServerRemoved():
            return GONE
    return None


TOKEN: Final = SecretKind(
    name="media_server_token",
    category=MEDIA_SERVER.category,
    given_for=_given_for,
)


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
