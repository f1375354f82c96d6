"""Signing in: whether its time tells a stranger that an account exists, and what of it is the hash."""

import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

import httpx
import psycopg

from benchmarks.databases import database_beside
from benchmarks.report import GOAL_COLUMNS, Goal, Table, judged, milliseconds
from benchmarks.running import PATIENCE, running
from medianest.adapters.security.passwords import Argon2Passwords

ROUNDS: Final = 40
"""Of each; fewer than lock an account or an address with the settings below."""
UNLOCKED: Final = {"sign_in_attempts": "100", "sign_in_attempts_per_address": "1000"}
ALIKE: Final = Goal(1.1, is_limit=True)
"""How many times as long one of the two may take."""
EMAIL: Final = "owner@example.org"
PASSWORD: Final = "correct horse battery"


async def measure(directory: Path, urls: tuple[str, str]) -> Table:
    """On a MediaNest of its own. The rounds take turns, so that a busy moment of the machine meets all of them."""
    with database_beside(urls[0], "signing_in") as url:
        settings = {"database_url": url, "redis_url": urls[1], **UNLOCKED}
        with running(directory / "signing_in", settings) as medianest:
            medianest.ready()
            base = f"{medianest.url}/api/v1/auth"
            async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=PATIENCE) as client:
                await _set_up(client, url)
                times = await _times(client)
    took = {name: median(seconds) for name, seconds in times.items()}
    wrong, unknown = took["a wrong password"], took["an address that nobody has"]
    ratio = max(wrong, unknown) / min(wrong, unknown)
    rows = [[name, milliseconds(seconds), "", "", ""] for name, seconds in took.items()]
    rows.append(["the longer of the last two, by the other", f"{ratio:.2f}", *judged(ratio, ALIKE, "{:.2f}".format)])
    note = f"One after the other over HTTP, {ROUNDS} of each in turn, medians. Each ends another way, in the same time."
    return Table("Signing in", note, ("what", "time", *GOAL_COLUMNS), rows)


async def _set_up(client: httpx.AsyncClient, url: str) -> None:
    with psycopg.connect(url) as connection:
        ((token,),) = connection.execute("SELECT token FROM setup_token").fetchall()
    wish = {"token": token, "email": EMAIL, "name": "Owner", "password": PASSWORD}
    (await client.post("/setup", json=wish)).raise_for_status()


async def _times(client: httpx.AsyncClient) -> Mapping[str, list[float]]:
    """Seconds, by what was tried. Raises RuntimeError where an answer is not the one that belongs to it."""
    hasher = Argon2Passwords()
    known = await hasher.hash(PASSWORD)

    def trying(email: str, password: str, status: int) -> Callable[[], Awaitable[None]]:
        async def once() -> None:
            answer = await client.post("/login", json={"email": email, "password": password})
            if answer.status_code != status:
                raise RuntimeError(f"signing in was answered {answer.status_code}: {answer.text}")

        return once

    async def bare() -> None:
        await hasher.verify(known, PASSWORD)

    tried: Mapping[str, Callable[[], Awaitable[None]]] = {
        "the hash alone": bare,
        "the right password": trying(EMAIL, PASSWORD, 200),
        "a wrong password": trying(EMAIL, "not " + PASSWORD, 401),
        "an address that nobody has": trying("nobody@example.org", PASSWORD, 401),
    }
    times: dict[str, list[float]] = {name: [] for name in tried}
    for _ in range(ROUNDS):
        for name, once in tried.items():
            began = time.perf_counter()
            await once()
            times[name].append(time.perf_counter() - began)
    hasher.close()
    return times
