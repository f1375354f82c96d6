"""The upstreams that the settings name, under the names that people see."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from medianest.adapters.upstream.register import UpstreamRegister, Watched
from medianest.application.kept_reads import ReadCounts
from medianest.ports.upstreams import Saved

WITH_CACHE: Final = ("tmdb", "tmdb_images", "plex")
"""Those whose answers are kept."""
NAMES: Final[Mapping[str, str]] = {"plex_tv": "plex.tv"}
COMPANIONS: Final = ("plex_tv",)
"""There for the sake of another: alone they are nothing that anybody has forgotten to set."""


def upstream_register(counts: ReadCounts, **clients: Watched | None) -> UpstreamRegister:
    """A client that is None lacks its setting."""
    found = {NAMES.get(name, name): client for name, client in clients.items() if client is not None}
    missing = [name for name, client in clients.items() if client is None and name not in COMPANIONS]
    return UpstreamRegister(found, not_set=missing, saved=partial(saved_by, counts))


def saved_by(counts: ReadCounts) -> Mapping[str, Saved]:
    return {
        name: Saved(
            hits=counts.of(name, "hit") + counts.of(name, "negative"),
            stale=counts.of(name, "stale") + counts.of(name, "kept"),
            joined=counts.of(name, "joined"),
        )
        for name in WITH_CACHE
    }
