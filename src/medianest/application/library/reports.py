"""What media servers say of themselves: a hint where to look, and never believed."""

import hmac
from collections.abc import AsyncIterable
from typing import Final

from medianest.application.library.orders import look_job
from medianest.ports.library import LibraryScans, MediaServers
from medianest.ports.media_server import PlexReport, ServerReports
from medianest.ports.work import Jobs

ADDED: Final = "library.new"
SHELVED: Final = frozenset({"movie", "show", "season", "episode"})


class ReportDesk:
    """`secret` is the last part of the address to which the servers of the house report: all that shows who they are,
    since they can send no header. `home` is where MediaNest is reached, as far as that is set."""

    def __init__(
        self,
        secret: str,
        *,
        home: str | None,
        reports: ServerReports,
        servers: MediaServers,
        scans: LibraryScans,
        jobs: Jobs,
    ) -> None:
        self.secret = secret
        self.home = (home or "").rstrip("/")
        self._reports = reports
        self._servers = servers
        self._scans = scans
        self._jobs = jobs

    def is_ours(self, secret: str) -> bool:
        return hmac.compare_digest(secret.encode("utf-8", "replace"), self.secret.encode())

    async def take(self, content_type: str, body: AsyncIterable[bytes], correlation_id: str) -> bool:
        """Whether something is looked at because of it. The same report again, or a later one before an earlier one,
        makes no difference. Raises ReportUnreadable, ReportTooLarge."""
        report = await self._reports.read(content_type, body)
        key = _subject(report)
        if key is None or report.machine_identifier is None:
            return False
        slugs = await self._reporting(report.machine_identifier)
        await self._jobs.defer([look_job(slug, key, correlation_id) for slug in slugs])
        return bool(slugs)

    async def _reporting(self, machine_identifier: str) -> list[str]:
        """The server that it is. One that was never seen may be any: looking there will tell."""
        machines = await self._scans.machines()
        return [
            slug
            for slug in await self._servers.slugs()
            if slug not in machines or machines[slug].known == machine_identifier
        ]


def _subject(report: PlexReport) -> str | None:
    """The rating key of the film or the series that was added to; None where it is about neither. A season that comes
    as ten reports is looked at as one."""
    if report.event != ADDED or report.type not in SHELVED:
        return None
    if report.type == "season":
        return report.parent_rating_key or report.rating_key
    return report.grandparent_rating_key or report.rating_key
