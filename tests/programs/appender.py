"""Appends to the log as fast as it can: `python -m tests.programs.appender DATABASE_URL CALLERS`.

Each append says its command id, also as its correlation id, once it is acknowledged. It writes to `streams_of` its
command id streams, `EVENTS` events each, so that half an append would show.
"""

import asyncio
import os
import sys
from dataclasses import replace
from uuid import UUID, uuid4

from medianest.ports.event_log import Context
from tests.contract.event_log.logs import an_append, postgres_log, write

EVENTS = 2


def streams_of(command_id: UUID) -> int:
    """1 to 4."""
    return 1 + command_id.int % 4


async def main(url: str, callers: int) -> None:
    async with postgres_log(url) as parts:

        async def call() -> None:
            while True:
                command_id = uuid4()
                writes = [write(uuid4(), 0, count=EVENTS) for _ in range(streams_of(command_id))]
                append = an_append(*writes, command_id=command_id)
                await parts.log.append(replace(append, context=Context(correlation_id=str(command_id))))
                # One write of a few bytes is whole or absent, even when we are killed in it.
                os.write(sys.stdout.fileno(), f"{command_id}\n".encode())

        await asyncio.gather(*(call() for _ in range(callers)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
