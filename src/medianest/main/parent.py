"""One process over all the others: starts the private servers and the children, and restarts whatever dies.

Ctrl-C or SIGTERM   children (SIGTERM, after 3 s SIGKILL), then Valkey, then Postgres: 5 s in all, and before them
                    the time in which `serve` drains; again: at once
a child dies        it is started again, after 0.2 s at first and up to 5 s if it keeps dying; who calls meanwhile waits
                    at the socket, which is ours
a server dies       the same, at the same address; the children live on and connect again
the parent dies     the children end by their pipe to it, the servers by their warden
wrong settings      a child that exits with 78 (EX_CONFIG, sysexits.h) stops everything: a restart would not help
"""

import asyncio
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog

from medianest.adapters.embedded.servers import Endpoints, Servers, ServersUnavailable
from medianest.adapters.system.parent_pipe import ParentPipe
from medianest.main.children import EX_CONFIG, Backoff, Child, Children

EX_UNAVAILABLE = 69  # sysexits.h
STOP_WITHIN = 4.5  # seconds, everything: half a second below the promise
POSTGRES_GRACE = 1.0  # seconds at least, however long the children took
LOOK_EVERY = 0.2  # seconds between two looks at the servers

log = structlog.get_logger("medianest.parent")


async def run_parent(
    children: Sequence[Child],
    servers: Servers | None,
    *,
    prepare: Callable[[Endpoints | None], None] = lambda _: None,
) -> int:
    """Run until a signal stops it. The exit status: 0, 69 (no server), 78 (wrong settings), 128 + signal (hurried).

    `prepare` runs in a thread of its own once the servers are up and before the children start: migrations, mostly.
    What it raises is raised here, after everything has been stopped. Call from the main thread.
    """
    with ParentPipe() as pipe:
        return await _Parent(children, servers, prepare, pipe).run()


class _Parent:
    def __init__(
        self,
        children: Sequence[Child],
        servers: Servers | None,
        prepare: Callable[[Endpoints | None], None],
        pipe: ParentPipe,
    ) -> None:
        self._wanted = children
        self._servers = servers
        self._prepare = prepare
        self._stopping = asyncio.Event()
        self._children = Children(pipe, self._stopping)
        self._starting: asyncio.Task[Endpoints] | None = None
        self._status = 0

    async def run(self) -> int:
        loop = asyncio.get_running_loop()
        handled = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # ignored under nohup, and to stay so
            handled.append(signal.SIGHUP)
        for number in handled:
            loop.add_signal_handler(number, self._on_signal, number)
        work = asyncio.create_task(self._work())
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._stopping.set()
            stop.cancel()
            await self._stop(work)
            for number in handled:
                loop.remove_signal_handler(number)
        return EX_CONFIG if self._children.refused_settings else self._status

    def _on_signal(self, number: signal.Signals) -> None:
        if not self._stopping.is_set():
            log.info("stopping", signal=number.name)
            self._stopping.set()
            return
        log.warning("ending everything at once", signal=number.name)
        self._status = 128 + number
        self._children.kill()
        if self._servers is not None:
            self._servers.kill()

    async def _work(self) -> None:
        endpoints = None
        if self._servers is not None:
            self._starting = asyncio.create_task(asyncio.to_thread(self._servers.start))
            try:
                # Shielded: a thread cannot be cancelled, and `_stop` has to know when it has ended.
                endpoints = await asyncio.shield(self._starting)
            except ServersUnavailable as error:
                log.error("the private servers did not start", reason=str(error))
                self._status = EX_UNAVAILABLE
                return
            log.info("private servers started", **self._servers.pids)
        await asyncio.to_thread(self._prepare, endpoints)
        environment = {}
        if endpoints is not None:
            environment["MEDIANEST_DATABASE_URL"] = endpoints.database_url
            environment["MEDIANEST_REDIS_URL"] = endpoints.redis_url
        async with asyncio.TaskGroup() as group:
            if self._servers is not None:
                group.create_task(self._keep_servers(self._servers))
            for child in self._wanted:
                group.create_task(self._children.keep(child, environment))

    async def _keep_servers(self, servers: Servers) -> None:
        backoff = Backoff()
        revived = time.monotonic()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            dead = servers.dead()
            if not dead:
                continue
            wait = backoff.after(time.monotonic() - revived)
            log.warning("private server ended, starting it again", server=", ".join(dead), wait=wait)
            await asyncio.sleep(wait)
            try:
                await asyncio.to_thread(servers.revive)
            except (ServersUnavailable, OSError) as error:  # of no memory or no process left: both pass
                log.error("private server did not start again", reason=str(error))
            else:
                log.info("private server started again", **servers.pids)
            revived = time.monotonic()

    async def _stop(self, work: asyncio.Task[None]) -> None:
        began = time.monotonic()
        try:
            await self._children.drain()
            began = time.monotonic()
            await self._children.stop()
            work.cancel()
            with suppress(asyncio.CancelledError):
                await work
        finally:
            if self._servers is not None:
                await self._stop_servers(self._servers, began)
            log.info("stopped", seconds=round(time.monotonic() - began, 2))

    async def _stop_servers(self, servers: Servers, began: float) -> None:
        while True:
            left = STOP_WITHIN - (time.monotonic() - began)
            await asyncio.to_thread(servers.stop, max(POSTGRES_GRACE, left))
            if self._starting is None:
                return
            # A start whose thread had not begun when it was stopped begins now: stop that one too.
            ended, _ = await asyncio.wait({self._starting}, timeout=0.05)
            if ended:
                with suppress(ServersUnavailable):
                    self._starting.result()
                self._starting = None
