"""Every call that goes out leaves a step in the trace at hand, and no step tells what it should not."""

import httpx
import pytest

from medianest.adapters.standin.server import Answer
from medianest.adapters.upstream.transport import template_of
from medianest.application.tracing import Tracer
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.fakes.scripted_server import OK, ScriptedServer
from tests.fakes.traces import FakeTraces
from tests.unit.upstream import client_of


async def test_each_attempt_at_a_call_is_a_part_of_the_step_under_way() -> None:
    traces = FakeTraces()
    async with ScriptedServer(OK, Answer(status=503), OK) as server, client_of(server) as client:
        await client.get("/early", params={"q": "in no trace"})
        with Tracer(traces, FakeClock(), SeededIds()).begin("job", "hand_on", correlation_id="a-click"):
            await client.get("/movie/603", params={"q": "private"})
    first, second, job = traces.steps
    assert [(call.kind, call.name, call.outcome) for call in (first, second)] == [
        ("call", "test GET /movie/{id}", "503"),
        ("call", "test GET /movie/{id}", "200"),
    ]
    assert first.parent_id == second.parent_id == job.step_id


async def test_a_call_without_an_answer_says_how_it_failed() -> None:
    traces = FakeTraces()
    async with ScriptedServer() as server, client_of(server) as client:
        server.fail("cut_off", times=1)
        with (
            pytest.raises(httpx.RemoteProtocolError),
            Tracer(traces, FakeClock(), SeededIds()).begin("job", "hand_on", correlation_id="a-click"),
        ):
            await client.post("/request")
    assert [step.outcome for step in traces.steps] == ["failed:RemoteProtocolError"] * 2


@pytest.mark.parametrize(
    ("path", "root", "name"),
    [
        ("/3/movie/603", "/3", "/movie/{id}"),
        ("/3/search/multi", "/3", "/search/multi"),
        ("/api/v1/request/12/retry", "", "/api/v1/request/{id}/retry"),
        ("/overseerr/api/v1/tv/1399", "/overseerr", "/api/v1/tv/{id}"),
        ("/library/aBcD0123456789xyz", "", "/library/{id}"),
        ("/users/Anna%20B", "", "/users/{id}"),
        ("/pins/5f0c6b0e-9d0f-4a53-a3c1-f7f2b8f4f9aa/", "", "/pins/{id}/"),
        ("/movie/603/watch_providers", "", "/movie/{id}/watch_providers"),
    ],
)
def test_a_path_keeps_its_words_and_loses_its_ids(path: str, root: str, name: str) -> None:
    assert template_of(path, root) == name
