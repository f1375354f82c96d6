"""What the adapters make of a server that has bad days, and of what is none."""

from collections.abc import Callable
from typing import Any

import pytest

from medianest.adapters.standin import FaultKind, PlexServerStandin
from medianest.adapters.standin.faults import FAULT_KINDS
from medianest.adapters.standin.server import Answer, Received, json_answer
from medianest.adapters.upstream import Limits
from medianest.main.plex import PlexServerAdapters, plex_server_at
from medianest.ports.failures import PlexUnavailable
from medianest.ports.media_server import Item, ServerRefusesToken
from tests.contract.media_server import QUICK, asked
from tests.fakes.scripted_server import ScriptedServer
from tests.logged import hear_everything

THUMB = "/library/metadata/1/thumb/1780000060"
METHODS: dict[str, Callable[[PlexServerAdapters], Any]] = {
    "identity": lambda plex: plex.media.identity(),
    "libraries": lambda plex: plex.media.libraries(),
    "items": lambda plex: plex.media.items("1", "movie", start=0, size=2),
    "item": lambda plex: plex.media.item("1"),
    "recently_added": lambda plex: plex.media.recently_added(library_key="1", limit=2),
    "search": lambda plex: plex.media.search("moss", limit=2),
    "collections": lambda plex: plex.collections.all("1"),
    "collection": lambda plex: plex.collections.find("40"),
    "create": lambda plex: plex.collections.create("1", "movie", "x", ["1"]),
    "playing": lambda plex: plex.activity.playing(),
    "picture": lambda plex: plex.activity.picture(THUMB, width=10, height=10),
}
FAULTS = [(kind, name) for kind in FAULT_KINDS for name in METHODS if kind != "slow" or name == "libraries"]
SERVER = {"MediaContainer": {"machineIdentifier": "a" * 40, "version": "1.41"}}
FILM: dict[str, Any] = {"ratingKey": "7", "type": "movie", "title": "Moss", "librarySectionID": 1}


def page(*items: Any, **about: Any) -> Answer:
    container = {"size": len(items), "totalSize": len(items), "offset": 0, "Metadata": list(items)}
    return json_answer({"MediaContainer": container | about})


async def read(answer: Answer, *, size: int = 10) -> Any:
    async with ScriptedServer(answer) as server, asked(server, "a-token") as plex:
        return await plex.media.items("1", "movie", start=0, size=size)


async def film(**changes: Any) -> Item:
    [item] = (await read(page(FILM | changes))).items
    assert isinstance(item, Item)
    return item


@pytest.mark.parametrize(("kind", "name"), FAULTS)
async def test_every_fault_is_an_outage_and_passes(kind: FaultKind, name: str) -> None:
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        server.shelf.collections[40] = server.shelf.collect("1", "Sea", [1])
        server.fail(kind, times=1000)
        with pytest.raises(PlexUnavailable) as outage:
            await METHODS[name](plex)
        assert server.url not in str(outage.value)
        assert server.token not in str(outage.value)
        server.behave()
        await METHODS[name](plex)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_no_to_our_token_is_told_apart_from_an_outage(status: int) -> None:
    refusal = Answer(status=status, headers={"Content-Type": "text/html"}, body=b"<h1>No</h1>")
    async with ScriptedServer(refusal) as server, asked(server, "a-token") as plex:
        for method in METHODS.values():
            with pytest.raises(ServerRefusesToken) as refused:
                await method(plex)
            assert "a-token" not in str(refused.value)


@pytest.mark.parametrize("status", [401, 403])
async def test_a_no_to_what_a_guests_token_may_not_is_none_to_the_token(status: int) -> None:
    def only_the_front_page(request: Received) -> Answer:
        return json_answer(SERVER) if request.path == "/" else Answer(status=status, body=b"<h1>No</h1>")

    async with ScriptedServer(only_the_front_page) as server, asked(server, "a-token") as plex:
        for name in METHODS.keys() - {"identity"}:
            with pytest.raises(PlexUnavailable, match="does not let our token"):
                await METHODS[name](plex)


