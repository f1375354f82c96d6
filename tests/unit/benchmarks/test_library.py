"""What the benchmark of titles and libraries counts, at stand-ins and servers of its own."""

import pytest
from benchmarks.scanning import bare
from benchmarks.titles import at_once

from medianest.adapters.standin import PlexServerStandin
from tests.unit.benchmarks.test_pace import BUSY, server

MESSAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def test_the_bare_reader_reads_every_film_series_and_season() -> None:
    async with PlexServerStandin() as plex:
        plex.shelf.generate("1", 700)
        plex.shelf.generate("2", 30)
        kinds = [entry.kind for entry in plex.shelf.everything()]
        counted = await bare({"plex_url": plex.url, "plex_token": plex.token})
    watchable = kinds.count("movie") + kinds.count("season")
    assert counted == (watchable + kinds.count("show"), watchable)


async def test_what_is_asked_at_once_is_measured_until_the_last_answer() -> None:
    async with server(lambda number: 0.2 if number == 3 else 0.0) as one, server() as other:
        assert await at_once([one, other], [MESSAGE] * 8) >= 0.2


async def test_an_answer_that_says_no_is_no_answer() -> None:
    async with server() as one, server(answer=BUSY) as other:
        assert await at_once([one], [MESSAGE]) >= 0
        with pytest.raises(RuntimeError, match=r"1 refused: .*503"):
            await at_once([one, other], [MESSAGE] * 2)
