"""Titles on a media server, put straight into the index."""

from collections.abc import Sequence
from typing import Final

from medianest.ports.library import Copy, LibraryScans, ShelfTitle

MACHINE: Final = "a-machine"
"""What a server calls itself that nobody asked."""


async def shelve(
    scans: LibraryScans, server: str, library_uuid: str, titles: Sequence[ShelfTitle], copies: Sequence[Copy]
) -> int:
    """As a scan of the machine puts them down that is known by the name of the server; how many rows that changed."""
    known = (await scans.machines()).get(server)
    machine = MACHINE if known is None else known.known
    await scans.is_same(server, machine)
    return await scans.keep(server, library_uuid, titles, copies, machine=machine)
