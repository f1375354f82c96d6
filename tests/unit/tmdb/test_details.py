"""Reading TMDB's details of a title, and of a season, when they are not what TMDB promises."""

from typing import Any

import msgspec
import pytest

from medianest.adapters.tmdb.details import details_from, season_from
from medianest.ports.metadata import SeasonDetails, TitleDetails

FILM: dict[str, Any] = {"id": 11, "title": "Copper Sky"}
SERIES: dict[str, Any] = {"id": 11, "name": "Moss"}


def film(region: str = "GB", **fields: Any) -> TitleDetails:
    return details_from(msgspec.json.encode(FILM | fields), "movie", 11, region)


def series(region: str = "GB", **fields: Any) -> TitleDetails:
    return details_from(msgspec.json.encode(SERIES | fields), "tv", 11, region)


def season(*episodes: Any) -> SeasonDetails:
    return season_from(msgspec.json.encode({"season_number": 0, "name": "", "episodes": episodes}), 11, 0)


def test_a_film_of_which_next_to_nothing_is_known_is_a_film() -> None:
    empty = {key: None for key in TitleDetails.__struct_fields__ if key not in ("title", "kind")}
    bare = film(**empty | {"credits": [], "videos": {"results": None}, "watch/providers": "", "release_dates": {}})
    assert bare == TitleDetails(media_type="movie", tmdb_id=11, title="Copper Sky")


def release(kind: Any, certificate: Any) -> dict[str, Any]:
    return {"type": kind, "certification": certificate, "release_date": "2001-01-01T00:00:00.000Z"}


@pytest.mark.parametrize(
    ("releases", "certificate"),
    [
        ([release(1, ""), release(3, "15")], "15"),
        ([release(1, "18"), release(4, "12"), release(3, "15")], "15"),
        ([release(4, "12"), release(2, None), release(6, "18")], "12"),
        ([release("3", "15"), release(9, "15"), release([], "15"), None], None),
        ([], None),
        (None, None),
    ],
)
def test_the_certificate_of_the_cinema_speaks_for_a_film(releases: Any, certificate: str | None) -> None:
    told = {"results": [{"iso_3166_1": "US", "release_dates": [release(3, "R")]}, {"iso_3166_1": "GB"}, None]}
    told["results"][1] = {"iso_3166_1": "GB", "release_dates": releases}
    assert film(release_dates=told).certification == certificate
    assert film("US", release_dates=told).certification == "R"
    assert film("FR", release_dates=told).certification is None


def test_a_series_has_the_rating_of_the_region() -> None:
    told = {"results": [{"iso_3166_1": "GB", "rating": ""}, {"iso_3166_1": "GB", "rating": "15"}, 5]}
    assert series(content_ratings=told).certification == "15"
    assert series("US", content_ratings=told).certification is None


def test_a_series_with_eighty_seasons_has_them_all() -> None:
    told = [{"season_number": number, "name": f"Series {number}", "episode_count": 300} for number in range(80, -1, -1)]
    assert [each.number for each in series(seasons=told).seasons] == list(range(81))


def test_a_film_has_no_seasons_and_a_series_no_collection_whatever_is_said() -> None:
    said = {"seasons": [{"season_number": 1}], "belongs_to_collection": {"id": 5, "name": "Skies"}, "created_by": []}
    assert (film(**said).seasons, series(**said).collection) == ((), None)


@pytest.mark.parametrize("value", ["123", "tt", "tt12345<", "https://imdb.com/title/tt1234567", 7, None, ""])
def test_an_id_of_another_form_counts_as_missing(value: Any) -> None:
    assert film(imdb_id=value, external_ids={"imdb_id": value, "tvdb_id": value and -1}).imdb_id is None


def test_the_runtime_of_a_series_is_that_of_its_last_episode_where_nothing_else_is_known() -> None:
    assert series(episode_run_time=[], last_episode_to_air={"runtime": 51}).runtime == 51
    assert series(episode_run_time=[0, 42], last_episode_to_air=None).runtime == 42
    assert film(runtime=0).runtime is None


def test_cast_and_crew_are_bounded_and_the_director_comes_first() -> None:
    cast = [{"id": number, "name": f"P{number}", "character": "", "profile_path": ""} for number in range(1, 900)]
    crew = [{"id": number, "name": f"C{number}", "job": "Gaffer"} for number in range(1, 900)]
    crew += [{"id": 1, "name": "W", "job": "Writer"}, {"id": 2, "name": "D", "job": "Director"}, {"id": 0, "name": "x"}]
    both = film(credits={"cast": cast, "crew": crew})
    assert (len(both.cast), both.cast[0].character) == (40, None)
    assert [(member.name, member.job) for member in both.crew] == [("D", "Director"), ("W", "Writer")]


def test_only_trailers_whose_key_is_one_are_kept_and_official_ones_come_first() -> None:
    videos: list[Any] = [
        {"site": "YouTube", "type": "Trailer", "key": "abcdefghij1", "name": "One"},
        {"site": "YouTube", "type": "Trailer", "key": "abcdefghij2", "name": None, "official": True},
        {"site": "YouTube", "type": "Teaser", "key": "abcdefghij3"},
        {"site": "Elsewhere", "type": "Trailer", "key": "abcdefghij4"},
        {"site": "YouTube", "type": "Trailer", "key": "../../x?y=z"},
        {"site": "YouTube", "type": "Trailer", "key": None},
        None,
    ]
    assert [each.key for each in film(videos={"results": videos}).trailers] == ["abcdefghij2", "abcdefghij1"]


def test_where_a_title_can_be_seen_is_told_of_the_region_alone() -> None:
    offer = {"provider_id": 8, "provider_name": "Lanternflix", "logo_path": "/l.jpg"}
    told = {"results": {"GB": {"link": "javascript:alert(1)", "flatrate": [offer, {"provider_id": 9}], "ads": [offer]}}}
    here = film(**{"watch/providers": told}).availability
    assert here is not None
    assert ([each.name for each in here.subscription], len(here.free), here.link) == (["Lanternflix"], 1, None)
    assert film("US", **{"watch/providers": told}).availability is None


def test_episodes_are_sorted_named_and_freed_of_nonsense() -> None:
    said = season(
        {"episode_number": 2, "name": None, "air_date": "", "runtime": 0, "vote_average": 0.0, "vote_count": 0},
        {"episode_number": 0, "name": "Pilot", "still_path": "/s.jpg"},
        {"episode_number": "1"},
        {"episode_number": None},
        5,
    )
    assert (said.name, said.episode_count) == ("Specials", 2)
    assert [(each.number, each.name, each.still_path) for each in said.episodes] == [
        (0, "Pilot", "/s.jpg"),
        (2, "Episode 2", None),
    ]
    assert (said.episodes[1].runtime, said.episodes[1].vote_average) == (None, None)


def test_a_season_that_was_only_announced_has_no_episodes() -> None:
    assert (season().episodes, season().episode_count) == ((), 0)
