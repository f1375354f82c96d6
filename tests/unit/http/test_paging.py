"""Cursors walk a list once, in order, and fit no other list."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.http.foundation.paging import Cursors, InvalidCursor
from tests.unit.http.sample import TITLES
from tests.unit.http.test_problems import problem_of

CURSORS = Cursors(b"one secret")


async def test_pages_follow_one_another_to_the_end(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(10):
        parameters = {"limit": "20"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/api/v1/titles", params=parameters)).json()
        seen += [item["titleName"] for item in page["items"]]
        cursor = page["nextCursor"]
        if cursor is None:
            break
    assert seen == TITLES


async def test_a_cursor_of_another_query_is_refused(client: httpx.AsyncClient) -> None:
    cursor = (await client.get("/api/v1/titles")).json()["nextCursor"]
    answer = await client.get("/api/v1/titles", params={"cursor": cursor, "mediaType": "tv"})
    assert problem_of(answer, 400, "invalid_cursor")["errors"][0]["field"] == "cursor"
    assert (await client.get("/api/v1/titles", params={"cursor": cursor, "limit": "5"})).status_code == 200


@given(key=st.lists(st.text(st.characters(exclude_categories=["Cs"]))).map(tuple))
def test_a_cursor_reads_as_it_was_written(key: tuple[str, ...]) -> None:
    cursor = CURSORS.write(["query"], key)
    assert cursor is not None
    assert cursor.isascii()
    assert CURSORS.read(["query"], cursor) == key


@given(made_up=st.text())
def test_a_made_up_cursor_is_refused(made_up: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.read(["query"], made_up)


@given(place=st.integers(0, 30), letter=st.sampled_from("Aq0-_.~ "))
def test_a_cursor_with_one_letter_changed_is_refused(place: int, letter: str) -> None:
    cursor = CURSORS.write(["query"], ("2026-01-01", "some-id"))
    assert cursor is not None
    changed = cursor[:place] + letter + cursor[place + 1 :]
    if changed != cursor:
        with pytest.raises(InvalidCursor):
            CURSORS.read(["query"], changed)


def test_a_cursor_of_another_server_is_refused() -> None:
    cursor = Cursors(b"another secret").write(["query"], ("a",))
    with pytest.raises(InvalidCursor):
        CURSORS.read(["query"], cursor)
