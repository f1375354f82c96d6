"""Two processes, one Valkey, and a thousand people who search for the same at once."""

import asyncio
import json
from contextlib import ExitStack
from subprocess import Popen

from medianest.adapters.standin.server import json_answer
from tests.fakes.scripted_server import ScriptedServer
from tests.processes import program

FOUND = {"media_type": "tv", "id": 1003, "name": "Kingdom of Moss"}
PAGE = {"page": 1, "results": [FOUND], "total_pages": 1, "total_results": 1}


async def test_a_thousand_searches_in_two_processes_make_one_call(redis_url: str) -> None:
    async with ScriptedServer(json_answer(PAGE)) as tmdb:
        tmdb.gate.clear()
        with ExitStack() as stack:
            searchers = [stack.enter_context(program("searcher", tmdb.url, redis_url, 500)) for _ in range(2)]
            for searcher in searchers:
                assert await _line(searcher) == "asking"
            tmdb.gate.set()
            reports = [json.loads(await _line(searcher)) for searcher in searchers]
    assert [(report["answered"], report["titles"]) for report in reports] == [(500, ["Kingdom of Moss"])] * 2
    assert len(tmdb.received) == 1
    assert sum(report["counts"]["miss"] for report in reports) == 1


async def _line(process: Popen[str]) -> str:
    assert process.stdout is not None
    return (await asyncio.to_thread(process.stdout.readline)).rstrip()
