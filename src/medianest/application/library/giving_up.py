"""What is known of a server that is no more, or is another machine: given up, and what was asked about it as well."""

from datetime import datetime

from medianest.domain.kernel import SYSTEM
from medianest.domain.library import WithdrawRemovals
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands
from medianest.ports.library import LibraryIndex


async def give_up(server: str, commands: Commands, index: LibraryIndex, *, at: datetime, context: Context) -> None:
    """Nothing of the server is called gone, and nobody is asked any more whether it is. Run again, it says nothing
    twice; what it was broken off in, the next scan of all goes on with."""
    for library in await index.libraries():
        if library.server == server:
            order = WithdrawRemovals(actor=SYSTEM, at=at, server=server, library_uuid=library.uuid)
            await commands.run([order], context)
    await index.drop(server)
