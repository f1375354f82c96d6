"""How somebody sees titles: in their words, and with what became of them, by one question."""

import asyncio

import pytest

from medianest.application.kept_reads import ages_noted
from medianest.application.people import PeopleBook
from medianest.application.queries.titles_seen import Readers, Sight
from medianest.application.viewer import Viewer
from medianest.domain.media_request.vocabulary import MediaType
from medianest.domain.user.commands import ChooseLanguage
from medianest.ports.library import Copy, ShelfTitle
from medianest.ports.locale import Locale
from medianest.ports.media_server import Guids
from medianest.ports.metadata import Season, Title, TitleDetails
from tests.fakes.library import FakeLibrary
from tests.fakes.metadata import FakeMetadata
from tests.fakes.sessions import FakeSessions
from tests.fakes.standings import FakeTitleStandings
from tests.shelving import shelve
from tests.unit.application.rig import Rig

HOUSE = Locale(language="en-US", region="US")


def series(tmdb_id: int) -> TitleDetails:
    seasons = tuple(
        Season(number=number, name=f"Season {number}", episode_count=8, air_date="1999-01-01") for number in (1, 2)
    )
    return TitleDetails(media_type="tv", tmdb_id=tmdb_id, title=f"Series {tmdb_id}", seasons=seasons)


class SlowMetadata(FakeMetadata):
    """Answers when `go` is set."""

    def __init__(self, *titles: TitleDetails) -> None:
        super().__init__(*titles)
        self.go = asyncio.Event()

    async def details(
        self, media_type: MediaType, tmdb_id: int, *, locale: Locale | None = None
    ) -> TitleDetails | None:
        await self.go.wait()
        return await super().details(media_type, tmdb_id, locale=locale)


async def held(*series_ids: int) -> FakeLibrary:
    """A library with the first season of each."""
    library = FakeLibrary()
    for tmdb_id in series_ids:
        title = ShelfTitle(rating_key=str(tmdb_id), media_type="tv", title="Held", guids=Guids(tmdb_id=tmdb_id))
        copy = Copy(rating_key=f"{tmdb_id}s", is_4k=False, title_key=str(tmdb_id), season=1, episodes=8)
        await shelve(library, "own", "series", [title], [copy])
    return library


async def test_a_page_is_one_question_and_only_series_that_are_held_are_looked_up(rig: Rig) -> None:
    metadata = FakeMetadata(*(series(number) for number in range(1, 21)))
    standings = FakeTitleStandings(rig.board, await held(1, 2))
    viewer = Viewer(user_id=await rig.person(), permissions=frozenset())
    titles = [Title(media_type="tv", tmdb_id=number, title="Tides") for number in range(1, 21)]
    seen = await Sight(standings, metadata, rig.clock).of(titles, viewer, HOUSE)
    assert [each.standing.media_status for each in seen] == ["partially_available"] * 2 + [None] * 18
    assert (standings.asked, metadata.calls) == (1, 2)


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_page_does_not_wait_long_for_what_nobody_says(rig: Rig, is_away: bool) -> None:
    metadata = SlowMetadata(series(1))
    if is_away:
        metadata.break_down()
        metadata.go.set()
    viewer = Viewer(user_id=await rig.person(), permissions=frozenset())
    sight = Sight(FakeTitleStandings(rig.board, await held(1)), metadata, rig.clock)
    title = Title(media_type="tv", tmdb_id=1, title="Tides")
    with ages_noted() as noted:
        [seen] = await sight.of([title], viewer, HOUSE)
    assert seen.standing.media_status == "available"  # as far as it is known
    assert noted.stalest is None
    metadata.outage = None
    metadata.go.set()
    [seen] = await sight.of([title], viewer, HOUSE)
    assert seen.standing.media_status == "partially_available"


async def test_whoever_chose_no_language_reads_in_the_houses(rig: Rig) -> None:
    chosen, other = await rig.person(), await rig.person()
    await rig.run(ChooseLanguage(**rig.by(chosen), user_id=chosen, language="de", region=None))
    people = PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)
    await people.catch_up()
    readers = Readers(people, HOUSE)
    viewer = Viewer(user_id=chosen, permissions=frozenset())
    assert readers.locale(viewer) == Locale(language="de", region="US")
    assert readers.locale(viewer, language="fr", region="FR") == Locale(language="fr", region="FR")
    assert readers.locale(Viewer(user_id=other, permissions=frozenset())) == HOUSE
