"""Where tests put what need not outlive them."""

import os
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that have to be free in memory: the servers of a whole run fill a quarter of this at most."""


def scratch() -> Path:
    """The machine's memory file system, else the usual temporary directory, which is also what TMPDIR asks for.

    Hundreds of databases are made and dropped in a run, and files on a disk cost the most of that. No test asks what
    outlives the machine, only what outlives its processes, and there memory keeps as well as a disk.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and os.access(MEMORY, os.W_OK):
        found = os.statvfs(MEMORY)
        if not found.f_flag & os.ST_NOEXEC and found.f_bavail * found.f_frsize >= ROOM:
            return MEMORY
    return Path(tempfile.gettempdir())
