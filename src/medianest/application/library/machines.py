"""Which machine a media server is: one that was set up anew has another name for itself, and its owner says so."""

from collections.abc import Mapping
from uuid import UUID

from medianest.application.library.giving_up import exchange
from medianest.application.library.orders import scan_job
from medianest.domain.kernel import Refused
from medianest.domain.media_server import AcceptMachine
from medianest.ports.event_log import Context
from medianest.ports.front_door import Commands, Expected, Idempotency, Outcome
from medianest.ports.library import LibraryIndex, LibraryScans, Machines, MediaServers
from medianest.ports.surroundings import Clock
from medianest.ports.work import Jobs


class AnotherMachine(Refused):
    code = "another_machine"


class MachineDesk:
    """Until somebody accepts another machine, it says nothing about what the one that we know holds: a wrong address
    is no deletion."""

    def __init__(
        self,
        commands: Commands,
        servers: MediaServers,
        *,
        index: LibraryIndex,
        scans: LibraryScans,
        jobs: Jobs,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._servers = servers
        self._index = index
        self._scans = scans
        self._jobs = jobs
        self._clock = clock

    async def all(self) -> Mapping[str, Machines]:
        """By the short names of the servers that were seen."""
        return await self._scans.machines()

    async def answering(self, slug: str) -> str:
        """The machine that answers now, and takes our token. Raises ServerNotFound, PlexNotConfigured,
        PlexUnavailable, ServerRefusesToken, AddressNotAllowed."""
        server = await self._servers.open(slug)
        machine = (await server.identity()).machine_identifier
        await server.libraries()
        return machine

    async def accept(
        self,
        actor: UUID,
        slug: str,
        machine_identifier: str,
        context: Context,
        *,
        idempotency: Idempotency | None = None,
        expected: Expected | None = None,
    ) -> Outcome:
        """This machine is the server from now on. What was known of the former one's libraries is given up and called
        gone by nobody, and the new ones are scanned. Raises as `answering` does, AnotherMachine, VersionMoved."""
        if (answering := await self.answering(slug)) != machine_identifier:
            raise AnotherMachine(f"The media server that answers says that it is the machine {answering}.")
        command = AcceptMachine(actor=actor, at=self._clock.now(), slug=slug, machine_identifier=machine_identifier)
        outcome = await self._commands.run([command], context, idempotency=idempotency, expected=expected)
        # Also for a repeat: who ended in the middle of it is to find it done by asking again.
        known = (await self._scans.machines()).get(slug)
        if known is None or known.known != machine_identifier:
            at = self._clock.now()
            await exchange(slug, machine_identifier, self._commands, self._index, self._scans, at=at, context=context)
            await self._jobs.defer([scan_job(slug, None)])
        return outcome
