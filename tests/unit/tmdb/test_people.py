"""Reading TMDB's answers about people and collections when they are not what TMDB promises."""

from typing import Any

import msgspec
import pytest

from medianest.adapters.tmdb.details import season_from
from medianest.adapters.tmdb.fields import Nonsense
from medianest.adapters.tmdb.people import collection_from, person_from
from medianest.adapters.tmdb.shapes import search_from
from medianest.ports.metadata import CollectionFound, Found, PersonFound, Title
from tests.unit.tmdb.test_shapes import FILM

PERSON = {"id": 5, "name": "June", "known_for_department": "Acting", "profile_path": "", "known_for": [FILM, None, {}]}


def found(*items: Any) -> list[Found]:
    return list(search_from(msgspec.json.encode({"results": items}), None).items)


def test_a_search_tells_titles_people_and_collections_apart_and_leaves_the_unknown_out() -> None:
    items = found(
        FILM,
        PERSON | {"media_type": "person"},
        {"media_type": "collection", "id": 8, "name": "Skies"},
        {"media_type": "company", "id": 9, "name": "Studio"},
        {"media_type": ["movie"], "id": 9, "title": "x"},
        {"media_type": "person", "id": 6, "name": ""},
        {"media_type": "person", "id": "5", "name": "x"},
        {"media_type": "person", "id": 7, "name": "x", "adult": True},
        None,
        7,
    )
    assert [(type(item), item.tmdb_id) for item in items] == [(Title, 11), (PersonFound, 5), (CollectionFound, 8)]
    assert isinstance(items[1], PersonFound)
    assert [title.tmdb_id for title in items[1].known_for] == [11]
    assert items[1].profile_path is None


def test_a_page_of_a_search_survives_the_cache() -> None:
    page = search_from(msgspec.json.encode({"results": [FILM, PERSON | {"media_type": "person"}]}), None)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(page), type=type(page)) == page


def test_the_parts_of_a_collection_may_say_name_and_come_oldest_first() -> None:
    parts = [
        {"id": 1, "name": "Undated", "media_type": "movie", "release_date": ""},
        {"id": 2, "name": "Second", "release_date": "1980-01-01"},
        {"id": 3, "title": "First", "release_date": "1977-01-01"},
        {"id": 3, "title": "First", "release_date": "1977-01-01"},
        None,
    ]
    whole = collection_from(msgspec.json.encode({"id": 10, "name": "Wars", "overview": None, "parts": parts}), 10)
    assert [film.title for film in whole.parts] == ["First", "Second", "Undated"]


def test_what_somebody_did_several_times_in_one_title_is_one_credit_and_the_newest_comes_first() -> None:
    crew = [FILM | {"job": "Director"}, FILM | {"job": "Writer"}, FILM | {"job": "Writer"}, FILM | {"job": None}]
    newer = FILM | {"id": 12, "release_date": "2001-01-01", "vote_count": 1}
    to_come = FILM | {"id": 13, "release_date": None, "vote_count": None}
    body = PERSON | {"combined_credits": {"crew": crew, "cast": [FILM, newer, to_come, {"media_type": "person"}, 4]}}
    somebody = person_from(msgspec.json.encode(body), 5)
    assert [(credit.title.tmdb_id, credit.roles) for credit in somebody.worked_on] == [(11, ("Director", "Writer"))]
    assert [credit.title.tmdb_id for credit in somebody.played_in] == [13, 12, 11]
    assert [title.tmdb_id for title in somebody.known_for] == [11, 12, 13]


def test_an_answer_about_something_else_is_nonsense() -> None:
    season = {"season_number": 2, "episodes": []}
    for read in (
        lambda: person_from(msgspec.json.encode(PERSON), 6),
        lambda: collection_from(msgspec.json.encode({"id": 1, "name": "x", "parts": []}), 2),
        lambda: collection_from(msgspec.json.encode({"id": 1, "name": "x"}), 1),
        lambda: season_from(msgspec.json.encode(season), 1, 3),
        lambda: season_from(msgspec.json.encode({"season_number": 3}), 1, 3),
    ):
        with pytest.raises(Nonsense):
            read()