async def test_a_404_of_whatever_stands_in_front_of_the_server_says_nothing_about_a_library() -> None:
    lost = Answer(status=404, headers={"Content-Type": "text/html"}, body=b"<h1>404</h1>")
    async with ScriptedServer(lost) as server, asked(server, "a-token") as plex:
        for method in METHODS.values():
            with pytest.raises(PlexUnavailable):
                await method(plex)


@pytest.mark.parametrize(
    "answer",
    [
        page(FILM | {"ratingKey": None}),
        page(FILM | {"ratingKey": "../1"}),
        page(FILM | {"type": "track"}),
        page(FILM | {"type": "show"}),
        page(FILM | {"type": ["movie"]}),
        page(7),
        page(FILM, size=2),
        page(FILM, totalSize=0),
        page(FILM, totalSize="many"),
        page(FILM, offset=50),
        page(*[FILM] * 11),
        page(totalSize=5),
        json_answer({"MediaContainer": {"totalSize": 0}}),
        json_answer({"MediaContainer": None}),
        json_answer({"MediaContainer": {"size": 1, "totalSize": 1, "Metadata": {}}}),
        json_answer([]),
        Answer(body=b"[" * 100_000),
        Answer(body=b""),
        Answer(body=b'{"MediaContainer": {"size": 0, "totalSize": 0'),
        Answer(body=b"<?xml version='1.0'?><MediaContainer size='0' totalSize='0'/>"),
        Answer(status=302, headers={"Location": "/login"}),
        Answer(status=204),
    ],
)
async def test_an_answer_that_makes_no_sense_is_none_and_never_an_empty_library(answer: Answer) -> None:
    with pytest.raises(PlexUnavailable):
        await read(answer)


async def test_an_answer_without_end_is_given_up() -> None:
    async with (
        ScriptedServer(Answer(body=b" " * 200_000)) as server,
        asked(server, "t", limits=Limits(total=1.0, attempts=1, max_body=100_000)) as plex,
    ):
        with pytest.raises(PlexUnavailable):
            await plex.media.libraries()


async def test_a_total_that_shrinks_is_told_as_it_is() -> None:
    def shrinking(request: Any) -> Answer:
        start = int(request.query["X-Plex-Container-Start"])
        return page(*([FILM] if start < 3 else []), totalSize=5 - start, offset=start)

    async with ScriptedServer(shrinking) as server, asked(server, "t") as plex:
        pages = [await plex.media.items("1", "movie", start=start, size=1) for start in (0, 1, 2, 3)]
    assert [(len(each.items), each.total) for each in pages] == [(1, 5), (1, 4), (1, 3), (0, 2)]


async def test_an_old_server_that_says_no_total_is_believed_about_a_short_page_only() -> None:
    short = json_answer({"MediaContainer": {"size": 1, "Metadata": [FILM]}})
    assert (await read(short)).total == 1
    with pytest.raises(PlexUnavailable):
        await read(short, size=1)


async def test_numbers_may_be_strings_and_strings_numbers() -> None:
    found = await film(ratingKey=7, year="1999", addedAt="1780000000", librarySectionID="3", leafCount="12")
    assert (found.rating_key, found.year, found.library_key, found.leaf_count) == ("7", 1999, "3", 12)
    assert found.added_at is not None
    assert found.added_at.timestamp() == 1_780_000_000


@pytest.mark.parametrize("odd", [None, "", "x", -1, 1e300, 10**30, "9" * 30, True, [], {}, [None], [[1]], [{"id": 5}]])
async def test_what_is_odd_about_an_item_is_unknown_and_the_item_is_there(odd: Any) -> None:
    names = ["title", "summary", "year", "addedAt", "guid", "Guid", "Media", "leafCount", "thumb", "art", "deletedAt"]
    found = await film(**dict.fromkeys(names, odd))
    assert (found.rating_key, found.guids.imdb_id, found.thumb, found.has_4k) == ("7", None, None, False)


