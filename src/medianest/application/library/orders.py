"""Work on the libraries that is ordered from elsewhere: jobs by their names and locks."""

from typing import Final

from medianest.ports.work import Job

TITLES_LEFT: Final = Job(name="titles_left", args={}, lock="titles_left")
"""Tell the requests of what is gone."""


def scan_job(server: str | None, library_uuid: str | None) -> Job:
    """All libraries, those of one server, or one of them."""
    args = {"server": server, "library": library_uuid}
    return Job(name="scan_libraries", args=args, lock=f"scan_libraries:{server or ''}:{library_uuid or ''}")


def look_job(server: str, rating_key: str, correlation_id: str | None = None) -> Job:
    """For a webhook: look at this item now."""
    args = {"server": server, "rating_key": rating_key, "correlation_id": correlation_id}
    return Job(name="look_at_item", args=args, lock=f"look_at_item:{server}:{rating_key}")
