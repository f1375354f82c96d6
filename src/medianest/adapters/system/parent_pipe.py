"""Children that end with their parent, even when it is killed without a chance to tell them.

The parent keeps the write end of a pipe open and never writes; each child inherits the read end, whose end of file
means that the parent is gone. (Linux can bind a child's life to its parent's, macOS cannot; a pipe works on both.)
"""

import asyncio
import os
import threading
import time
from collections.abc import Callable, Mapping
from types import TracebackType

VARIABLE = "MEDIANEST_PARENT_PIPE"
GRACE = 3.0  # seconds for a clean shutdown
CLEAN_UP_FAILED = 1  # exit status


class ParentPipe:
    """The parent's side; a context manager whose end is, for the children, the end of the parent."""

    def __init__(self) -> None:
        self._read_end, self._write_end = os.pipe()

    def __enter__(self) -> "ParentPipe":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._read_end)
        os.close(self._write_end)

    @property
    def descriptors(self) -> tuple[int]:
        """For `pass_fds` of the child."""
        return (self._read_end,)

    @property
    def environment(self) -> Mapping[str, str]:
        """For the child's environment."""
        return {VARIABLE: str(self._read_end)}


def exit_with_parent(on_eof: Callable[[], None], grace: float = GRACE) -> bool:
    """Have `on_eof` called in the running event loop when the parent dies, and end the process `grace` seconds later.

    The end is hard and comes even when the loop is blocked: the pipe is watched by a thread. False, and nothing
    happens, in a process that was not started by a parent. Call it once, from within the loop.
    """
    named = os.environ.pop(VARIABLE, None)
    if named is None:
        return False
    descriptor = int(named)
    os.set_inheritable(descriptor, False)  # our own children are not the parent's
    loop = asyncio.get_running_loop()

    def watch() -> None:
        while os.read(descriptor, 1):
            pass
        if not loop.is_closed():
            loop.call_soon_threadsafe(on_eof)
        time.sleep(grace)
        os._exit(CLEAN_UP_FAILED)

    threading.Thread(target=watch, name="parent-pipe", daemon=True).start()
    return True
