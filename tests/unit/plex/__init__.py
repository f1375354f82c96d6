"""Reading Plex."""
