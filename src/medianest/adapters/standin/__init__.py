"""Stand-ins: small real HTTP servers that answer in the shapes of TMDB, Overseerr and Plex, from invented titles and
people, and have bad days on demand. For tests, demonstrations, and trying MediaNest without any of them."""

from medianest.adapters.standin.faults import FaultKind
from medianest.adapters.standin.overseerr import OverseerrStandin
from medianest.adapters.standin.plex import PlexTvStandin
from medianest.adapters.standin.plex_server import PlexServerStandin
from medianest.adapters.standin.plex_shelf import PlexShelf
from medianest.adapters.standin.server import Received
from medianest.adapters.standin.shelf import Earlier
from medianest.adapters.standin.tmdb import TmdbStandin

__all__ = [
    "Earlier",
    "FaultKind",
    "OverseerrStandin",
    "PlexServerStandin",
    "PlexShelf",
    "PlexTvStandin",
    "Received",
    "TmdbStandin",
]
