"""What media servers report: a hint where to look, for whoever knows the address."""

from collections.abc import AsyncIterator, Mapping

import msgspec
import pytest

from medianest.adapters.plex.webhook import PlexReports, webhook_secret
from medianest.adapters.standin.plex_people import MACHINE
from medianest.adapters.standin.plex_reports import form
from medianest.application.library.reports import ReportDesk
from tests.fakes.jobs import FakeJobs
from tests.fakes.library import FakeLibrary
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import FakeServers

FILM = {"type": "movie", "ratingKey": "5"}
EPISODE = {"type": "episode", "ratingKey": "9", "parentRatingKey": "8", "grandparentRatingKey": "7"}
SECRET = webhook_secret(b"the key of the server")


class Desk:
    def __init__(self) -> None:
        self.library, self.jobs = FakeLibrary(), FakeJobs()
        self.servers = FakeServers(plex=FakeMediaServer(), attic=FakeMediaServer())
        self.desk = ReportDesk(
            SECRET, home=None, reports=PlexReports(), servers=self.servers, scans=self.library, jobs=self.jobs
        )

    async def told(self, event: str, item: Mapping[str, str], machine: str | None = MACHINE) -> bool:
        server = {} if machine is None else {"Server": {"uuid": machine}}
        kind, body = form(msgspec.json.encode({"event": event, **server, "Metadata": item}))

        async def pieces() -> AsyncIterator[bytes]:
            yield body

        return await self.desk.take(kind, pieces(), "a-click")

    def looks(self) -> list[tuple[object, ...]]:
        return [(job.name, *job.args.values()) for job in self.jobs.waiting]


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    await desk.library.is_same("plex", MACHINE)
    await desk.library.is_same("attic", "another-machine")
    return desk


async def test_what_was_added_is_looked_at_once_however_often_it_is_told(desk: Desk) -> None:
    for _ in range(50):
        assert await desk.told("library.new", FILM)
    assert desk.looks() == [("look_at_item", "plex", "5", "a-click")]


@pytest.mark.parametrize(
    ("item", "key"),
    [
        (FILM, "5"),
        (EPISODE, "7"),
        ({"type": "season", "ratingKey": "8", "parentRatingKey": "7"}, "7"),
        ({"type": "show", "ratingKey": "7", "parentRatingKey": "2"}, "7"),
        ({"type": "episode", "ratingKey": "9"}, "9"),
    ],
)
async def test_of_a_part_the_whole_series_is_looked_at(desk: Desk, item: Mapping[str, str], key: str) -> None:
    await desk.told("library.new", item)
    assert [look[2] for look in desk.looks()] == [key]


@pytest.mark.parametrize(
    ("event", "item", "machine"),
    [
        ("media.play", FILM, MACHINE),
        ("admin.coffee.ready", FILM, MACHINE),
        ("library.new", {"type": "track", "ratingKey": "5"}, MACHINE),
        ("library.new", {"type": "movie"}, MACHINE),
        ("library.new", {}, MACHINE),
        ("library.new", FILM, None),
        ("library.new", FILM, "nobodys-machine"),
    ],
)
async def test_what_says_nothing_of_our_shelves_is_ignored(
    desk: Desk, event: str, item: Mapping[str, str], machine: str | None
) -> None:
    assert not await desk.told(event, item, machine)
    assert desk.looks() == []


async def test_a_server_that_was_never_seen_may_be_the_one_that_reports(desk: Desk) -> None:
    desk.servers.servers["cellar"] = FakeMediaServer()
    assert await desk.told("library.new", FILM, "cellars-machine")
    assert [look[1] for look in desk.looks()] == ["cellar"]


def test_the_secret_is_the_same_after_every_start_and_another_key_has_another() -> None:
    assert webhook_secret(b"the key of the server") == SECRET != webhook_secret(b"another key")
    assert len(SECRET) == 43
    desk = Desk().desk
    assert desk.is_ours(SECRET)
    assert not any(desk.is_ours(guess) for guess in ("", SECRET[:-1], SECRET + "A", SECRET.lower(), "\udcff" + SECRET))
