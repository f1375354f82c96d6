"""No address to return to leads outside, whoever reads it."""

from urllib.parse import quote, unquote, urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.application.return_address import LONGEST, ReturnAddressOutside, inside

HOME = "https://nest.example.org/sign-in"

pieces = st.sampled_from(
    [
        *"/\\.:@?#%&=; a\t\n\r\u00e9\uff0f\u2028",
        *("//", "..", "%2f", "%2F", "%5c", "%25", "%252f", "%09", "%0a", "%00"),
        *("https:", "javascript:", "data:", "evil.example.com", "user:pw@", "[::1]"),
    ]
)
paths = st.one_of(
    st.text(max_size=30),
    st.lists(pieces, max_size=8).map("".join),
    st.lists(pieces, max_size=8).map(lambda parts: "/" + "".join(parts)),
)


def as_a_browser_reads_it(path: str) -> str:
    """Tabs and line ends are left out, backslashes are slashes (WHATWG URL, 4.4)."""
    path = path.strip("".join(map(chr, range(33))))
    return urljoin(HOME, path.translate({9: None, 10: None, 13: None}).replace("\\", "/"))


@given(path=paths)
def test_whatever_passes_stays_here_however_it_is_read(path: str) -> None:
    try:
        assert inside(path) == path
    except ReturnAddressOutside:
        return
    seen = path
    for _ in range(4):
        for read in (urljoin(HOME, seen), as_a_browser_reads_it(seen)):
            assert urlsplit(read)[:2] == ("https", "nest.example.org")
        seen = unquote(seen)
    joined = httpx.URL(HOME).join(path)
    assert (joined.scheme, joined.host, joined.userinfo) == ("https", "nest.example.org", b"")
    assert path.isascii()
    assert path.isprintable()


@given(outside=paths, times=st.integers(0, 3))
def test_an_address_outside_passes_in_no_packing(outside: str, times: int) -> None:
    for start in ("//evil.example.com", "/\\evil.example.com", "\\/evil.example.com", "/./evil", "/a/../b", "/a//b"):
        packed = start + outside
        for _ in range(times):
            packed = quote(packed, safe="")
        with pytest.raises(ReturnAddressOutside):
            inside("/" * (times > 0) + packed)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "requests",
        "//evil.example.com",
        "///evil.example.com",
        "/\\evil.example.com",
        "\\\\evil.example.com",
        "https://evil.example.com",
        "https:evil.example.com",
        "javascript:alert(1)",
        "/%2fevil.example.com",
        "/%2F%2Fevil.example.com",
        "/%5cevil.example.com",
        "/%252fevil.example.com",
        "/..//evil.example.com",
        "/.//evil.example.com",
        "/%2e%2e//evil.example.com",
        "/a/%2e./b",
        "/\t/evil.example.com",
        "/a\r\nSet-Cookie: x=y",
        "/a%0d%0aSet-Cookie:%20x=y",
        "/a b",
        "/%",
        "/%zz",
        "/%ff",
        "/é",
        " /requests",
        "/requests\n",
        "@evil.example.com",
        ".evil.example.com",
        "?next=/",
        "/" + "a" * LONGEST,
    ],
)
def test_what_is_no_plain_path_of_ours_is_refused(path: str) -> None:
    with pytest.raises(ReturnAddressOutside) as refused:
        inside(path)
    assert (refused.value.code, refused.value.kind) == ("return_address_outside", "invalid")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/requests",
        "/requests/",
        "/requests/0193?tab=history&next=%2Ffilms#top",
        "/search?query=d%C3%BCne",
        "/caf%C3%A9/a%20b",
        "/people/@ben",
        "/a..b/...",
        "/link#?x=//y",
        "/?next=//y",
    ],
)
def test_a_path_of_ours_is_what_it_was(path: str) -> None:
    assert inside(path) == path
