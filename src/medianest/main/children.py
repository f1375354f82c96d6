"""Child processes that are kept alive, each in a session of its own, and that end with us."""

import asyncio
import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import structlog

from medianest.adapters.system.parent_pipe import ParentPipe

EX_CONFIG = 78  # sysexits.h
CHILD_GRACE = 3.0  # seconds from SIGTERM to SIGKILL

log = structlog.get_logger("medianest.parent")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep alive: its name in the log, its command line, and what it needs in its environment.

    `descriptors` are open files that it inherits under the same numbers. `drain` is for how many seconds it goes on
    after SIGTERM because others still send it work: those without go on for as long, since it needs them.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    descriptors: Sequence[int] = ()
    drain: float = 0.0


class Backoff:
    """The wait before the next start: 0.2 s, doubled up to 5 s; from the beginning again after 30 healthy seconds."""

    FIRST, LONGEST, HEALTHY = 0.2, 5.0, 30.0

    def __init__(self) -> None:
        self._next = self.FIRST

    def after(self, lived: float) -> float:
        """Seconds to wait after a life of `lived` seconds."""
        wait = self.FIRST if lived >= self.HEALTHY else self._next
        self._next = min(wait * 2, self.LONGEST)
        return wait


class Children:
    """The running children. Setting `stopping` ends every restart; `stop` and `kill` end the processes."""

    def __init__(self, pipe: ParentPipe, stopping: asyncio.Event) -> None:
        self._pipe = pipe
        self._stopping = stopping
        self._running: dict[str, tuple[Child, asyncio.subprocess.Process]] = {}
        self.refused_settings = False

    async def keep(self, child: Child, environment: Mapping[str, str]) -> None:
        """Run `child`, and again whenever it ends. One that exits with 78 stops everything instead."""
        backoff = Backoff()
        while not self._stopping.is_set():
            began = time.monotonic()
            status = await self._run(child, {**os.environ, **environment, **child.environment})
            if self._stopping.is_set():
                return
            if status == EX_CONFIG:
                log.error("child refuses its settings, stopping", child=child.name)
                self.refused_settings = True
                self._stopping.set()
                return
            wait = backoff.after(time.monotonic() - began)
            log.warning("child ended, starting it again", child=child.name, status=status, wait=wait)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    async def drain(self) -> None:
        """Ask those that drain by SIGTERM, and give them their time."""
        draining = [(child.drain, process) for child, process in self._running.values() if child.drain]
        for _, process in draining:
            _terminate(process)
        if draining:
            ends = [asyncio.ensure_future(process.wait()) for _, process in draining]
            await asyncio.wait(ends, timeout=max(seconds for seconds, _ in draining))

    async def stop(self) -> None:
        """Ask all at once by SIGTERM; kill those that still run after 3 s."""
        await asyncio.gather(*(self._stop_one(child, process) for child, process in [*self._running.values()]))

    def kill(self) -> None:
        for _, process in self._running.values():
            _kill_group(process)

    async def _run(self, child: Child, environment: Mapping[str, str]) -> int | str:
        """The exit status, or why the process could not even be started."""
        try:
            process = await asyncio.create_subprocess_exec(
                *child.command,
                stdin=asyncio.subprocess.DEVNULL,
                env={**environment, **self._pipe.environment},
                pass_fds=(*self._pipe.descriptors, *child.descriptors),
                start_new_session=True,  # the terminal's Ctrl-C is for the parent alone
            )
        except OSError as error:  # no memory or no process table left: both pass
            return str(error)
        if self._stopping.is_set():  # `stop` has not seen it
            _kill_group(process)
        self._running[child.name] = (child, process)
        log.info("child started", child=child.name, pid=process.pid)
        status = await process.wait()
        _kill_group(process)  # what it left behind, such as a download
        del self._running[child.name]
        return status

    async def _stop_one(self, child: Child, process: asyncio.subprocess.Process) -> None:
        _terminate(process)
        try:
            await asyncio.wait_for(process.wait(), CHILD_GRACE)
        except TimeoutError:
            log.warning("child does not stop, killing it", child=child.name)
            _kill_group(process)
            await process.wait()


def _terminate(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()


def _kill_group(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a group of zombies
        os.killpg(process.pid, signal.SIGKILL)
