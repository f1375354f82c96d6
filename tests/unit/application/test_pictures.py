"""Pictures of others: asked for once, kept for everybody, and never anything else."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from medianest.adapters.standin import TmdbStandin
from medianest.adapters.standin.server import Answer
from medianest.adapters.tmdb import TmdbPictures
from medianest.adapters.upstream import Limits, upstream_client
from medianest.application.pictures import LARGEST, PictureDesk, PictureNotFound, ShowPicture, ShowServerPicture
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import MetadataUnavailable, NotAPicture, PlexUnavailable
from tests.fakes.clock import FakeClock
from tests.fakes.kept_reads import kept_reads
from tests.fakes.scripted_server import ScriptedServer
from tests.unit.application.shelves import Shelves, opened_shelves

POSTER = ShowPicture(file="p000000001000Invented.jpg", size="w342")
QUICK = Limits(total=1.0, attempts=1, breaker_threshold=1000, max_body=4 * LARGEST)
DAY = 86_400


@pytest.fixture
async def shelves() -> AsyncIterator[Shelves]:
    async with opened_shelves() as opened:
        yield opened


def desk(shelves: Shelves, pictures: TmdbPictures | None = None) -> PictureDesk:
    return PictureDesk(pictures, shelves.reads, shelves.browser)  # type: ignore[arg-type]


def thumb(shelves: Shelves, *, width: int = 300, height: int = 450) -> ShowServerPicture:
    path = f"/library/metadata/{shelves.plex.shelf.film(1014).rating_key}/thumb/1780000060"
    return ShowServerPicture(server=None, path=path, width=width, height=height)


async def test_a_hundred_who_look_at_a_poster_at_once_are_one_call(shelves: Shelves) -> None:
    async with TmdbStandin() as tmdb, upstream_client("tmdb_images", tmdb.url, limits=QUICK) as client:
        pictures = desk(shelves, TmdbPictures(client))
        found = await asyncio.gather(*(pictures.show(POSTER) for _ in range(100)))
        assert len({each.content for each in found}) == 1
        assert found[0].media_type == "image/jpeg"
        shelves.clock.advance(29 * DAY)
        assert await pictures.show(POSTER) == found[0]
        assert len(tmdb.received) == 1


async def test_what_is_not_there_and_what_is_no_picture_are_told_apart(shelves: Shelves) -> None:
    async with TmdbStandin() as tmdb, upstream_client("tmdb_images", tmdb.url, limits=QUICK) as client:
        pictures = desk(shelves, TmdbPictures(client))
        with pytest.raises(PictureNotFound):
            await pictures.show(ShowPicture(file="nothing.jpg", size="w342"))
        tmdb.fail("html")
        with pytest.raises(NotAPicture):
            await pictures.show(POSTER)
        shelves.clock.advance(2)
        tmdb.fail("error", times=1000)
        with pytest.raises(MetadataUnavailable):
            await pictures.show(POSTER)


async def test_a_large_one_is_passed_on_and_not_kept() -> None:
    large = Answer(body=b"\xff\xd8\xff" + b"x" * LARGEST, headers={"Content-Type": "image/jpeg"})
    async with (
        ScriptedServer(large) as server,
        upstream_client("tmdb_images", server.url, limits=QUICK) as client,
        kept_reads(clock=FakeClock()) as reads,
    ):
        pictures = PictureDesk(TmdbPictures(client), reads, None)  # type: ignore[arg-type]
        found = await asyncio.gather(*(pictures.show(POSTER) for _ in range(10)))
        assert {len(each.content) for each in found} == {LARGEST + 3}
        assert len(server.received) == 1
        await pictures.show(POSTER)
        assert len(server.received) == 2


async def test_a_media_server_makes_each_picture_once_for_windows_of_nearly_the_same_width(shelves: Shelves) -> None:
    pictures = desk(shelves)
    wanted = [thumb(shelves, width=width) for width in range(251, 301)]
    found = await asyncio.gather(*(pictures.show_of_server(each) for each in wanted * 2))
    assert {each.media_type for each in found} == {"image/png"}
    [asked] = [each for each in shelves.plex.received if each.path == "/photo/:/transcode"]
    assert (asked.query["width"], asked.query["height"]) == ("300", "450")
    assert "plex-standin-token" not in str(asked.query)


async def test_while_the_media_server_is_away_its_pictures_are_still_shown(shelves: Shelves) -> None:
    pictures = desk(shelves)
    found = await pictures.show_of_server(thumb(shelves))
    shelves.plex.fail("error", times=1000)
    shelves.clock.advance(20 * DAY)
    assert await pictures.show_of_server(thumb(shelves)) == found
    with pytest.raises(PlexUnavailable):
        await pictures.show_of_server(thumb(shelves, width=500))


@pytest.mark.parametrize("path", ["http://elsewhere.example/x.jpg", "/:/prefs", "/library/metadata/1/thumb/../../x"])
async def test_an_address_in_place_of_a_path_is_no_picture_and_nobody_is_asked(shelves: Shelves, path: str) -> None:
    pictures = desk(shelves)
    with pytest.raises(PictureNotFound):
        await pictures.show_of_server(ShowServerPicture(server=None, path=path, width=10, height=10))
    assert shelves.plex.received == []
    with pytest.raises(ServerNotFound):
        await pictures.show_of_server(ShowServerPicture(server="attic", path=path, width=10, height=10))
