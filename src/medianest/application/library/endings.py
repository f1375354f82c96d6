"""How scans ended, put down under the machine that they read."""

from collections.abc import Sequence
from contextlib import suppress

import msgspec
import structlog

from medianest.ports.library import LibraryScans, MachineChanged, MediaServers, ScannedLibrary, Trouble
from medianest.ports.surroundings import Clock

logger = structlog.get_logger("medianest.library")


class ScanEndings:
    def __init__(self, servers: MediaServers, scans: LibraryScans, clock: Clock) -> None:
        self._servers = servers
        self._scans = scans
        self._clock = clock

    async def begin(self, library: ScannedLibrary, machine: str) -> None:
        """Should its first scan break off, it is known of. Nothing is put down where another machine has that name."""
        with suppress(MachineChanged):
            await self._scans.record(library, machine=machine)

    async def put(self, library: ScannedLibrary, machine: str) -> ScannedLibrary:
        """The library as its scan ended. Where another machine has that name by now, nothing of it is put down."""
        try:
            await self._scans.record(library, machine=machine)
        except MachineChanged:
            library = msgspec.structs.replace(library, healthy_at=None, trouble="another_server")
        it = library
        logger.info("library_scanned", server=it.server, library=it.title, items=it.items, trouble=it.trouble)
        return library

    async def troubled(
        self, slug: str, libraries: Sequence[ScannedLibrary], trouble: Trouble, machine: str | None
    ) -> Sequence[ScannedLibrary]:
        """Libraries of one server, of which nothing was read. `machine` is the one that they are known of; without one
        none can be."""
        if trouble == "token_refused":
            await self._servers.refused(slug)
        if machine is None:
            return ()
        now = self._clock.now()
        return [
            await self.put(
                msgspec.structs.replace(it, scanned_at=now, healthy_at=None, trouble=trouble, items=0, seconds=0.0),
                machine,
            )
            for it in libraries
        ]