async def test_two_films_that_share_one_file_are_both_there() -> None:
    shared = [{"videoResolution": "1080", "Part": [{"file": "/media/films/double-feature.mkv"}]}]
    films = [FILM | {"ratingKey": key, "Media": shared, "Guid": [{"id": f"tmdb://{key}"}]} for key in ("7", "8")]
    found = (await read(page(*films))).items
    assert [(each.rating_key, each.guids.tmdb_id, each.has_other) for each in found] == [("7", 7, True), ("8", 8, True)]


@pytest.mark.parametrize(
    ("media", "quality"),
    [
        ([{"videoResolution": "4k"}], (True, False, False)),
        ([{"videoResolution": "4K"}, {"videoResolution": "1080"}], (True, True, False)),
        ([{"videoResolution": "sd"}], (False, True, False)),
        ([{}], (False, True, False)),
        ([], (False, False, False)),
        ([{"videoResolution": "4k", "deletedAt": 1_780_000_000}], (True, False, True)),
        ([{"videoResolution": "4k"}, {"videoResolution": "720", "deletedAt": 1_780_000_000}], (True, False, False)),
        ([{"videoResolution": "720", "Part": [{"exists": False}]}], (False, True, True)),
        ([{"videoResolution": "720", "Part": [{"accessible": "0"}, {}]}], (False, True, True)),
        ([{"videoResolution": "720", "Part": [{"exists": True, "accessible": 1}]}], (False, True, False)),
    ],
)
async def test_the_quality_is_that_of_the_files_that_are_there(
    media: list[Any], quality: tuple[bool, bool, bool]
) -> None:
    found = await film(Media=media)
    assert (found.has_4k, found.has_other, found.is_away) == quality


async def test_an_item_that_the_server_has_lost_is_away() -> None:
    assert (await film(deletedAt=1_780_000_000)).is_away


async def test_only_pictures_of_the_server_itself_are_named() -> None:
    found = await film(thumb="https://elsewhere.example/x.jpg", art="/library/metadata/7/art/9?width=4")
    assert (found.thumb, found.art) == (None, "/library/metadata/7/art/9")


async def test_what_goes_out_names_our_device_and_keeps_the_token_out_of_addresses_and_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hear_everything(caplog)
    async with PlexServerStandin() as server, asked(server, server.token) as plex:
        server.shelf.collections[40] = server.shelf.collect("1", "Sea", [1])
        for method in METHODS.values():
            await method(plex)
        sent = list(server.received)
    assert len({each.headers["x-plex-client-identifier"] for each in sent}) == 1
    assert {each.headers["x-plex-token"] for each in sent} == {server.token}
    assert {each.headers["accept"] for each in sent if "photo" not in each.path} == {"application/json"}
    assert server.token not in str([(each.path, each.query) for each in sent]) + caplog.text


async def test_a_server_below_a_path_is_reached_there() -> None:
    async with ScriptedServer(page(FILM)) as server:
        async with plex_server_at("plex", f"{server.url}/plex/", "t", b"k", limits=QUICK) as plex:
            await plex.media.items("1", "movie", start=0, size=10)
        assert server.received[0].path == "/plex/library/sections/1/all"


async def test_thousands_of_films_are_read_by_pages_each_of_them_once() -> None:
    async with PlexServerStandin() as server, asked(server, server.token, limits=Limits(total=20.0)) as plex:
        server.shelf.empty("1")
        server.shelf.generate("1", 2_000)
        start, found = 0, set[str]()
        while start < (last := await plex.media.items("1", "movie", start=start, size=500)).total:
            found |= {each.rating_key for each in last.items}
            start += len(last.items)
    assert (len(found), last.total) == (2_000, 2_000)
