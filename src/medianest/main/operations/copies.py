"""A whole log as a file: out of this installation, or into it."""

from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from medianest.main.operations.connected import connected, connected_container, log_as
from medianest.main.server_key import ServerKeyPlace, server_key
from medianest.main.settings import Settings

if TYPE_CHECKING:
    from medianest.adapters.eventlog.transfer.lines import Copied


async def export_log(
    settings: Settings, path: Path, passphrase: str | None, on_progress: Callable[[int, int], None]
) -> "Copied":
    from medianest.adapters.eventlog.transfer.exporting import Keys
    from medianest.adapters.eventlog.transfer.exporting import export_log as export
    from medianest.adapters.eventlog.transfer.secrecy import a_wrapping, check_passphrase

    log_as(settings)
    keys = None if passphrase is None else Keys(server_key(settings), check_passphrase(passphrase), a_wrapping())
    async with connected_container(settings) as container:
        await container.sealer().catch_up()  # no worker may run, and a seal lets the other side see what was touched
        url = container.direct_url()
        return await export(url, path, version=version("medianest"), keys=keys, on_progress=on_progress)


async def import_log(
    settings: Settings, path: Path, ask_passphrase: Callable[[], str], on_progress: Callable[[int, int], None]
) -> "Copied":
    from medianest.adapters.eventlog.transfer.importing import import_log as take
    from medianest.domain.catalog import EVENT_TYPES

    async with connected(settings) as named:
        return await take(
            str(named.database_direct_url),
            path,
            types=EVENT_TYPES,
            ask_passphrase=ask_passphrase,
            key_place=ServerKeyPlace(settings),
            on_progress=on_progress,
        )
