"""A disk that can run full for real, where the tests may mount one."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOM = 4 << 30
"""Bytes that such a disk holds as long as nobody fills it. It is memory, of which it takes what is written to it."""
PAGE = 4096


@dataclass(frozen=True)
class SmallDisk:
    """A file system of its own at `path`. Not `is_real`: nothing could be mounted, and `path` is a directory."""

    path: Path
    is_real: bool

    def fill(self) -> None:
        """No byte more than what is there. Somebody may just be writing: then that is on it as well."""
        assert self.is_real
        while not self._holds(self._used()):
            pass

    def make_room(self) -> None:
        assert self._holds(ROOM)

    def _used(self) -> int:
        found = os.statvfs(self.path)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def _holds(self, size: int) -> bool:
        """False when there is more on it already."""
        return _mount(f"remount,size={-(-size // PAGE) * PAGE}", str(self.path))


@contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """`path`, made here, as a disk of its own. Mounting is for root, on Linux; everybody else gets a directory."""
    path.mkdir()
    path.chmod(0o711)  # the servers of root run as another account
    is_real = _mount(f"size={ROOM},mode=0711", "-t", "tmpfs", "medianest", str(path))
    try:
        yield SmallDisk(path, is_real)
    finally:
        if is_real:
            subprocess.run(["umount", "--lazy", path], check=True)  # also under a process that does not end


def _mount(options: str, *words: str) -> bool:
    try:
        return subprocess.run(["mount", "-o", options, *words], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
