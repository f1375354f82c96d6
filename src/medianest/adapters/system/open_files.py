"""How many files and connections this process may have open."""

import sys
from typing import Final

WANTED: Final = 65_536
"""More than one process serves; the hard limit of most systems is higher, the soft one 1,024."""

SPARE: Final = 256
"""Kept for the pools, the log, and whatever a library opens."""


def connection_limit() -> int:
    """Raise the soft limit as far as this process may by itself. How many clients that leaves room for."""
    if sys.platform == "win32":
        return WANTED
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(soft - SPARE, SPARE) if soft != resource.RLIM_INFINITY else WANTED
