"""Who a title is elsewhere, as Plex writes it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.plex.answers import Metadata
from medianest.adapters.plex.guids import NOBODY, OldGuid, guids_of, old_guid
from medianest.adapters.plex.server_shapes import item_from
from medianest.ports.media_server import Guids

AGENTS = "com.plexapp.agents."


def test_three_kinds_of_one_film_are_one_title() -> None:
    names = ["imdb://tt0133093", "tmdb://603", "tvdb://169", "plex://movie/5d77"]
    assert guids_of(names) == Guids(tmdb_id=603, imdb_id="tt0133093", tvdb_id=169)


@pytest.mark.parametrize("number", ["", "0", "x", "-1", "99999999999", "4294967296", "\u0661\u0662", " 603", "603/1"])
def test_what_is_no_number_of_a_title_names_nobody(number: str) -> None:
    assert guids_of([f"tmdb://{number}", f"tvdb://{number}", f"imdb://{number}"]) == NOBODY


@pytest.mark.parametrize("name", ["", "tmdb", "imdb://tt", "local://5", "plex://movie/603", None, 603, ["tmdb://1"]])
def test_what_names_nobody_is_nobody(name: object) -> None:
    assert guids_of([name]) == NOBODY


def test_the_first_of_each_kind_counts() -> None:
    assert guids_of(["tmdb://603", "tmdb://604"]).tmdb_id == 603


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("imdb://tt0133093?lang=en", OldGuid(Guids(imdb_id="tt0133093"))),
        ("imdb://tt0133093", OldGuid(Guids(imdb_id="tt0133093"))),
        ("themoviedb://603?lang=de", OldGuid(Guids(tmdb_id=603))),
        ("themoviedb://1396/2/3?lang=en", OldGuid(Guids(tmdb_id=1396), 2, 3)),
        ("thetvdb://81189?lang=en", OldGuid(Guids(tvdb_id=81189))),
        ("thetvdb://81189/0?lang=en", OldGuid(Guids(tvdb_id=81189), 0)),
        ("thetvdb://81189/5/16?lang=en", OldGuid(Guids(tvdb_id=81189), 5, 16)),
        ("hama://tvdb-79604/1/2?lang=en", OldGuid(Guids(tvdb_id=79604), 1, 2)),
        ("hama://tvdb2-79604?lang=en", None),
        ("hama://anidb-69?lang=en", None),
        ("none://7?lang=xn", None),
        ("imdb://603?lang=en", None),
        ("thetvdb://0", None),
        ("thetvdb://81189/5/16/1", None),
    ],
)
def test_old_agents_name_a_series_with_the_numbers_of_its_parts(name: str, old: OldGuid | None) -> None:
    assert old_guid(AGENTS + name) == old


@pytest.mark.parametrize("name", [None, 5, "", "plex://movie/1", "tmdb://603", "imdb://tt0133093", "local://1"])
def test_what_no_old_agent_wrote_says_nothing(name: object) -> None:
    assert old_guid(name) is None


@given(st.text() | st.from_regex(r"com\.plexapp\.agents\.\w+://.*"))
def test_no_name_breaks_the_reading(name: str) -> None:
    guids_of([name])
    old_guid(name)


def item(kind: str, **said: Any) -> tuple[Guids, Guids]:
    found = item_from(Metadata(rating_key="1", type=kind, title="x", **said))
    return found.guids, found.series_guids


def test_a_film_of_an_old_agent_is_known_by_it_and_by_what_else_is_said() -> None:
    old = f"{AGENTS}imdb://tt0133093?lang=en"
    assert item("movie", guid=old) == (Guids(imdb_id="tt0133093"), NOBODY)
    assert item("movie", guid=old, guids=[{"id": "tmdb://603"}])[0] == Guids(tmdb_id=603, imdb_id="tt0133093")


def test_a_part_of_a_series_never_passes_for_the_series() -> None:
    series, old = Guids(tvdb_id=81189), f"{AGENTS}thetvdb://81189"
    assert item("show", guid=f"{old}?lang=en") == (series, NOBODY)
    assert item("show", guid=f"{old}/1?lang=en") == (NOBODY, NOBODY)
    assert item("season", guid=f"{old}/1?lang=en") == (NOBODY, series)
    assert item("season", parent_guid=f"{old}?lang=en") == (NOBODY, series)
    assert item("episode", guid=f"{old}/1/2?lang=en") == (NOBODY, series)
    assert item("episode", grandparent_guid=old, guids=[{"id": "tmdb://7"}]) == (Guids(tmdb_id=7), series)
