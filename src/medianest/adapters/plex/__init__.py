"""Plex: signing in at plex.tv (`PlexAccounts`), and what a Plex Media Server holds, plays and reports."""

from medianest.adapters.plex.accounts import PlexTvAccounts
from medianest.adapters.plex.activity import PlexActivity
from medianest.adapters.plex.collections import PlexCollections
from medianest.adapters.plex.device import client_identifier
from medianest.adapters.plex.server import PlexServer
from medianest.adapters.plex.webhook import PlexReports
from medianest.adapters.plex.wire import PlexWire

__all__ = [
    "PlexActivity",
    "PlexCollections",
    "PlexReports",
    "PlexServer",
    "PlexTvAccounts",
    "PlexWire",
    "client_identifier",
]
