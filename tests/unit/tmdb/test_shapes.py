"""Reading TMDB's answers when they are not what TMDB promises."""

from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.tmdb.details import details_from, season_from
from medianest.adapters.tmdb.fields import Nonsense
from medianest.adapters.tmdb.people import collection_from, person_from
from medianest.adapters.tmdb.shapes import findings_from, genres_from, page_from, providers_from, search_from

FILM: dict[str, Any] = {
    "id": 11,
    "media_type": "movie",
    "title": "Copper Sky",
    "original_title": "Ciel de cuivre",
    "overview": "A sky.",
    "release_date": "1999-12-31",
    "poster_path": "/a.jpg",
    "backdrop_path": "/b.jpg",
    "vote_average": 7,
    "vote_count": 12,
    "genre_ids": [18],
}
FIELDS = [*FILM, "name", "first_air_date", "genres", "runtime", "episode_run_time", "tagline", "status", "seasons"]
FIELDS += ["credits", "cast", "crew", "job", "watch/providers", "results", "US", "flatrate", "videos", "release_dates"]
FIELDS += ["content_ratings", "iso_3166_1", "external_ids", "belongs_to_collection", "parts", "combined_credits"]
FIELDS += ["season_number", "episodes", "episode_number", "known_for", "display_priorities", "provider_id", "type"]


def page_of(*items: Any) -> list[Any]:
    return list(page_from(msgspec.json.encode({"page": 1, "results": items}), None).items)


def test_a_whole_item_is_read_field_by_field() -> None:
    (film,) = page_of(FILM)
    assert msgspec.to_builtins(film) == {
        "kind": "title",
        "media_type": "movie",
        "tmdb_id": 11,
        "title": "Copper Sky",
        "original_title": "Ciel de cuivre",
        "overview": "A sky.",
        "year": 1999,
        "release_date": "1999-12-31",
        "poster_path": "/a.jpg",
        "backdrop_path": "/b.jpg",
        "vote_average": 7.0,
        "vote_count": 12,
        "genre_ids": (18,),
    }


@pytest.mark.parametrize(
    "item",
    [
        None,
        5,
        "x",
        [],
        {},
        FILM | {"id": None},
        FILM | {"id": "11"},
        FILM | {"id": 0},
        FILM | {"id": 2**31},
        FILM | {"title": None, "original_title": None},
        FILM | {"title": "", "original_title": " "},
        FILM | {"title": "x" * 501, "original_title": None},
        FILM | {"title": ["x"]},
        FILM | {"media_type": "person"},
        FILM | {"media_type": None},
        FILM | {"media_type": "collection"},
        FILM | {"adult": True},
    ],
)
def test_an_item_that_makes_no_sense_is_skipped_and_the_others_stay(item: Any) -> None:
    assert [title.tmdb_id for title in page_of(item, FILM)] == [11]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("release_date", ""),
        ("release_date", "soon"),
        ("release_date", 1999),
        ("poster_path", "https://elsewhere.example/x.jpg"),
        ("poster_path", "/../../x"),
        ("poster_path", ""),
        ("vote_average", 11),
        ("vote_average", "7"),
        ("vote_average", True),
        ("vote_average", None),
        ("vote_count", -1),
        ("vote_count", "many"),
        ("poster_path", "/x.html"),
    ],
)
def test_a_field_that_makes_no_sense_counts_as_missing(field: str, value: Any) -> None:
    (film,) = page_of(FILM | {field: value})
    assert getattr(film, field) is None


def test_text_is_cut_to_size_and_freed_of_what_no_database_holds() -> None:
    (film,) = page_of(FILM | {"title": " Cop\x00per\x07 Sky ", "overview": "y" * 9000})
    assert (film.title, len(film.overview)) == ("Copper Sky", 5000)


def test_a_missing_title_falls_back_to_the_original_one() -> None:
    assert page_of(FILM | {"title": None})[0].title == "Ciel de cuivre"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"results": {}}',
        b"<html>",
        b'{"results": [',
        b"\xff\xfe",
        b"[" * 100_000,
        b'"\\ud800"',
    ],
)
def test_a_page_that_is_none_is_nonsense(body: bytes) -> None:
    with pytest.raises(Nonsense):
        page_from(body, None)


def test_figures_of_a_page_are_kept_within_reason() -> None:
    body = msgspec.json.encode({"page": 0, "total_pages": 99_999, "total_results": -5, "results": []})
    page = page_from(body, None)
    assert (page.page, page.total_pages, page.total_results) == (1, 500, 0)


def test_details_of_another_title_are_nonsense() -> None:
    with pytest.raises(Nonsense):
        details_from(msgspec.json.encode(FILM), "movie", 12, "US")


def test_seasons_are_sorted_named_and_freed_of_nonsense() -> None:
    seasons = [
        {"season_number": 2, "name": None, "episode_count": None, "air_date": ""},
        {"season_number": 0, "name": ""},
        {"season_number": "1"},
        {"season_number": True},
        {"season_number": -1},
        None,
    ]
    series = details_from(msgspec.json.encode({"id": 3, "name": "Moss", "seasons": seasons}), "tv", 3, "US")
    assert [(season.number, season.name, season.episode_count) for season in series.seasons] == [
        (0, "Specials", 0),
        (2, "Season 2", 0),
    ]


def test_who_nobody_voted_for_has_no_vote() -> None:
    (film,) = page_of(FILM | {"vote_average": 0.0, "vote_count": 0})
    assert (film.vote_average, film.vote_count) == (None, 0)


def test_genres_that_make_no_sense_are_left_out_of_an_item() -> None:
    (film,) = page_of(FILM | {"genre_ids": [18, None, "35", 0, True, 2**40, 35]})
    assert film.genre_ids == (18, 35)


def test_what_can_be_seen_where_is_shown_in_the_order_of_the_region() -> None:
    entries: list[Any] = [
        {"provider_id": 1, "provider_name": "One", "display_priorities": {"GB": 9, "US": 0}},
        {"provider_id": 2, "provider_name": "Two", "display_priorities": {"GB": 3}},
        {"provider_id": 3, "provider_name": "Three", "display_priorities": None},
        {"provider_id": "4", "provider_name": "Four"},
        None,
    ]
    read = providers_from(msgspec.json.encode({"results": entries}), "GB")
    assert [provider.name for provider in read.items] == ["Two", "One", "Three"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_answer_ever_does_worse_than_nonsense(changes: dict[str, Any]) -> None:
    item = FILM | changes
    body = msgspec.json.encode(item)
    lists = msgspec.json.encode({key: [item] for key in ("results", "genres", "movie_results", "tv_results")})
    for read in (
        lambda: page_from(lists, None),
        lambda: search_from(lists, None),
        lambda: search_from(lists, "person"),
        lambda: genres_from(lists),
        lambda: providers_from(lists, "US"),
        lambda: findings_from(lists),
        lambda: details_from(body, "movie", 11, "US"),
        lambda: details_from(body, "tv", 11, "US"),
        lambda: season_from(body, 1, 1),
        lambda: person_from(body, 11),
        lambda: collection_from(body, 11),
    ):
        with suppress(Nonsense):
            read()
