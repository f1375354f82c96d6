"""What `PlexActivity` does."""

import pytest

from medianest.adapters.plex.activity import LARGEST_PICTURE
from medianest.adapters.standin import PlexServerStandin
from medianest.adapters.standin.server import Answer, json_answer
from medianest.adapters.upstream import Limits
from medianest.ports.failures import NotAPicture
from medianest.ports.media_server import ItemNotThere
from tests.contract.media_server import asked
from tests.fakes.scripted_server import ScriptedServer

THUMB = "/library/metadata/1/thumb/1780000060"


async def test_what_plays_is_told_with_who_and_how_far() -> None:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        assert list(await plex.activity.playing()) == []
        film = server.shelf.film(1014)
        [episode, *_] = server.shelf.series(1006).children[2].children.values()
        server.play(film.rating_key, user="ben", offset=90_500)
        server.play(episode.rating_key, offset=10**9, is_transcoded=True)
        first, second = await plex.activity.playing()
        server.stop(film.rating_key)
        assert len(await plex.activity.playing()) == 1
    assert (first.item.guids.tmdb_id, first.user, first.player, first.state) == (1014, "ben", "Living room", "playing")
    assert (first.progress, first.duration, first.is_transcoded, first.series) == (90.5, 6240.0, False, None)
    assert (second.series, second.season, second.item.index) == (episode.of.name, 2, 1)
    assert (second.progress, second.is_transcoded) == (second.duration, True)


async def test_a_library_or_a_directory_in_it_is_looked_at_anew() -> None:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        await plex.activity.scan("1", path=None)
        await plex.activity.scan("1", path="/media/movies-1/Größe & co")
        with pytest.raises(ItemNotThere):
            await plex.activity.scan("77", path=None)
        assert server.scanned == [("1", None), ("1", "/media/movies-1/Größe & co")]


async def test_a_picture_is_made_small_by_the_server() -> None:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        picture = await plex.activity.picture(THUMB, width=30, height=45)
        asked_for = server.received[-1].query
        with pytest.raises(ItemNotThere):
            await plex.activity.picture("/library/metadata/9999/thumb/1", width=30, height=45)
    assert (picture.media_type, picture.content[16:24]) == ("image/png", bytes([0, 0, 0, 30, 0, 0, 0, 45]))
    assert asked_for == {"url": THUMB, "width": "30", "height": "45", "minSize": "1", "upscale": "0"}


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "http://elsewhere.example/x.jpg",
        "//elsewhere.example/library/metadata/1/thumb/2",
        "/library/metadata/1/thumb/../../../../etc/passwd",
        "/library/metadata/../thumb/2",
        "/library/metadata/1/thumb/2?X-Plex-Token=x",
        "/library/metadata/1/thumb/2\n",
        "/library/metadata/\u0661/thumb/2",
        "/library/parts/1/2/file.mkv",
        "library/metadata/1/thumb/2",
        "/library/metadata/1/%2e%2e/2",
        "/:/prefs",
        # What the server would do, or list, were it to look there for a picture.
        "/library/sections/1/refresh",
        "/library/metadata/1/refresh",
        "/library/sections/1/composite/2",
        "/library/metadata/1/children",
    ],
)
async def test_a_path_that_leads_to_no_picture_of_the_server_is_never_asked_for(path: str) -> None:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        with pytest.raises(ItemNotThere):
            await plex.activity.picture(path, width=10, height=10)
        assert server.received == []


@pytest.mark.parametrize("kind", ["photo", "photoalbum", "clip", "artist", "album", None])
async def test_of_somebodys_photographs_no_picture_is_shown(kind: str | None) -> None:
    said = json_answer({"MediaContainer": {"size": 1, "Metadata": [{"ratingKey": "1", "type": kind}]}})
    async with ScriptedServer(said) as server, asked(server, "t") as plex:
        with pytest.raises(ItemNotThere):
            await plex.activity.picture(THUMB, width=10, height=10)
        assert [each.path for each in server.received] == ["/library/metadata/1"]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"\xff\xd8\xff\xe0rest", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\nrest", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"<svg onload='x'/>", None),
        (b"GIF89a", None),
        (b"", None),
        (b"\xff\xd8\xff" + b"x" * LARGEST_PICTURE, None),
    ],
)
async def test_a_picture_is_what_its_first_bytes_say_and_not_too_large(content: bytes, media_type: str | None) -> None:
    said = Answer(body=content, headers={"Content-Type": "image/gif"})
    many = Limits(total=5.0, attempts=1, max_body=2 * LARGEST_PICTURE)
    film = json_answer({"MediaContainer": {"size": 1, "Metadata": [{"ratingKey": "1", "type": "movie"}]}})
    async with ScriptedServer(film, said) as server, asked(server, "t", limits=many) as plex:
        if media_type is None:
            with pytest.raises(NotAPicture):
                await plex.activity.picture(THUMB, width=10, height=10)
        else:
            assert (await plex.activity.picture(THUMB, width=10, height=10)).media_type == media_type
