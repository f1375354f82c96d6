"""What the board of requests promises."""

import random
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from medianest.adapters.postgres.board import PostgresRequestBoard
from medianest.adapters.postgres.pool import Database
from medianest.ports.views import BoardFilter, BoardSort, Page
from medianest.projections.request_board import REQUEST_BOARD, RequestCard
from medianest.projections.request_parts import PartCard
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.pages import all_pages
from tests.contract.views.rows import ADA, BOB, CAT, a_card, at
from tests.histories import recorded_history
from tests.unit.projections.views import folded


@pytest.fixture
def board(database: Database) -> PostgresRequestBoard:
    return PostgresRequestBoard(database)


async def test_a_card_is_read_back_as_it_was_written(board: PostgresRequestBoard, fill: Fill) -> None:
    _, history = recorded_history(6, 250)
    cards = folded(REQUEST_BOARD, history)
    assert len(cards) > 5
    await fill(REQUEST_BOARD, list(cards.values()))
    for key, card in cards.items():
        assert await board.find(key) == card
    assert await board.find(uuid4()) is None
    some = dict(list(cards.items())[:3])
    assert await board.those([*some, uuid4()]) == some
    assert await board.those([]) == {}


async def test_every_character_that_people_write_is_read_back(board: PostgresRequestBoard, fill: Fill) -> None:
    odd = 'Ünï "quoted" {brace} \\ back, comma\nline 🎬 NULL'
    card = a_card(1, title=odd, gateway_ids=(odd, "", "NULL", "{}"), note=odd, note_by=ADA, error="\x00nul")
    await fill(REQUEST_BOARD, [card])
    read = await board.find(card.request_id)
    assert read is not None
    assert (read.title, read.gateway_ids, read.note, read.error) == (odd, card.gateway_ids, odd, "nul")


SORTS = {
    "newest": (lambda card: (card.created_at, card.request_id), True),
    "oldest": (lambda card: (card.created_at, card.request_id), False),
    "updated": (lambda card: (card.updated_at, card.request_id), True),
    "title": (lambda card: (card.title.lower(), card.request_id), False),
}


@pytest.mark.parametrize("sort", SORTS)
async def test_pages_hold_every_card_once_in_order(board: PostgresRequestBoard, fill: Fill, sort: BoardSort) -> None:
    chance = random.Random(1)
    cards = [
        a_card(
            n,
            request_id=UUID(int=chance.getrandbits(128)),
            created_at=at(chance.randrange(5)),
            updated_at=at(chance.randrange(5) / 1e6),
            title=chance.choice(["alpha", "Alpha", "BETA", "gamma"]),
        )
        for n in range(23)
    ]
    await fill(REQUEST_BOARD, cards)
    seen = await all_pages(lambda after: board.list(BoardFilter(), sort=sort, limit=5, after=after), 5)
    key, is_reversed = SORTS[sort]
    assert seen == sorted(cards, key=key, reverse=is_reversed)


async def test_a_filter_keeps_what_it_names(board: PostgresRequestBoard, fill: Fill) -> None:
    cards = [
        a_card(1),
        a_card(2, status="available", media_type="tv", owner=BOB, followers=(ADA, CAT)),
        a_card(3, status="available", owner=BOB),
        a_card(4, status="handed_on", media_type="tv", owner=CAT, needs_approval=True),
    ]
    await fill(REQUEST_BOARD, cards)

    async def kept(**criteria: object) -> list[int]:
        page = await board.list(BoardFilter(**criteria), sort="oldest", limit=10, after=None)  # type: ignore[arg-type]
        return [card.tmdb_id for card in page.items]

    assert await kept() == [1, 2, 3, 4]
    assert await kept(status="available") == [2, 3]
    assert await kept(media_type="tv") == [2, 4]
    assert await kept(requested_by=BOB) == [2, 3]
    assert await kept(member=ADA) == [1, 2]
    assert await kept(needs_approval=True) == [1, 4]
    assert await kept(needs_approval=False) == [2, 3]
    assert await kept(status="available", member=CAT, media_type="tv") == [2]
    assert await kept(member=UUID(int=9)) == []


async def test_requests_of_titles_are_found_by_kind_and_number(board: PostgresRequestBoard, fill: Fill) -> None:
    cards = [a_card(1, tmdb_id=7), a_card(2, tmdb_id=7, media_type="tv"), a_card(3, tmdb_id=7), a_card(4, tmdb_id=8)]
    await fill(REQUEST_BOARD, cards)
    assert await board.of_titles([("movie", 7), ("tv", 8)]) == [cards[2], cards[0]]
    assert await board.of_titles([]) == []


async def test_what_the_gateway_works_on_comes_oldest_first(board: PostgresRequestBoard, fill: Fill) -> None:
    mixed = (PartCard(number=1, status="failed"), PartCard(number=2, status="handed_on"))
    cards = [
        a_card(1, status="failed", parts=mixed, media_type="tv", updated_at=at(9)),
        a_card(2, status="handed_on"),
        a_card(3, status="approved"),
        a_card(4, status="available"),
    ]
    await fill(REQUEST_BOARD, cards)
    assert (await board.handed_on(limit=5, after=None)).items == [cards[1], cards[0]]
    first = await board.handed_on(limit=1, after=None)
    second = await board.handed_on(limit=1, after=first.next_key)
    assert ([*first.items, *second.items], second.next_key) == ([cards[1], cards[0]], None)


