"""Both sides on a loop of their own, for tests that wait without one."""

import asyncio
from contextlib import ExitStack

from tests.e2e.stateful.sides import two_sides
from tests.servers import RunServers


class World:
    """The loop goes on as long as somebody waits for something."""

    def __init__(self, servers: RunServers, redis_url: str) -> None:
        self.runner = asyncio.Runner()
        self._servers = servers
        self._redis_url = redis_url
        self._open()

    def renew(self) -> None:
        self.close()
        self.runner = asyncio.Runner()
        self._open()

    def close(self) -> None:
        self._stack.close()
        self.runner.close()

    def _open(self) -> None:
        self._stack = ExitStack()
        url = self._stack.enter_context(self._servers.database(migrated=True))
        opening = two_sides(url, self._redis_url)
        self.sides = self.runner.run(opening.__aenter__())
        self._stack.callback(lambda: self.runner.run(opening.__aexit__(None, None, None)))
