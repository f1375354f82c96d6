"""What is missing, gone and told, and whose ids are looked up; on Postgres and as a fake."""

from datetime import datetime

from medianest.ports.library import Copy, ShelfTitle
from medianest.ports.library_ids import UnknownTitle
from medianest.ports.media_server import Guids
from tests.contract.library.kept import HOUR, NOON, Kept, season
from tests.shelving import MACHINE, shelve


async def test_what_is_missing_stays_held_until_it_is_gone_and_is_there_again_when_it_is_seen(kept: Kept) -> None:
    await kept.film("1", kept.id)
    await kept.film("2", kept.id + 1)
    await kept.copies.mark_missing(kept.server, [("1", False), ("9", False)], NOON, machine=MACHINE)
    await kept.copies.mark_missing(kept.server, [("1", False)], NOON + HOUR, machine=MACHINE)
    assert await kept.known() == [("1", False, NOON), ("2", False, None)]
    assert await kept.copies.leaving(kept.server, "films", missing_until=NOON - HOUR) == (0, 2)
    assert await kept.copies.leaving(kept.server, "films", missing_until=NOON) == (1, 2)
    assert await kept.held("movie", kept.id) is not None
    assert await kept.copies.mark_gone(kept.server, "films", missing_until=NOON - HOUR, at=NOON) == 0
    assert await kept.copies.mark_gone(kept.server, "films", missing_until=NOON, at=NOON + HOUR) == 1
    assert await kept.held("movie", kept.id) is None
    assert await kept.known() == [("2", False, None)]
    await kept.film("1", kept.id)
    assert await kept.held("movie", kept.id) is not None
    assert await kept.left.untold(limit=10) == []


async def test_what_is_waited_for_is_not_missing(kept: Kept) -> None:
    for key in "12":
        await kept.film(key, kept.id)
    await kept.copies.mark_missing(kept.server, [("1", False), ("2", False)], NOON, machine=MACHINE)
    await kept.copies.mark_missing(kept.server, [("1", False)], None, machine=MACHINE)
    assert await kept.known() == [("1", False, None), ("2", False, NOON)]
    await kept.copies.wait_for(kept.server, "films")
    assert await kept.known() == [("1", False, None), ("2", False, None)]


async def test_copies_are_read_in_pieces_the_better_one_last(kept: Kept) -> None:
    await kept.film("1", kept.id, is_4k=True)
    await kept.film("1", kept.id)
    await kept.film("2", kept.id)
    first = await kept.copies.known(kept.server, "films", after=None, limit=2)
    rest = await kept.copies.known(kept.server, "films", after=("1", True), limit=2)
    assert [(it.rating_key, it.is_4k) for it in (*first, *rest)] == [("1", False), ("1", True), ("2", False)]


async def test_what_is_gone_says_what_is_held_of_it_still_until_it_is_told(kept: Kept) -> None:
    elsewhere = f"{kept.server}b"
    both = (season("s1", 1, 8), season("s2", 2, 8, is_4k=True))
    await kept.series("s", *both, tmdb_id=kept.id)
    await kept.series("t", season("t2", 2, 8, of="t"), tmdb_id=kept.id, server=elsewhere)
    await kept.series("u", season("u1", 1, 8, of="u"))
    await kept.copies.mark_missing(kept.server, [("s1", False), ("s2", True), ("u1", False)], NOON, machine=MACHINE)
    await kept.copies.mark_gone(kept.server, "series", missing_until=NOON, at=NOON)
    left = await kept.left.untold(limit=10)
    assert [(it.rating_key, it.media_type, it.tmdb_id, it.season, it.is_4k) for it in left] == [
        ("s1", "tv", kept.id, 1, False),
        ("s2", "tv", kept.id, 2, True),
        ("u1", "tv", None, 1, False),
    ]
    assert [(it.is_held, it.is_held_4k) for it in left] == [(False, False), (True, False), (False, False)]
    assert await kept.left.untold(limit=1) == left[:1]
    await kept.left.told(left)
    await kept.left.told([])
    assert await kept.left.untold(limit=10) == []


async def test_ids_elsewhere_are_found_once_and_imdb_is_believed_before_tvdb(kept: Kept) -> None:
    imdb = UnknownTitle(source="imdb", external_id=f"tt{kept.id}", media_type="tv")
    tvdb = UnknownTitle(source="tvdb", external_id=str(kept.id), media_type="tv")
    title = ShelfTitle(
        rating_key="s", media_type="tv", title="Tides", guids=Guids(imdb_id=imdb.external_id, tvdb_id=kept.id)
    )

    async def unknown(now: datetime) -> set[UnknownTitle]:
        return {it for it in await kept.found.unknown(not_since=now, limit=1000) if it in (imdb, tvdb)}

    async def seen() -> None:
        await shelve(kept.scans, kept.server, "series", [title], [season("s1", 1, 8)])

    await seen()
    assert await unknown(NOON) == {imdb, tvdb}
    await kept.found.put(imdb, None, NOON)
    assert await unknown(NOON) == {tvdb}
    assert await unknown(NOON + HOUR) == {imdb, tvdb}
    await kept.found.put(tvdb, kept.id + 1, NOON)
    assert await kept.held("tv", kept.id + 1) is not None
    assert await unknown(NOON + HOUR) == set()
    await kept.found.put(imdb, kept.id + 2, NOON + HOUR)
    await seen()
    assert await kept.held("tv", kept.id + 2) is not None
    assert await kept.held("tv", kept.id + 1) is None


async def test_an_id_of_tmdb_is_believed_before_all_others(kept: Kept) -> None:
    imdb = UnknownTitle(source="imdb", external_id=f"tt{kept.id}", media_type="movie")
    await kept.found.put(imdb, kept.id + 1, NOON)
    guids = Guids(tmdb_id=kept.id, imdb_id=imdb.external_id)
    title = ShelfTitle(rating_key="1", media_type="movie", title="Ferry", guids=guids)
    await shelve(kept.scans, kept.server, "films", [title], [Copy(rating_key="1", is_4k=False, title_key="1")])
    assert await kept.held("movie", kept.id) is not None
    assert await kept.held("movie", kept.id + 1) is None
