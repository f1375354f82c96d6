"""The Movie Database behind the `Metadata` port."""

from medianest.adapters.tmdb.credentials import TmdbCredentials, tmdb_credentials
from medianest.adapters.tmdb.metadata import TmdbMetadata

__all__ = ["TmdbCredentials", "TmdbMetadata", "tmdb_credentials"]
