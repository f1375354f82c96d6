"""What stand-ins keep while a demonstration goes on and on."""

import httpx
import pytest

from medianest.adapters.standin import server
from tests.fakes.scripted_server import ScriptedServer


async def test_a_stand_in_remembers_the_last_requests_and_how_many_there_were_in_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server, "REMEMBERED", 5)
    async with ScriptedServer() as asked, httpx.AsyncClient(base_url=asked.url, trust_env=False) as client:
        for number in range(40):
            await client.get("/", params={"number": number})
            assert len(asked.received) <= 10
        assert [it.query["number"] for it in asked.received][-5:] == ["35", "36", "37", "38", "39"]
        assert (await client.get("/__standin/received")).json() == {"GET /": 40}
