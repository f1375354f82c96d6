"""What the headers of a request show of who calls."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.adapters.http.foundation.credentials import shown_in
from medianest.adapters.http.foundation.problems import HttpProblem

Headers = list[tuple[bytes, bytes]]


def shown(*headers: tuple[bytes, bytes]) -> str | None:
    scope: Any = {"headers": list(headers)}
    return shown_in(scope)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], None),
        ([(b"authorization", b"Basic bW46")], None),
        ([(b"authorization", b"bearer a.b.c")], "a.b.c"),
        ([(b"authorization", b"Bearer  mn_key ")], "mn_key"),
        ([(b"x-api-key", b" mn_key ")], "mn_key"),
        ([(b"x-api-key", b"mn_key"), (b"authorization", b"Bearer mn_key")], "mn_key"),
        ([(b"x-api-key", b"mn_key"), (b"authorization", b"Basic bW46")], "mn_key"),
        ([(b"x-api-key", b"a.b.c")], ""),
        ([(b"x-api-key", b"")], ""),
        ([(b"x-api-key", b"mn_\xff")], ""),
        ([(b"authorization", b"Bearer \xff")], ""),
    ],
)
def test_a_token_comes_as_bearer_and_a_key_either_way(headers: Headers, expected: str | None) -> None:
    assert shown(*headers) == expected


@pytest.mark.parametrize(
    "headers",
    [
        [(b"x-api-key", b"mn_one"), (b"authorization", b"Bearer mn_two")],
        [(b"x-api-key", b"mn_one"), (b"authorization", b"Bearer a.b.c")],
        [(b"x-api-key", b"mn_one"), (b"x-api-key", b"mn_two")],
        [(b"x-api-key", b"nonsense"), (b"authorization", b"Bearer a.b.c")],
        [(b"authorization", b"Bearer a.b.c"), (b"authorization", b"Bearer d.e.f")],
    ],
)
def test_two_different_credentials_are_refused(headers: Headers) -> None:
    with pytest.raises(HttpProblem) as refused:
        shown(*headers)
    assert (refused.value.status, refused.value.code) == (400, "two_credentials")


@given(
    st.lists(
        st.tuples(st.sampled_from([b"x-api-key", b"authorization", b"cookie"]), st.binary(max_size=80)), max_size=3
    )
)
def test_whatever_comes_is_ascii_nothing_or_refused(headers: Headers) -> None:
    with suppress(HttpProblem):
        credential = shown(*headers)
        assert credential is None or credential.isascii()
