"""What two healthy scans miss: gone, unless it is too much at once."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from medianest.application.library.removals import CERTAIN, Removals
from medianest.application.library.scanning import LibraryScanner
from medianest.domain.kernel import SYSTEM
from medianest.domain.library import NothingHeldBack, RemovalsAllowed, RemovalsHeldBack, library_id
from medianest.domain.media_request.commands import CompleteRequest
from medianest.domain.media_request.vocabulary import FILM
from medianest.ports.library import ScanRunning
from medianest.ports.media_server import Library
from tests.unit.application.libraries import FILMS, House, film, gone_for_a_day
from tests.unit.application.rig import CLICK


@pytest.fixture
def house() -> House:
    return House()


async def test_what_two_healthy_scans_six_hours_apart_miss_is_gone_and_its_requests_know(house: House) -> None:
    ada = await house.rig.person("auto_approve")
    wanted = await house.rig.ask(ada, tmdb_id=1)
    await house.rig.run(CompleteRequest(**house.rig.by(SYSTEM), request_id=wanted))
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1")
    await house.scan(later=timedelta(hours=1))
    await house.scan(later=CERTAIN - timedelta(seconds=1))
    assert await house.held("movie", 1) == [1]
    assert house.jobs.waiting == []
    await house.scan(later=timedelta(seconds=1))
    assert await house.held("movie", 1, 2) == [2]
    assert [job.name for job in house.jobs.waiting] == ["titles_left"]
    assert await house.leaving.titles_left() == 1
    request = await house.rig.request(wanted)
    assert (request.status, request.gone) == ("available", frozenset({FILM}))
    assert await house.leaving.titles_left() == 0
    house.films(1)
    await house.scan()
    assert await house.held("movie", 1) == [1]


async def test_a_clock_that_is_set_six_hours_forward_has_no_two_scans_lie_six_hours_apart(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1")
    await house.scan()
    house.rig.clock.step(CERTAIN.total_seconds())
    for _ in range(3):
        await house.scan(later=timedelta(hours=1))
        assert await house.held("movie", 1) == [1]
    await house.scan(later=CERTAIN - timedelta(hours=3))
    assert await house.held("movie", 1) == [], "time that passed counts, whatever the clock shows"


async def test_a_clock_that_is_set_back_and_right_again_has_no_two_scans_lie_six_hours_apart(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1")
    house.rig.clock.step(-timedelta(hours=7).total_seconds())
    await house.scan(later=timedelta(hours=1))
    house.rig.clock.step(timedelta(hours=7).total_seconds())
    for _ in range(5):
        await house.scan(later=timedelta(hours=1))
        assert await house.held("movie", 1) == [1]
    await house.scan(later=CERTAIN)
    assert await house.held("movie", 1) == []


async def test_a_clock_that_was_set_long_ago_puts_nothing_off(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.rig.clock.step(30 * CERTAIN.total_seconds())
    await house.scan(later=CERTAIN)
    house.plex.remove("1")
    await house.scan()
    await house.scan(later=CERTAIN)
    assert await house.held("movie", 1) == []


async def test_what_a_former_process_missed_counts_by_the_clock(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1")
    await house.scan()
    rig = house.rig
    rig.clock.advance(CERTAIN.total_seconds())
    anew = Removals(rig.bus, rig.log, house.kept, house.kept, jobs=house.jobs, clock=rig.clock, ids=rig.ids)
    house.scanner = LibraryScanner(
        house.servers, house.kept, house.kept, anew, broadcast=house.broadcast, clock=rig.clock
    )
    await house.scan()
    assert await house.held("movie", 1) == []


async def test_of_a_series_the_seasons_that_went_left_its_requests(house: House) -> None:
    ada = await house.rig.person("auto_approve")
    wanted = await house.rig.ask(ada, 1, 2, 3, tmdb_id=7)
    await house.rig.run(CompleteRequest(**house.rig.by(SYSTEM), request_id=wanted))
    house.series(7, 1, 2, 3)
    await house.scan()
    house.plex.remove("s7.1", "s7.3")
    await house.scan()
    await house.scan(later=CERTAIN)
    await house.leaving.titles_left()
    assert (await house.rig.request(wanted)).gone == frozenset({1, 3})


async def test_a_film_that_gave_way_to_a_better_copy_has_not_left(house: House) -> None:
    ada = await house.rig.person("auto_approve")
    wanted = await house.rig.ask(ada, tmdb_id=1)
    await house.rig.run(CompleteRequest(**house.rig.by(SYSTEM), request_id=wanted))
    house.films(1)
    await house.scan()
    house.plex.remove("1")
    house.plex.add("1", film(1, has_4k=True, has_other=False))
    await house.scan()
    await house.scan(later=CERTAIN)
    assert await house.leaving.titles_left() == 0
    found = await house.kept.of_titles([("movie", 1)])
    assert [(it.episodes, it.episodes_4k) for it in found.values()] == [({FILM: 1}, {FILM: 1})]


async def test_an_item_whose_section_changes_moves_and_is_missed_by_neither(house: House) -> None:
    house.films(*range(1, 41))
    house.plex.add_library(Library(key="9", uuid="family", type="movie", title="Family"), film(99))
    await house.scan()
    house.plex.remove("1")
    house.plex.add("9", film(1))
    await gone_for_a_day(house)
    found = await house.kept.of_titles([("movie", 1)])
    assert [place.library_uuid for it in found.values() for place in it.places] == ["family"]
    assert all(it.missing == 0 for it in await house.kept.libraries())


async def test_two_films_under_one_id_are_both_kept_and_one_that_stays_is_enough(house: House) -> None:
    ada = await house.rig.person("auto_approve")
    wanted = await house.rig.ask(ada, tmdb_id=1)
    await house.rig.run(CompleteRequest(**house.rig.by(SYSTEM), request_id=wanted))
    house.films(*range(2, 41))
    house.plex.add("1", film(1), replace(film(1), rating_key="1b"))
    await house.scan()
    house.plex.remove("1")
    await gone_for_a_day(house)
    assert len(await house.kept.untold(limit=9)) == 1
    assert await house.held("movie", 1) == [1]
    assert await house.leaving.titles_left() == 0
    assert (await house.rig.request(wanted)).gone == frozenset()


async def test_too_much_at_once_waits_for_the_owner_who_allows_it(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3")
    await gone_for_a_day(house)
    assert len(await house.held("movie", *range(1, 41))) == 40
    events = [it.event for it in await house.rig.log.read_stream("library", library_id("plex", FILMS))]
    assert events == [RemovalsHeldBack(server="plex", library_uuid=FILMS, name="Films", leaving=3, held=40)]
    owner = await house.rig.person(role="admin")
    outcome = await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=True)
    assert isinstance(outcome.recorded[0].event, RemovalsAllowed)
    await house.removals.carry_out("plex", FILMS, house.rig.clock.now(), is_allowed=True, leaving=3, name="Films")
    assert len(await house.held("movie", *range(1, 41))) == 37
    await gone_for_a_day(house)
    assert await house.question() is None


async def test_the_owners_word_makes_no_clock_that_was_set_forward_right(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3", "4", "5")
    await gone_for_a_day(house)
    house.films(1)
    house.plex.remove("6")
    await house.scan()
    house.rig.clock.step(CERTAIN.total_seconds())
    owner = await house.rig.person(role="admin")
    await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=True)
    await house.removals.carry_out("plex", FILMS, house.rig.clock.now(), is_allowed=True, leaving=5, name="Films")
    assert await house.held("movie", *range(1, 8)) == [1, 6, 7]


async def test_what_the_owner_says_is_not_deleted_is_waited_for_and_asked_about_again(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3")
    await gone_for_a_day(house)
    owner = await house.rig.person(role="admin")
    await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=False)
    await house.removals.carry_out("plex", FILMS, house.rig.clock.now(), is_allowed=False, leaving=3, name="Films")
    assert [it.missing for it in await house.kept.libraries() if it.uuid == FILMS] == [0]
    with pytest.raises(NothingHeldBack):
        await house.removals.decide(owner, "plex", FILMS, CLICK, is_allowed=True)
    await house.scan()
    assert await house.question() is None
    await house.scan(later=CERTAIN)
    assert await house.question() is not None


async def test_a_question_whose_subject_came_back_is_withdrawn(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3")
    await gone_for_a_day(house)
    assert await house.question() is not None
    house.films(1, 2, 3)
    await house.scan()
    assert await house.question() is None


async def test_a_question_that_was_asked_while_its_server_was_given_up_ends_in_the_night(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    house.plex.remove("1", "2", "3")
    await gone_for_a_day(house)
    await house.removals.end_questions({"plex"})
    assert await house.question() is not None
    await house.kept.drop("plex")  # who withdrew the questions of this server did so just before this one was asked
    await house.removals.end_questions(set())
    assert await house.question() is None


async def test_a_library_that_was_taken_away_leaves_only_by_the_owners_word(house: House) -> None:
    house.films(*range(1, 41))
    await house.scan()
    del house.plex.held["1"]
    await gone_for_a_day(house)
    assert [it.trouble for it in await house.kept.libraries() if it.uuid == FILMS] == ["not_there"]
    assert (len(await house.held("movie", *range(1, 41))), await house.question() is not None) == (40, True)


async def test_a_library_that_is_scanned_already_is_left_out_or_said_to_be(house: House) -> None:
    house.films(1)
    await house.scan()
    async with house.kept.scanning("plex", FILMS):
        assert set(await house.scan()) == {"Series"}
        with pytest.raises(ScanRunning):
            await house.scanner.scan(server="plex", library=FILMS)