async def test_what_waits_untouched_comes_oldest_first(board: PostgresRequestBoard, fill: Fill) -> None:
    cards = [
        a_card(1, needs_approval=True, updated_at=at(5)),
        a_card(2, needs_approval=True, updated_at=at(3)),
        a_card(3, needs_approval=True, updated_at=at(9)),
        a_card(4, needs_approval=False, status="approved", updated_at=at(1)),
    ]
    await fill(REQUEST_BOARD, cards)
    assert await board.waiting(untouched_since=at(9), limit=5) == [cards[1], cards[0]]
    assert await board.waiting(untouched_since=at(9), limit=1) == [cards[1]]


async def test_a_key_of_another_list_is_a_value_error(board: PostgresRequestBoard) -> None:
    for key in (("Title 00001", str(ADA)), ("2026-01-01T00:00:00+00:00", "me"), ("only one",), ()):
        with pytest.raises(ValueError, match="key"):
            await board.list(BoardFilter(), sort="newest", limit=5, after=key)


@pytest.fixture
async def many(fill: Fill) -> list[RequestCard]:
    """A board of which each filter keeps a small part."""
    chance = random.Random(2)
    people = [UUID(int=n) for n in range(1, 200)]
    statuses = ["available"] * 90 + ["pending", "approved", "handed_on", "failed", "rejected", "cancelled"]
    cards = [
        a_card(n, status=chance.choice(statuses), owner=chance.choice(people), followers=(chance.choice(people),))
        for n in range(1, 4000)
    ]
    await fill(REQUEST_BOARD, cards)
    return cards


@pytest.mark.parametrize("sort", SORTS)
async def test_no_list_reads_the_whole_table(
    database: Database, many: list[RequestCard], plans: Plans, sort: BoardSort
) -> None:
    person = many[7].owner
    for criteria in (
        BoardFilter(),
        BoardFilter(status="failed"),
        BoardFilter(media_type="movie"),
        BoardFilter(requested_by=person),
        BoardFilter(member=person),
        BoardFilter(needs_approval=True),
        BoardFilter(needs_approval=False),
    ):
        seen = await plans(PostgresRequestBoard, partial(asked, **question(criteria, sort)))
        assert "Seq Scan" not in "".join(seen), (criteria, seen)
        first = await asked(PostgresRequestBoard(database), **question(criteria, sort))
        after = question(criteria, sort) | {"after": first.next_key}
        seen = await plans(PostgresRequestBoard, partial(asked, **after))
        assert "Seq Scan" not in "".join(seen), (criteria, seen)


async def asked(board: PostgresRequestBoard, criteria: BoardFilter, **rest: Any) -> Page[RequestCard]:
    return await board.list(criteria, **rest)


def question(criteria: BoardFilter, sort: BoardSort) -> dict[str, Any]:
    return {"criteria": criteria, "sort": sort, "limit": 20, "after": None}


async def test_no_other_question_reads_the_whole_table(many: list[RequestCard], plans: Plans) -> None:
    for seen in (
        await plans(PostgresRequestBoard, lambda board: board.of_titles([("movie", 5), ("tv", 6)])),
        await plans(PostgresRequestBoard, lambda board: board.handed_on(limit=10, after=None)),
        await plans(PostgresRequestBoard, lambda board: board.handed_on(limit=10, after=(at(9).isoformat(), str(CAT)))),
        await plans(PostgresRequestBoard, lambda board: board.find(many[0].request_id)),
        await plans(PostgresRequestBoard, lambda board: board.those([card.request_id for card in many[:20]])),
    ):
        assert seen
        assert "Seq Scan" not in "".join(seen)


async def test_requests_are_found_by_words_of_their_titles(
    board: PostgresRequestBoard, fill: Fill, plans: Plans
) -> None:
    titles = ["Dune: Part Two", "DUNE", "Sand dunes", "Part of Dune", "Über-Dune"]
    cards = [a_card(number, title=title) for number, title in enumerate(titles, 1)]
    await fill(REQUEST_BOARD, [*cards, *(a_card(number) for number in range(100, 3000))])

    async def found(text: str, limit: int = 10) -> list[int]:
        return sorted(request_id.int for request_id in await board.with_words(text, limit=limit))

    assert await found("dune") == [1, 2, 4, 5]
    assert await found("dune PART") == [1]
    assert await found("über") == [5]
    assert len(await found("dune", limit=2)) == 2
    assert await found("...") == []
    assert await found("'quoted' & | ! <-> \\") == []
    seen = await plans(PostgresRequestBoard, lambda board: board.with_words("dune", limit=10))
    assert "Seq Scan" not in "".join(seen), seen
