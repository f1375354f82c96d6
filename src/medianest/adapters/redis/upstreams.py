"""What each process says of the upstreams, on Redis or Valkey: a key for each that soon expires."""

from collections.abc import Sequence
from typing import Final

import msgspec
from redis.asyncio import Redis

from medianest.adapters.redis.connection import Circuit
from medianest.ports.upstreams import ProcessReport

PREFIX: Final = "medianest:upstreams:"
SPEAKERS: Final = "medianest:upstreams"
"""Who has spoken: a process that died is named here until somebody looks, and its key is gone by itself."""
TTL: Final = 10.0

_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(ProcessReport).decode


class RedisSharedFigures:
    """Implements SharedFigures. `client` comes from `connect`; `ttl` in seconds."""

    def __init__(self, client: Redis, circuit: Circuit | None = None, *, ttl: float = TTL) -> None:
        self._client = client
        self._circuit = circuit or Circuit()
        self._milliseconds = round(ttl * 1000)

    async def publish(self, report: ProcessReport) -> None:
        async def write() -> None:
            speaker = str(report.process_id)
            async with self._client.pipeline(transaction=False) as pipeline:
                pipeline.set(PREFIX + speaker, _encode(report), px=self._milliseconds)
                pipeline.sadd(SPEAKERS, speaker)
                await pipeline.execute()

        await self._circuit.call(write, None)

    async def reports(self) -> Sequence[ProcessReport] | None:
        async def read() -> Sequence[ProcessReport]:
            speakers = [each.decode() for each in await self._client.smembers(SPEAKERS) if isinstance(each, bytes)]
            if not speakers:
                return []
            said = await self._client.mget([PREFIX + speaker for speaker in speakers])
            if silent := [speaker for speaker, words in zip(speakers, said, strict=True) if words is None]:
                await self._client.srem(SPEAKERS, *silent)
            return [report for words in said if isinstance(words, bytes) and (report := _read(words)) is not None]

        return await self._circuit.call(read, None)


def _read(words: bytes) -> ProcessReport | None:
    """None for what another release wrote in another shape."""
    try:
        return _decode(words)
    except ValueError:  # of the library, or of a text that is none
        return None
