"""What whoever knows how titles stand here promises; on Postgres and as a fake."""

from collections.abc import Awaitable, Callable, Collection, Sequence

import pytest

from medianest.adapters.postgres.library_scans import PostgresLibraryScans
from medianest.adapters.postgres.pool import Database
from medianest.adapters.postgres.standings import PostgresTitleStandings
from medianest.domain.media_request.vocabulary import FILM, MediaType
from medianest.ports.library import Copy, LibraryScans, ShelfTitle
from medianest.ports.media_server import Guids
from medianest.ports.standings import TitleStandings
from medianest.projections.request_board import REQUEST_BOARD, RequestCard
from medianest.projections.request_parts import PartCard
from tests.contract.views.conftest import Fill, Plans
from tests.contract.views.rows import BOB, a_card
from tests.fakes.library import FakeLibrary
from tests.fakes.standings import FakeTitleStandings
from tests.shelving import shelve

Ask = Callable[[Sequence[RequestCard]], Awaitable[None]]


class CardsAlone:
    """A part of `RequestBoard`, over cards that are put into it."""

    def __init__(self) -> None:
        self.cards: list[RequestCard] = []

    async def of_titles(self, titles: Collection[tuple[MediaType, int]]) -> Sequence[RequestCard]:
        found = [card for card in self.cards if (card.media_type, card.tmdb_id) in titles]
        return sorted(found, key=lambda card: (card.created_at, card.request_id), reverse=True)


class Kept:
    """`ask` puts requests down, `scans` takes what a library holds."""

    def __init__(self, standings: TitleStandings, scans: LibraryScans, ask: Ask) -> None:
        self.standings, self.scans, self.ask = standings, scans, ask

    async def hold(self, kind: MediaType, tmdb_id: int, *copies: Copy, server: str = "own") -> None:
        title = ShelfTitle(rating_key="t", media_type=kind, title="Ferry", guids=Guids(tmdb_id=tmdb_id))
        await shelve(self.scans, server, "shelf", [title], copies)


@pytest.fixture(params=["fake", "postgres"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "fake":
        board, library = CardsAlone(), FakeLibrary()

        async def put(cards: Sequence[RequestCard]) -> None:
            board.cards += cards

        return Kept(FakeTitleStandings(board, library), library, put)
    database: Database = request.getfixturevalue("database")
    fill: Fill = request.getfixturevalue("fill")
    scans = PostgresLibraryScans(database, request.getfixturevalue("database_url"))
    return Kept(PostgresTitleStandings(database), scans, lambda cards: fill(REQUEST_BOARD, cards))


async def test_requests_and_holdings_are_told_together_and_the_newest_request_comes_first(kept: Kept) -> None:
    parts = (PartCard(number=1, status="available"), PartCard(number=2, status="pending"))
    series = a_card(2, media_type="tv", tmdb_id=7, parts=parts, owner=BOB, note='a "note" {with} \\ everything')
    cards = [a_card(1, media_type="tv", tmdb_id=7, is_4k=True), series, a_card(3, tmdb_id=7)]
    await kept.ask(cards)
    await kept.hold("tv", 7, Copy(rating_key="s1", is_4k=False, title_key="t", season=1, episodes=8))
    both = [Copy(rating_key="f", is_4k=is_4k, title_key="t") for is_4k in (False, True)]
    await kept.hold("movie", 9, *both, server="another")
    known = await kept.standings.of_titles([("tv", 7), ("movie", 7), ("movie", 9), ("movie", 8)])
    assert known.keys() == {("tv", 7), ("movie", 7), ("movie", 9)}
    assert known["tv", 7].cards == (series, cards[0])
    assert known["movie", 7].cards == (cards[2],)
    assert known["movie", 7].held is None
    assert known["movie", 9].cards == ()
    held = known["tv", 7].held
    assert held is not None
    assert held.in_quality(is_4k=False) == {1: 8}
    assert held.in_quality(is_4k=True) == {}
    film = known["movie", 9].held
    assert film is not None
    assert film.in_quality(is_4k=True) == film.in_quality(is_4k=False) == {FILM: 1}


async def test_numbers_that_nothing_goes_by_are_nothing(kept: Kept) -> None:
    await kept.ask([a_card(1, tmdb_id=7)])
    assert await kept.standings.of_titles([("movie", 2**40), ("tv", -1), ("movie", 0)]) == {}
    assert await kept.standings.of_titles([]) == {}


async def test_a_hundred_titles_are_one_statement(fill: Fill, plans: Plans) -> None:
    await fill(REQUEST_BOARD, [a_card(number) for number in range(1, 150)])
    asked: list[tuple[MediaType, int]] = [("movie", number) for number in range(1, 101)]
    assert len(await plans(PostgresTitleStandings, lambda standings: standings.of_titles(asked))) == 1
