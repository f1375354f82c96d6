"""What whoever keeps the index of the libraries promises; on Postgres and as a fake."""

import asyncio
from contextlib import nullcontext

import pytest
from msgspec.structs import replace

from medianest.adapters.postgres.library import PostgresLibraryIndex
from medianest.adapters.postgres.library_scans import PostgresLibraryScans, ensure_known
from medianest.adapters.postgres.pool import Database
from medianest.domain.media_request.vocabulary import FILM
from medianest.ports.library import (
    Copy,
    HeldTitle,
    MachineChanged,
    Machines,
    Place,
    ScannedLibrary,
    ScanRunning,
    ShelfTitle,
)
from medianest.ports.media_server import Guids
from tests.contract.library.kept import HOUR, NOON, Kept, season
from tests.shelving import MACHINE, shelve


async def test_a_page_of_titles_says_what_is_held_in_both_qualities_and_where(kept: Kept) -> None:
    film, series, other = kept.id, kept.id + 1, kept.id + 2
    await kept.film("1", film)
    await kept.film("2", film, is_4k=True, library="films in 4K")
    await kept.series("s", season("s1", 1, 8), season("s1", 1, 3, is_4k=True), season("s2", 2, 4), tmdb_id=series)
    found = await kept.index.of_titles([("movie", film), ("tv", series), ("tv", film), ("movie", other)])
    place = {"server": kept.server}
    assert found == {
        ("movie", film): HeldTitle(
            media_type="movie",
            tmdb_id=film,
            episodes={FILM: 1},
            episodes_4k={FILM: 1},
            places=(
                Place(**place, library_uuid="films", rating_key="1"),
                Place(**place, library_uuid="films in 4K", rating_key="2"),
            ),
        ),
        ("tv", series): HeldTitle(
            media_type="tv",
            tmdb_id=series,
            episodes={1: 8, 2: 4},
            episodes_4k={1: 3},
            places=(Place(**place, library_uuid="series", rating_key="s"),),
        ),
    }
    assert await kept.index.of_titles([]) == await kept.index.of_titles([("movie", 2**40), ("tv", 0)]) == {}


async def test_of_two_servers_the_one_that_holds_more_of_a_season_counts(kept: Kept) -> None:
    await kept.series("s", season("s1", 1, 3), tmdb_id=kept.id)
    await kept.series("s", season("s1", 1, 8), season("s2", 2, 1), tmdb_id=kept.id, server=f"{kept.server}b")
    found = await kept.held("tv", kept.id)
    assert found is not None
    assert (found.episodes, len(found.places)) == ({1: 8, 2: 1}, 2)


async def test_whatever_lies_somewhere_is_told_by_its_id_elsewhere(kept: Kept) -> None:
    await kept.film("1", kept.id)
    await kept.film("2", kept.id)
    await kept.film("3")
    await kept.series("s", season("s1", 1, 3), tmdb_id=kept.id + 1)
    here = [(kept.server, key) for key in ("1", "2", "3", "s", "s1", "nothing")]
    assert set(await kept.index.titles_at([*here, ("elsewhere", "1")])) == {("movie", kept.id), ("tv", kept.id + 1)}
    assert set(await kept.index.titles_at([])) == set()


async def test_what_lies_on_a_server_is_known_by_its_title_where_its_id_is(kept: Kept) -> None:
    await kept.film("1", kept.id)
    await kept.film("3")
    await kept.series("s", season("s1", 1, 3), tmdb_id=kept.id + 1)
    found = await kept.index.known_as(kept.server, ["1", "3", "s", "s1", "nothing"])
    assert found == {"1": ("movie", kept.id), "s": ("tv", kept.id + 1)}
    assert await kept.index.known_as(kept.server, []) == await kept.index.known_as("elsewhere", ["1"]) == {}


async def test_a_server_is_known_by_its_machine_once_it_was_seen(kept: Kept) -> None:
    assert kept.server not in await kept.scans.machines()
    await kept.scans.is_same(kept.server, MACHINE)
    assert (await kept.scans.machines())[kept.server] == Machines(known=MACHINE)


async def test_another_machine_is_remembered_until_the_known_one_answers_again(kept: Kept) -> None:
    await kept.scans.is_same(kept.server, MACHINE)
    for other in ("another", "yet-another"):
        assert not await kept.scans.is_same(kept.server, other)
        assert (await kept.scans.machines())[kept.server] == Machines(known=MACHINE, found=other)
    assert await kept.scans.is_same(kept.server, MACHINE)
    assert (await kept.scans.machines())[kept.server] == Machines(known=MACHINE)


async def test_what_is_as_it_was_is_not_written_again(kept: Kept) -> None:
    assert await kept.film("1", kept.id) == 2
    assert await kept.film("1", kept.id) == 0
    assert await kept.film("1", kept.id, library="moved") == 2
    assert (await kept.known(), await kept.known("moved")) == ([], [("1", False, None)])


async def test_a_title_that_is_named_as_before_and_has_no_id_any_more_keeps_those_that_it_had(kept: Kept) -> None:
    await kept.film("1", kept.id)
    assert await kept.film("1") == 0
    assert await kept.held("movie", kept.id) is not None
    another = ShelfTitle(rating_key="1", media_type="movie", title="Ferry II", year=1999, added_at=NOON)
    await shelve(kept.scans, kept.server, "films", [another], [])
    assert await kept.held("movie", kept.id) is None


async def test_the_same_key_twice_on_a_page_counts_once(kept: Kept) -> None:
    copy = Copy(rating_key="1", is_4k=False, title_key="1")
    title = ShelfTitle(rating_key="1", media_type="movie", title="Ferry", guids=Guids(tmdb_id=kept.id))
    await shelve(kept.scans, kept.server, "films", [title, title], [copy, copy])
    assert await kept.known() == [("1", False, None)]


