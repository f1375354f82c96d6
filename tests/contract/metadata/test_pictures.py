"""`TmdbPictures`: what comes through it is a picture, and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from medianest.adapters.standin import FaultKind, TmdbStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.standin.server import Answer
from medianest.adapters.tmdb import TmdbPictures
from medianest.adapters.tmdb.images import LARGEST
from medianest.adapters.upstream import Limits, upstream_client
from medianest.ports.failures import MetadataUnavailable, NotAPicture
from medianest.ports.pictures import SIZES, PictureKind
from tests.fakes.scripted_server import ScriptedServer

QUICK = Limits(total=0.4, attempts=2, first_wait=0.01, jitter=0.01, breaker_threshold=1000, max_body=LARGEST)
POSTER = "/p000000001000Invented.jpg"
BY_KIND: dict[PictureKind, str] = {"poster": "p", "backdrop": "b", "profile": "f", "still": "s", "logo": "l"}


@dataclass
class World:
    tmdb: TmdbStandin
    pictures: TmdbPictures


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with TmdbStandin() as tmdb, upstream_client("tmdb_images", tmdb.url, limits=QUICK) as client:
        yield World(tmdb, TmdbPictures(client))


@pytest.mark.parametrize("kind", BY_KIND)
async def test_a_picture_comes_in_every_size_of_its_kind(world: World, kind: PictureKind) -> None:
    for size in SIZES[kind]:
        found = await world.pictures.picture(f"/{BY_KIND[kind]}000000001000Invented.jpg", size)
        assert found is not None
        assert found.media_type == "image/jpeg"
        assert (found.content[:3], found.content[-2:]) == (b"\xff\xd8\xff", b"\xff\xd9")
        assert world.tmdb.received[-1].path.startswith(f"/t/p/{size}/")


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/",
            "x.jpg",
            "//x.jpg",
            "/a/x.jpg",
            "/../x.jpg",
            "/x.jpg?y=z",
            "/x.jpg#y",
            "/x.gif",
            "/x.html",
            "/x.jpg\n",
        ),
        *("/%2e%2e/x.jpg", "/x y.jpg", "/\u00e9.jpg", "https://example.org/x.jpg", f"/{'x' * 200}.jpg"),
    ],
)
async def test_a_path_that_is_none_of_tmdb_is_not_asked_for(world: World, path: str) -> None:
    assert await world.pictures.picture(path, "w342") is None
    assert world.tmdb.received == []


async def test_a_picture_that_is_not_there_is_none(world: World) -> None:
    assert await world.pictures.picture("/nothing.jpg", "w342") is None


async def test_no_key_goes_along(world: World) -> None:
    await world.pictures.picture(POSTER, "w342")
    assert "authorization" not in world.tmdb.received[0].headers
    assert world.tmdb.received[0].query == {}


@pytest.mark.parametrize("kind", FAULT_KINDS)
async def test_every_fault_is_an_outage(world: World, kind: FaultKind) -> None:
    world.tmdb.fail(kind, times=1000)
    with pytest.raises(NotAPicture if kind in ("html", "wrong_json") else MetadataUnavailable) as outage:
        await world.pictures.picture(POSTER, "w342")
    assert world.tmdb.url not in str(outage.value)


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPrest", "image/webp"),
    ],
)
async def test_its_first_bytes_say_what_it_is_whatever_is_said_of_it(content: bytes, media_type: str) -> None:
    said = Answer(body=content, headers={"Content-Type": "text/html"})
    async with ScriptedServer(said) as server, upstream_client("tmdb_images", server.url, limits=QUICK) as client:
        found = await TmdbPictures(client).picture(POSTER, "w342")
    assert found is not None
    assert (found.content, found.media_type) == (content, media_type)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"<html>",
        b"",
        b"GIF89a",
        b"RIFF....WAVE",
    ],
    ids=["svg", "html", "nothing", "gif", "sound"],
)
async def test_what_is_no_picture_does_not_come_through(content: bytes) -> None:
    said = Answer(body=content, headers={"Content-Type": "image/jpeg"})
    async with ScriptedServer(said) as server, upstream_client("tmdb_images", server.url, limits=QUICK) as client:
        with pytest.raises(NotAPicture):
            await TmdbPictures(client).picture(POSTER, "original")


async def test_what_is_too_large_is_not_read_to_its_end() -> None:
    said = Answer(body=b"\xff\xd8\xff" * LARGEST, headers={"Content-Type": "image/jpeg"})
    async with ScriptedServer(said) as server, upstream_client("tmdb_images", server.url, limits=QUICK) as client:
        with pytest.raises(MetadataUnavailable):
            await TmdbPictures(client).picture(POSTER, "original")


async def test_a_drawing_is_asked_for_as_the_picture_that_tmdb_makes_of_it() -> None:
    said = Answer(body=b"\x89PNG\r\n\x1a\n", headers={"Content-Type": "image/png"})
    async with ScriptedServer(said) as server, upstream_client("tmdb_images", server.url, limits=QUICK) as client:
        found = await TmdbPictures(client).picture("/logo.svg", "w300")
        assert [each.path for each in server.received] == ["/t/p/w300/logo.png"]
    assert found is not None
    assert found.media_type == "image/png"
