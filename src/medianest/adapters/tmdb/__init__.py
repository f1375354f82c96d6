"""The Movie Database behind the ports `Metadata`, `Discovery` and `Pictures`."""

from medianest.adapters.tmdb.credentials import TmdbCredentials, tmdb_credentials
from medianest.adapters.tmdb.discovery import TmdbDiscovery
from medianest.adapters.tmdb.images import TmdbPictures
from medianest.adapters.tmdb.metadata import TmdbMetadata

__all__ = ["TmdbCredentials", "TmdbDiscovery", "TmdbMetadata", "TmdbPictures", "tmdb_credentials"]
