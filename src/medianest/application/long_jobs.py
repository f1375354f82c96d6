"""Which jobs may last for longer than some minutes."""

from typing import Final

LONG: Final = frozenset(
    {
        "check_plex",
        "rebuild",
        "scan_libraries",
        "scan_libraries_again",
        "scan_new_servers",
        "verify_seals",
        "verify_views",
    }
)
"""By name. They have places of their own, so that no letter waits for hours behind servers that are slow."""
