"""Stand-ins: small real HTTP servers that answer in the shapes of TMDB and Overseerr, from invented titles, and have
bad days on demand. For tests, demonstrations, and trying MediaNest without either."""

from medianest.adapters.standin.faults import FaultKind
from medianest.adapters.standin.overseerr import OverseerrStandin
from medianest.adapters.standin.server import Received
from medianest.adapters.standin.shelf import Earlier
from medianest.adapters.standin.tmdb import TmdbStandin

__all__ = ["Earlier", "FaultKind", "OverseerrStandin", "Received", "TmdbStandin"]
