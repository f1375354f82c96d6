"""Cookies and tokens against forgery: how they are written, and that nothing odd opens anything."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.cookies import (
    ACCESS,
    CSRF,
    DEVICE,
    KNOWN,
    REFRESH,
    Cookie,
    leave,
    lines_of,
    read,
    take_away,
)
from medianest.adapters.http.foundation.csrf import CsrfTokens, access_of, proves_itself

SESSION = UUID(int=7)
TOKENS = CsrfTokens(b"the key of the tests")
ALL = (ACCESS, CSRF, REFRESH, DEVICE, KNOWN)


def asked(*headers: tuple[str, bytes], scheme: str = "https") -> HTTPScope:
    raw = [(name.encode(), value) for name, value in headers]
    return {"type": "http", "scheme": scheme, "headers": raw, "state": {}}  # type: ignore[typeddict-item]


def attributes(line: str) -> set[str]:
    return set(line.split("; ")[1:])


@pytest.mark.parametrize("cookie", ALL)
def test_over_https_every_cookie_is_secure_and_its_name_says_so(cookie: Cookie) -> None:
    line = cookie.line("https", "v", 900)
    assert "Secure" in attributes(line)
    assert not any(part.startswith("Domain") for part in attributes(line))
    if line.startswith("__Host-"):
        assert "Path=/" in attributes(line)
    else:
        assert line.startswith("__Secure-")


@pytest.mark.parametrize("cookie", ALL)
def test_over_plain_http_a_cookie_is_one_that_a_browser_takes(cookie: Cookie) -> None:
    line = cookie.line("http", "v", 900)
    assert line.startswith(f"{cookie.name}=v; ")  # with a prefix, or `Secure`, it would be dropped
    assert "Secure" not in attributes(line)


def test_no_script_reads_a_token_and_no_other_site_sends_one_along_with_a_change() -> None:
    assert attributes(ACCESS.line("https", "v", 900)) == {
        "Max-Age=900",
        "Path=/",
        "SameSite=Lax",
        "HttpOnly",
        "Secure",
    }
    refresh = attributes(REFRESH.line("https", "v", 1))
    assert refresh == {"Max-Age=1", "Path=/api/v1/auth", "SameSite=Strict", "HttpOnly", "Secure"}
    assert "HttpOnly" in attributes(DEVICE.line("https", "v", 1))
    assert "HttpOnly" not in attributes(CSRF.line("https", "v", 1))  # that one is there to be read


def test_the_last_word_on_a_cookie_counts() -> None:
    scope = asked()
    take_away(scope, ACCESS, CSRF)
    leave(scope, ACCESS, "new", 900)
    lines = [line.decode() for _, line in lines_of(scope)]
    assert len(lines) == 2
    assert lines[0].startswith("__Host-medianest=new; Max-Age=900")
    assert lines[1].startswith("__Host-medianest-csrf=; Max-Age=0")


def test_a_cookie_is_found_among_others() -> None:
    scope = asked(("cookie", b"a=b; __Host-medianest=x.y.z ;flag; =; c=d"), ("cookie", b"__Host-medianest-csrf=n.s"))
    assert (read(scope, ACCESS), read(scope, CSRF), read(scope, REFRESH)) == ("x.y.z", "n.s", None)


def test_a_name_without_its_prefix_is_not_looked_at_over_https() -> None:
    assert read(asked(("cookie", b"medianest=planted")), ACCESS) is None
    assert read(asked(("cookie", b"medianest=planted; __Host-medianest=ours")), ACCESS) == "ours"
    assert read(asked(("cookie", b"__Host-medianest=x"), scheme="http"), ACCESS) is None


@pytest.mark.parametrize(
    "headers",
    [
        [("cookie", b"__Host-medianest=one; __Host-medianest=two")],
        [("cookie", b"__Host-medianest=one; __Host-medianest=one")],
        [("cookie", b"__Host-medianest=one"), ("cookie", b"__Host-medianest=two")],
        [("cookie", b"__Host-medianest=")],
        [("cookie", b"__Host-medianest")],
        [("cookie", b'__Host-medianest="quoted"')],
        [("cookie", b"__Host-medianest=nul\0")],
        [("cookie", b"__Host-medianest=" + b"x" * 2049)],
        [("cookie", "__Host-medianest=é".encode())],
    ],
)
def test_a_cookie_that_stands_twice_or_that_we_never_wrote_opens_nothing(headers: list[tuple[str, bytes]]) -> None:
    assert read(asked(*headers), ACCESS) == ""


@given(
    cookies=st.lists(st.binary() | st.just(b"__Host-medianest=x"), max_size=3),
    scheme=st.sampled_from(["http", "https"]),
)
def test_whatever_is_sent_as_cookies_is_read_without_a_complaint(cookies: list[bytes], scheme: str) -> None:
    scope = asked(*(("cookie", value) for value in cookies), scheme=scheme)
    for cookie in ALL:
        found = read(scope, cookie)
        assert found is None or found.isascii()


def test_a_header_wins_over_the_cookie_and_only_one_that_no_page_can_send_counts() -> None:
    cookie = ("cookie", b"__Host-medianest=x")
    assert access_of(asked(cookie)) == "x"
    assert access_of(asked(cookie, ("authorization", b"Basic eDp5"))) == "x"  # browsers send that by themselves
    assert access_of(asked(cookie, ("authorization", b"bearer y"))) is None
    assert access_of(asked(cookie, ("authorization", b"Basic eDp5"), ("authorization", b"Bearer y"))) is None
    assert access_of(asked(cookie, ("x-api-key", b""))) is None
    assert not proves_itself(asked(cookie))


def test_a_csrf_token_is_good_for_its_session_alone() -> None:
    token = TOKENS.issue(SESSION)
    assert TOKENS.are_good(SESSION, token, token)
    assert not TOKENS.are_good(UUID(int=8), token, token)
    assert not CsrfTokens(b"another key").are_good(SESSION, token, token)
    other = TOKENS.issue(SESSION)
    assert other != token
    assert not TOKENS.are_good(SESSION, other, token)  # both are ours, and yet not the same
    assert len(CSRF.line("https", token, 1)) < 4096


@given(given_=st.text(), kept=st.text())
def test_a_csrf_token_cannot_be_made_up(given_: str, kept: str) -> None:
    assert not TOKENS.are_good(SESSION, given_, kept)
    assert not TOKENS.are_good(SESSION, kept, kept)


@given(at=st.integers(0, 96), sign=st.sampled_from("0123456789abcdefXZ.-\u00e4"))
def test_a_csrf_token_that_was_changed_is_no_good(at: int, sign: str) -> None:
    token = TOKENS.issue(SESSION)
    changed = token[:at] + sign + token[at + 1 :]
    assert TOKENS.are_good(SESSION, changed, changed) == (changed == token)
