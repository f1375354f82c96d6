"""What `PlexReports` makes of webhooks, and of whatever else is sent to their address."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medianest.adapters.plex.webhook import LARGEST_PAYLOAD, LARGEST_THUMB, PlexReports
from medianest.adapters.standin.plex_pages import png
from medianest.adapters.standin.plex_reports import First, form, report_form
from medianest.adapters.standin.plex_shelf import first_shelf
from medianest.ports.media_server import Guids, PlexReport, ReportTooLarge, ReportUnreadable

MACHINE = "0123456789abcdef0123456789abcdef01234567"
REPORTS = PlexReports()


async def read(content_type: str, *chunks: bytes) -> PlexReport:
    async def body() -> AsyncIterator[bytes]:
        for chunk in chunks:
            yield chunk

    return await REPORTS.read(content_type, body())


def told(payload: object, **form_of: Any) -> tuple[str, bytes]:
    return form(payload if isinstance(payload, bytes) else msgspec.json.encode(payload), **form_of)


@pytest.mark.parametrize("size", [1, 7, 100, 10**6])
@pytest.mark.parametrize(("with_thumb", "first"), [(False, "payload"), (True, "payload"), (True, "thumb")])
async def test_a_report_is_read_with_or_without_a_picture_in_any_order_and_in_any_pieces(
    size: int, with_thumb: bool, first: First
) -> None:
    shelf = first_shelf()
    film = shelf.film(1014)
    library = shelf.libraries["1"]
    kind, body = report_form("library.new", film, library, MACHINE, with_thumb=with_thumb, first=first)
    assert await read(kind, *(body[at : at + size] for at in range(0, len(body), size))) == PlexReport(
        event="library.new",
        machine_identifier=MACHINE,
        account_id="1",
        rating_key=str(film.rating_key),
        type="movie",
        library_key="1",
        title=film.name,
        guids=Guids(tmdb_id=1014, imdb_id="tt7001014", tvdb_id=1_001_014),
    )


async def test_an_episode_names_its_season_and_its_series_and_is_neither() -> None:
    shelf = first_shelf()
    series = shelf.series(1006)
    season = series.children[2]
    episode = season.children[3]
    episode.is_old = True
    found = await read(
        *report_form("media.play", episode, shelf.libraries["2"], MACHINE, with_thumb=False, first="payload")
    )
    assert (found.event, found.type, found.rating_key) == ("media.play", "episode", str(episode.rating_key))
    assert found.parent_rating_key == str(season.rating_key)
    assert found.grandparent_rating_key == str(series.rating_key)
    assert found.guids == Guids()


async def test_an_event_that_nobody_knows_and_one_about_nothing_come_out_as_such() -> None:
    assert await read(*told({"event": "admin.coffee.ready"})) == PlexReport(event="admin.coffee.ready")
    odd = {"event": "x", "Metadata": [], "Server": {"uuid": 5}, "Account": {"id": "a b"}, "more": {"a": [1]}}
    assert await read(*told(odd)) == PlexReport(event="x")


async def test_the_types_of_the_parts_say_nothing() -> None:
    kind, body = told({"event": "library.new"})
    for named in (b"", b"Content-Type: x\r\n", b"Content-Type: application/x-nobody; charset=klingon\r\n"):
        changed = body.replace(b"Content-Type: application/json\r\n", named)
        assert (await read(kind, changed)).event == "library.new"


async def test_parts_that_nobody_knows_are_read_past() -> None:
    kind, body = told({"event": "library.new"})
    mark = body.split(b"\r\n")[0]
    extra = mark + b'\r\nContent-Disposition: form-data; name="else"; filename="a.bin"\r\n\r\n\x00\xff\r\n'
    assert (await read(kind, extra + body)).event == "library.new"


NO_REPORTS = (
    ("", b""),
    ("application/json", b'{"event": "library.new"}'),
    ("multipart/form-data", b"x"),
    ("multipart/form-data; boundary=", b"x"),
    ("multipart/form-data; boundary=" + "x" * 300, b"x"),
    ("multipart/mixed; boundary=x", b"--x--"),
    ("multipart/form-data; boundary=x", b""),
    ("multipart/form-data; boundary=x", b"--x--\r\n"),
    ("multipart/form-data; boundary=x", b"nothing of a form"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="payload"\r\n\r\n{"eve'),
    form(None, thumb=png(10, 10)),
    told(b""),
    told(b"{"),
    told(b"\xff\xfe"),
    told([]),
    told({}),
    told({"event": None}),
    told({"event": " \n"}),
)


@pytest.mark.parametrize("number", range(len(NO_REPORTS)))  # by number, since their boundaries are of chance
async def test_what_is_no_report_is_refused_in_words_that_repeat_none_of_it(number: int) -> None:
    with pytest.raises(ReportUnreadable) as refused:
        await read(*NO_REPORTS[number])
    assert str(refused.value).endswith(".")
    assert "eve" not in str(refused.value)


async def test_two_payloads_are_refused() -> None:
    kind, body = told({"event": "library.new"})
    mark = body.split(b"\r\n")[0] + b"--\r\n"
    with pytest.raises(ReportUnreadable, match="more than one"):
        await read(kind, body.removesuffix(mark) + body)


async def test_a_payload_or_a_picture_that_is_too_large_is_refused_before_it_is_whole() -> None:
    async def endless(content: bytes, *, name: bytes) -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n'
        while True:
            came.append(len(content))
            yield content

    for name, most in ((b"payload", LARGEST_PAYLOAD), (b"thumb", LARGEST_THUMB), (b"else", LARGEST_THUMB)):
        came: list[int] = []
        with pytest.raises(ReportTooLarge):
            await REPORTS.read("multipart/form-data; boundary=x", endless(b" " * 50_000, name=name))
        assert most < sum(came) <= most + 100_000
    came = []
    with pytest.raises(ReportTooLarge):
        await REPORTS.read("multipart/form-data; boundary=x", endless(b"\r\n--x--\r\n" + b" " * 50_000, name=b"thumb"))


async def test_the_largest_picture_does_no_harm() -> None:
    kind, body = form(msgspec.json.encode({"event": "library.new"}), thumb=b"\r" * LARGEST_THUMB, first="thumb")
    assert (await read(kind, body)).event == "library.new"


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_nothing_that_is_sent_breaks_the_reading(data: st.DataObject) -> None:
    kind, whole = told({"event": "library.new", "Metadata": {"Guid": [{"id": "tmdb://603"}]}}, thumb=b"\xff\xd8\xff")
    body = bytearray(whole)
    for _ in range(data.draw(st.integers(0, 8))):
        at = data.draw(st.integers(0, len(body)))
        body[at : at + data.draw(st.integers(0, 40))] = data.draw(
            st.binary(max_size=20) | st.sampled_from([whole[:50], b"\r\n--", b"--\r\n", b"\r\n\r\n"])
        )
    cuts = sorted(data.draw(st.lists(st.integers(0, len(body)), max_size=5)))
    chunks: Sequence[bytes] = [bytes(body[a:b]) for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
    with suppress(ReportUnreadable):
        assert isinstance(asyncio.run(read(kind, *chunks)), PlexReport)
