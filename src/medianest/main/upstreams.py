"""The upstreams that the settings name, under the names that people see."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

from medianest.adapters.upstream.register import UpstreamRegister, Watched
from medianest.application.kept_reads import ReadCounts
from medianest.ports.upstreams import Saved

NAMES: Final[Mapping[str, str]] = {"plex_tv": "plex.tv"}
COMPANIONS: Final = ("plex_tv",)
"""There for the sake of another: alone they are nothing that anybody has forgotten to set."""


def upstream_register(counts: ReadCounts, **clients: Watched | None) -> UpstreamRegister:
    """A client that is None lacks its setting."""
    found = {NAMES.get(name, name): client for name, client in clients.items() if client is not None}
    missing = [name for name, client in clients.items() if client is None and name not in COMPANIONS]
    return UpstreamRegister(found, not_set=missing, saved=partial(saved_by, counts))


def upstream_names(clients: Iterable[str]) -> frozenset[str]:
    """The names that people see of the clients of `upstream_register`. No media server may take one: they stand in one
    list, and share the figures of what is kept."""
    return frozenset(NAMES.get(name, name) for name in clients)


def saved_by(counts: ReadCounts) -> Mapping[str, Saved]:
    return {
        name: Saved(
            hits=counts.of(name, "hit") + counts.of(name, "negative"),
            stale=counts.of(name, "stale") + counts.of(name, "kept"),
            joined=counts.of(name, "joined"),
        )
        for name in {name for name, _, _ in counts.all()}
    }