async def test_what_no_column_can_hold_spoils_no_page(kept: Kept) -> None:
    title = ShelfTitle(
        rating_key="1", media_type="movie", title="Fer\0ry", guids=Guids(tmdb_id=2**50, tvdb_id=2**40), year=10**12
    )
    await shelve(kept.scans, kept.server, "films", [title], [Copy(rating_key="1", is_4k=False, title_key="1")])
    assert await kept.known() == [("1", False, None)]


async def test_a_library_tells_of_its_last_scan_and_when_one_was_healthy(kept: Kept) -> None:
    library = ScannedLibrary(server=kept.server, uuid="films", key="1", kind="movie", title="Films", scanned_at=NOON)
    await kept.scans.is_same(kept.server, MACHINE)
    await kept.scans.record(replace(library, healthy_at=NOON, items=2, seconds=1.5), machine=MACHINE)
    later = replace(library, title="Cinema", scanned_at=NOON + HOUR, trouble="unreachable")
    await kept.scans.record(later, machine=MACHINE)
    await kept.film("1", kept.id)
    await kept.film("2", kept.id)
    await kept.copies.mark_missing(kept.server, [("2", False)], NOON, machine=MACHINE)
    [shown] = [it for it in await kept.index.libraries() if it.server == kept.server]
    assert shown == replace(
        library, title="Cinema", scanned_at=NOON + HOUR, healthy_at=NOON, trouble="unreachable", held=2, missing=1
    )


async def test_a_server_that_is_dropped_leaves_nothing_and_calls_nothing_gone(kept: Kept) -> None:
    await kept.film("1", kept.id)
    await kept.scans.record(a_library(kept), machine=MACHINE)
    await kept.index.drop(kept.server)
    assert (await kept.known(), await kept.left.untold(limit=10)) == ([], [])
    assert kept.server not in {it.server for it in await kept.index.libraries()}
    assert kept.server not in await kept.index.servers()
    assert await kept.scans.is_same(kept.server, "another")


async def test_titles_without_a_library_are_known_to_be_of_their_server(kept: Kept) -> None:
    await kept.film("1", kept.id)
    assert kept.server not in {it.server for it in await kept.index.libraries()}
    assert kept.server in await kept.index.servers()


@pytest.mark.parametrize("since", ["dropped", "another", "the same"])
async def test_of_a_machine_that_is_not_the_one_any_more_nothing_is_put_down(kept: Kept, since: str) -> None:
    await kept.film("1", kept.id)
    if since != "the same":
        await kept.index.drop(kept.server)
    if since == "another":
        await kept.scans.is_same(kept.server, "another")
    copy = Copy(rating_key="2", is_4k=False, title_key="2")
    title = ShelfTitle(rating_key="2", media_type="movie", title="Ferry", guids=Guids(tmdb_id=kept.id))
    for late in (
        kept.scans.keep(kept.server, "films", [title], [copy], machine=MACHINE),
        kept.scans.record(a_library(kept), machine=MACHINE),
        kept.copies.mark_missing(kept.server, [("2", False)], NOON, machine=MACHINE),
    ):
        with nullcontext() if since == "the same" else pytest.raises(MachineChanged):
            await late
    await kept.copies.mark_missing(kept.server, [], NOON, machine=MACHINE)
    there = [("1", False, None), ("2", False, NOON)] if since == "the same" else []
    assert (await kept.known(), await kept.held("movie", kept.id) is None) == (there, not there)
    assert kept.server in await kept.index.servers() or since == "dropped"


async def test_whoever_drops_a_server_waits_for_who_is_writing_and_takes_that_along(
    pool: Database, shared_database_url: str
) -> None:
    index = PostgresLibraryIndex(pool)
    async with pool.connection() as writing, pool.connection() as watching:
        await PostgresLibraryScans(pool, shared_database_url).is_same("nas", MACHINE)
        async with writing.transaction():
            await ensure_known(writing, "nas", MACHINE)
            dropping = asyncio.create_task(index.drop("nas"))
            waiting = "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'DELETE FROM lib%'"
            async with asyncio.timeout(20):
                while await (await watching.execute(waiting)).fetchone() is None:
                    await asyncio.sleep(0.01)
            await writing.execute(
                "INSERT INTO library_copies (server, library_uuid, rating_key, is_4k, title_key, episodes) "
                "VALUES ('nas', 'films', '1', false, '1', 1)"
            )
        await dropping
    assert "nas" not in await index.servers()


async def test_the_first_machine_under_a_name_is_the_one(kept: Kept) -> None:
    assert await kept.scans.is_same(kept.server, "m1")
    assert await kept.scans.is_same(kept.server, "m1")
    assert not await kept.scans.is_same(kept.server, "m2")
    assert await kept.scans.newest_added(kept.server) is None
    await kept.scans.looked_until(kept.server, NOON, machine="m2")
    assert await kept.scans.newest_added(kept.server) is None
    await kept.scans.looked_until(kept.server, NOON, machine="m1")
    assert await kept.scans.newest_added(kept.server) == NOON


async def test_of_those_who_would_scan_a_library_at_once_one_does(kept: Kept) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def scan() -> None:
        async with kept.scans.scanning(kept.server, "films"):
            began.set()
            await may_end.wait()

    first = asyncio.create_task(scan())
    await began.wait()
    with pytest.raises(ScanRunning):
        async with kept.scans.scanning(kept.server, "films"):
            pass
    async with kept.scans.scanning(kept.server, "series"):
        may_end.set()
    await first
    async with kept.scans.scanning(kept.server, "films"):
        pass


def a_library(kept: Kept) -> ScannedLibrary:
    return ScannedLibrary(server=kept.server, uuid="films", key="1", kind="movie", title="Films")
