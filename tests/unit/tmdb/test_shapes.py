"""Reading TMDB's answers when they are not what TMDB promises."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.tmdb.shapes import Nonsense, details_from, page_from

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
}
FIELDS = [*FILM, "name", "first_air_date", "genres", "runtime", "episode_run_time", "tagline", "status", "seasons"]


def page_of(*items: Any) -> list[Any]:
    return list(page_from(msgspec.json.encode({"page": 1, "results": items}), None).items)


def test_a_whole_item_is_read_field_by_field() -> None:
    (film,) = page_of(FILM)
    assert msgspec.to_builtins(film) == {
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
        ("vote_average", None),
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
        details_from(msgspec.json.encode(FILM), "movie", 12)


def test_seasons_are_sorted_named_and_freed_of_nonsense() -> None:
    seasons = [
        {"season_number": 2, "name": None, "episode_count": None, "air_date": ""},
        {"season_number": 0, "name": ""},
        {"season_number": "1"},
        {"season_number": True},
        {"season_number": -1},
        None,
    ]
    series = details_from(msgspec.json.encode({"id": 3, "name": "Moss", "seasons": seasons}), "tv", 3)
    assert [(season.number, season.name, season.episode_count) for season in series.seasons] == [
        (0, "Specials", 0),
        (2, "Season 2", 0),
    ]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(FIELDS), JSON))
def test_no_answer_ever_does_worse_than_nonsense(changes: dict[str, Any]) -> None:
    item = FILM | changes
    try:
        encoded = msgspec.json.encode({"results": [item]})
        page_from(encoded, None)
        details_from(msgspec.json.encode(item), "movie", 11)
    except Nonsense:
        pass
