"""Memory in large blocks goes back to the system as soon as it is let go of."""

import ctypes
import sys
from typing import Final

M_MMAP_THRESHOLD: Final = -3
"""mallopt(3) of glibc."""
LARGE: Final = 1 << 20
"""Bytes. What Python allocates by itself comes in smaller ones."""


def give_back_large_blocks() -> None:
    """For a process that runs for long, before it has threads. By itself glibc keeps what was as large as the largest
    block that was ever let go of: 19 MiB in each thread that once hashed a password, to the end of the process. Other
    libraries of C have no such call, and need none."""
    if sys.platform == "win32":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, LARGE)
