"""What a client says it wants, made into what the provider knows."""

import msgspec
import pytest

from medianest.application.asking import Asking, FilmHasNoSeasons, SeasonNotFound, Seasons, TitleNotFound
from medianest.domain.media_request.events import RequestSubmitted
from medianest.domain.media_request.refusals import SeasonsRequired
from medianest.domain.media_request.vocabulary import MediaType
from medianest.ports.failures import MetadataUnavailable
from medianest.ports.front_door import Answer, Decided
from medianest.ports.metadata import Season
from tests.fakes.library import FakeLibrary
from tests.fakes.metadata import FILM, SERIES, FakeMetadata
from tests.unit.application.rig import CLICK, Rig

SPECIALS = Season(number=0, name="Specials", episode_count=3)
WITH_SPECIALS = msgspec.structs.replace(SERIES, seasons=(SPECIALS, *SERIES.seasons))
ONLY_SPECIALS = msgspec.structs.replace(SERIES, tmdb_id=5, seasons=(SPECIALS,))


async def worded(_decided: Decided) -> Answer:
    return Answer(status=201, body=b"")


@pytest.fixture
def metadata() -> FakeMetadata:
    return FakeMetadata(FILM, WITH_SPECIALS, ONLY_SPECIALS)


async def ask(
    rig: Rig, metadata: FakeMetadata, media_type: MediaType, tmdb_id: int, seasons: Seasons
) -> RequestSubmitted:
    outcome = await Asking(rig.bus, metadata, FakeLibrary(), clock=rig.clock, ids=rig.ids).ask(
        actor=await rig.person(),
        media_type=media_type,
        tmdb_id=tmdb_id,
        seasons=seasons,
        is_4k=False,
        note="Please.",
        context=CLICK,
        wording=worded,
        idempotency=None,
    )
    return next(r.event for r in outcome.recorded if isinstance(r.event, RequestSubmitted))


async def test_title_year_and_poster_are_the_providers(rig: Rig, metadata: FakeMetadata) -> None:
    event = await ask(rig, metadata, "movie", FILM.tmdb_id, None)
    assert (event.title, event.year, event.poster_path, event.note) == (FILM.title, 1985, "/film.jpg", "Please.")


@pytest.mark.parametrize(
    ("wanted", "numbers"), [("all", (1, 2, 3, 4)), ([3, 1, 3], (1, 3)), ([0], (0,)), ([0, 2], (0, 2))]
)
async def test_seasons_are_those_that_are_named_and_all_of_them_without_the_specials(
    rig: Rig, metadata: FakeMetadata, wanted: Seasons, numbers: tuple[int, ...]
) -> None:
    assert (await ask(rig, metadata, "tv", SERIES.tmdb_id, wanted)).seasons == numbers


@pytest.mark.parametrize(
    ("media_type", "tmdb_id", "seasons", "refusal"),
    [
        ("movie", FILM.tmdb_id, [1], FilmHasNoSeasons),
        ("movie", FILM.tmdb_id, "all", FilmHasNoSeasons),
        ("movie", 404, None, TitleNotFound),
        ("tv", FILM.tmdb_id, "all", TitleNotFound),
        ("tv", SERIES.tmdb_id, [1, 9], SeasonNotFound),
        ("tv", SERIES.tmdb_id, None, SeasonsRequired),
        ("tv", SERIES.tmdb_id, [], SeasonsRequired),
        ("tv", ONLY_SPECIALS.tmdb_id, "all", SeasonsRequired),
    ],
)
async def test_what_cannot_be_had_is_refused(
    rig: Rig, metadata: FakeMetadata, media_type: MediaType, tmdb_id: int, seasons: Seasons, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await ask(rig, metadata, media_type, tmdb_id, seasons)
    assert "media_request.submitted" not in await rig.tags()


async def test_a_season_that_is_not_there_is_named(rig: Rig, metadata: FakeMetadata) -> None:
    with pytest.raises(SeasonNotFound, match="Kingdom of Moss has no season 9"):
        await ask(rig, metadata, "tv", SERIES.tmdb_id, [9, 11])


async def test_without_the_provider_nobody_can_ask(rig: Rig, metadata: FakeMetadata) -> None:
    metadata.break_down()
    with pytest.raises(MetadataUnavailable):
        await ask(rig, metadata, "movie", FILM.tmdb_id, None)
