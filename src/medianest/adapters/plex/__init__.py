"""Plex behind the `PlexAccounts` port."""

from medianest.adapters.plex.accounts import PlexTvAccounts
from medianest.adapters.plex.device import client_identifier

__all__ = ["PlexTvAccounts", "client_identifier"]
