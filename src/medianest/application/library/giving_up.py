"""What is known of a server that is no more, or is another machine: given up, and what was asked about it as well."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from medianest.domain.kernel import SYSTEM
from medianest.domain.library import LIBRARY, LibraryEvent, RemovalsHeldBack, WithdrawRemovals
from medianest.ports.event_log import Context, EventLog
from medianest.ports.front_door import Commands
from medianest.ports.library import LibraryIndex, LibraryScans

PAGE: Final = 500
"""Events of questions that are read at a time; a house has a few in a year."""


async def give_up(server: str, commands: Commands, index: LibraryIndex, *, at: datetime, context: Context) -> None:
    """Nothing of the server is called gone, and nobody is asked any more whether it is. Run again, it says nothing
    twice; what it was broken off in, the next scan of all goes on with (`end_questions`)."""
    for library in await index.libraries():
        if library.server == server:
            order = WithdrawRemovals(actor=SYSTEM, at=at, server=server, library_uuid=library.uuid)
            await commands.run([order], context)
    await index.drop(server)


async def exchange(
    server: str,
    machine: str,
    commands: Commands,
    index: LibraryIndex,
    scans: LibraryScans,
    *,
    at: datetime,
    context: Context,
) -> None:
    """This machine is the server from now on. Where another one was, what is known of that is given up: once more if
    whoever was just looking at it comes in between."""
    while not await scans.is_same(server, machine):
        await give_up(server, commands, index, at=at, context=context)


async def end_questions(
    servers: Collection[str], log: EventLog, commands: Commands, index: LibraryIndex, *, at: datetime, context: Context
) -> None:
    """Whoever was just reading a server may ask about it between the two steps of giving it up, and then the index
    knows nothing by which the question could be found: so it is the log that is looked through. Those stay that are
    about a library of the index and of one of `servers`."""
    asked: set[tuple[str, str]] = set()
    after = 0
    while page := await log.read(after=after, limit=PAGE, categories=[LIBRARY.category]):
        for recorded in page:
            event = recorded.event
            if isinstance(event, LibraryEvent):
                about = (event.server, event.library_uuid)
                (asked.add if isinstance(event, RemovalsHeldBack) else asked.discard)(about)
        after = page[-1].position
    known = {(it.server, it.uuid) for it in await index.libraries() if it.server in servers}
    for server, library_uuid in sorted(asked - known):
        order = WithdrawRemovals(actor=SYSTEM, at=at, server=server, library_uuid=library_uuid)
        await commands.run([order], context)
