"""What does not speak like Plex, though it answers."""

from typing import Any

import pytest

from medianest.adapters.standin import PlexServerStandin
from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.upstream import upstream_client
from medianest.ports.failures import PlexUnavailable
from medianest.ports.plex import PinExpired, PlexToken, PlexTokenRejected
from tests.contract.plex import QUICK, accounts
from tests.fakes.scripted_server import ScriptedServer


def pin_answer(**changes: Any) -> Answer:
    return json_answer({"id": 7, "code": "abcdef", "expiresIn": 900, "authToken": None} | changes)


async def answered(answer: Answer, method: str, *arguments: Any) -> Any:
    async with ScriptedServer(answer) as tv, upstream_client("plex.tv", tv.url, limits=QUICK) as client:
        return await getattr(accounts(client, client), method)(*arguments)


@pytest.mark.parametrize("left", [0, -5])
async def test_a_pin_without_time_left_has_expired_whatever_the_status_says(left: int) -> None:
    with pytest.raises(PinExpired):
        await answered(pin_answer(expiresIn=left), "claim", 7, "abcdef")
    claimed = await answered(pin_answer(expiresIn=left, authToken="in-time"), "claim", 7, "abcdef")
    assert claimed is not None


@pytest.mark.parametrize(
    ("method", "answer"),
    [
        ("begin", pin_answer(id=-1)),
        ("begin", pin_answer(id="7")),
        ("begin", pin_answer(code="<script>")),
        ("begin", pin_answer(code="")),
        ("begin", pin_answer(expiresIn=10**9)),
        ("begin", pin_answer(expiresIn=0)),
        ("begin", pin_answer(expiresIn=None)),
        ("begin", json_answer({}, 401)),
        ("begin", json_answer({}, 204)),
        ("claim", pin_answer(authToken="line\nbreak")),
        ("claim", pin_answer(authToken=5)),
        ("claim", Answer(status=404, body=b"<h1>404</h1>", headers={"Content-Type": "text/html"})),
        ("claim", json_answer({"message": "no route"}, 404)),
        ("account", json_answer({"id": 0})),
        ("account", json_answer({"id": True})),
        ("account", json_answer({"username": "ada"})),
        ("account", json_answer([])),
        ("account", Answer(status=302, headers={"Location": "https://elsewhere.example/"})),
        ("account", Answer(status=403, body=b"<h1>Are you human?</h1>", headers={"Content-Type": "text/html"})),
        ("account", Answer(status=401, body=b"")),
        ("account", json_answer({"errors": [{"code": 1000}]}, 400)),
        ("account", Answer(body=b'{"id": 1, "username": "\xff\xfe"}')),
        ("account", Answer(body=b"[" * 50_000)),
        ("account", Answer(body=b" " * 200_000)),
        ("ping", json_answer({"pong": False})),
        ("ping", json_answer({})),
    ],
)
async def test_what_is_no_answer_of_plex_is_an_outage(method: str, answer: Answer) -> None:
    arguments = {"begin": (), "claim": (7, "abcdef")}.get(method, (PlexToken("any"),))
    with pytest.raises(PlexUnavailable):
        await answered(answer, method, *arguments)


@pytest.mark.parametrize("lie", [[{"clientIdentifier": 5}], [7], {"errors": []}, [[]], "all"])
async def test_resources_that_make_no_sense_are_an_outage(lie: Any) -> None:
    async with (
        ScriptedServer(json_answer(lie)) as tv,
        PlexServerStandin() as ours,
        upstream_client("plex.tv", tv.url, limits=QUICK) as client,
        upstream_client("plex", ours.url, headers={"X-Plex-Token": ours.token}) as server,
    ):
        with pytest.raises(PlexUnavailable):
            await accounts(client, server).has_access(PlexToken("any"))


@pytest.mark.parametrize("status", [401, 403])
async def test_plex_says_with_reasons_that_it_rejects_a_token(status: int) -> None:
    refusal = json_answer({"errors": [{"code": 1001, "message": "User could not be authenticated"}]}, status)
    for method in ("account", "ping"):
        with pytest.raises(PlexTokenRejected):
            await answered(refusal, method, PlexToken("any"))
