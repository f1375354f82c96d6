"""A crowd at the live streams: all of them hear, others are served meanwhile, and they leave nothing behind."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from benchmarks.crowd import Crowd

from medianest.adapters.security.access_tokens import JoseAccessTokens
from medianest.adapters.system.open_files import connection_limit
from medianest.application.open_streams import EACH
from medianest.main.server import GRACE
from medianest.main.server_key import server_key
from medianest.main.settings import Secret, Settings
from medianest.ports.sessions import Session
from tests import trials
from tests.e2e.bad_days.people import Outside, Person, ok
from tests.e2e.bad_days.running import Running, running
from tests.e2e.hostile.conftest import KEY
from tests.e2e.hostile.watching import figure, resident
from tests.processes import eventually, open_directory

CROWD = trials.of(300, 10_000)
KILOBYTES = 64
"""For each open stream, at most."""


def people(ada: Person, count: int, called: str = "guest") -> list[str]:
    """Access tokens of so many new members. Nobody signs them in: looking at passwords is meant to be slow."""
    tokens = JoseAccessTokens(server_key(Settings(secret_key=Secret(KEY))))
    found = []
    for number in range(count):
        wish = {"email": f"{called}-{number}@example.org", "name": f"Guest {number}", "role": "member"}
        user = ok(ada.post("/admin/users", json={**wish, "password": "correct horse battery"}))
        now = datetime.now(UTC)
        session = Session(session_id=uuid4(), user_id=UUID(user["id"]), authenticated_at=now)
        found.append(tokens.issue(session, now))
    return found


@pytest.fixture
def second(settings: Mapping[str, str]) -> Iterator[Running]:
    """Another process that serves the same people."""
    with open_directory() as home, running(home / "second", "serve", **settings) as standing:
        yield standing


@pytest.mark.soak
async def test_a_crowd_listens_while_others_are_served_and_all_of_it_ends_with_the_server(
    second: Running, ada: Person, world: Outside, tell: Callable[[str], None]
) -> None:
    assert connection_limit() > CROWD, "this machine does not let one process have so many connections"
    tokens = await asyncio.to_thread(people, ada, CROWD // EACH)
    crowd = Crowd(int(second.port))
    before = resident(second)
    began = time.monotonic()
    await crowd.join_all(tokens, EACH)
    opening = time.monotonic() - began
    assert crowd.open == CROWD
    each = (resident(second) - before) / CROWD / 1000
    assert each < KILOBYTES

    # What one of them asks for is heard by that one and by the administrator.
    film = world.film()
    own = await crowd.join(ada.headers["Authorization"].removeprefix("Bearer "), 1)
    guest = Person(second.url, {"user": {"id": ""}, "accessToken": tokens[0]})
    mine = [stream for stream in crowd.streams if tokens[0].encode() in stream.request]
    heard = [stream.hears(f'"tmdbId":{film},'.encode()) for stream in (*own, *mine)]
    assert len(heard) == EACH + 1
    ok(await asyncio.to_thread(guest.ask, film), 201)
    await asyncio.wait_for(asyncio.gather(*heard), 20)

    # One more than a person may have is refused, and nobody else notices.
    assert ok(await asyncio.to_thread(guest.get, "/live"), 429)["code"] == "too_many_streams"
    assert crowd.open == CROWD + 1

    crowd.leave()
    await asyncio.to_thread(eventually, lambda: figure(second, "live_streams") == 0, 60)
    again = Crowd(int(second.port))
    await again.join_all(tokens, EACH)
    twice = (resident(second) - before) / CROWD / 1000
    assert twice < 1.3 * each + 8, "the memory of those who left serves those who come"

    began = time.monotonic()
    second.process.terminate()
    await asyncio.to_thread(eventually, lambda: again.open == 0, trials.of(GRACE + 10, 120))
    assert await asyncio.to_thread(second.process.wait, 60) == 0
    stopping = time.monotonic() - began
    tell(
        f"{CROWD:,} streams: {each:.1f} kB each, {twice:.1f} kB the second time, "
        f"opened in {opening:.1f} s, ended in {stopping:.1f} s"
    )


async def test_a_person_who_asks_for_many_streams_in_the_same_moment_has_no_more_than_others(
    medianest: Running, ada: Person
) -> None:
    [token] = await asyncio.to_thread(people, ada, 1, "at-once")
    crowd = Crowd(int(medianest.port))
    tried = await asyncio.gather(*(crowd.join(token, 1) for _ in range(4 * EACH)), return_exceptions=True)
    assert sum(not isinstance(one, BaseException) for one in tried) >= EACH
    await asyncio.to_thread(eventually, lambda: crowd.open == EACH)
    crowd.leave()
