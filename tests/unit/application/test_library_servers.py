"""The media servers of the house: who answers where, and what goes with them."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from medianest.application.bound_secrets import BoundSecret, BoundSecrets
from medianest.application.library.arrivals import Arrivals
from medianest.application.library.guarding import TokenGuard
from medianest.application.library.identifying import TitleIdentifier
from medianest.application.library.looking import LibraryLooker
from medianest.application.library.servers import OwnServer, ServerBook, ServerInvalid
from medianest.application.library.tokens import TOKEN, TokenWatch
from medianest.application.library_jobs import LibraryJobs
from medianest.application.outgoing import AddressNotAllowed, AllowedAddresses
from medianest.domain.kernel import SYSTEM
from medianest.domain.library import LIBRARY, HoldBackRemovals, library_id
from medianest.domain.media_server import ServerNotFound, server_id
from medianest.ports.failures import PlexNotConfigured, PlexUnavailable
from medianest.ports.library import ScannedLibrary
from medianest.ports.media_server import MediaServer
from medianest.projections.media_servers import MEDIA_SERVERS, KnownServer
from tests.fakes.media_server import FakeMediaServer
from tests.fakes.metadata import FakeMetadata
from tests.fakes.plex import FakePlexAccounts
from tests.fakes.vault import FakeVault
from tests.unit.application.libraries import FILMS, FakeFinder, FakeServers, House
from tests.unit.application.rig import CLICK, Rig

URL, OTHER = "https://attic.example.org", "https://cellar.example.org"


class Internet:
    """Implements `ServerConnections`: who answers under which address, and the token that each takes."""

    def __init__(self) -> None:
        self.servers: dict[str, tuple[FakeMediaServer, str]] = {}
        self.closed: list[str] = []

    async def to(self, slug: str, url: str, token: str, *, is_given: bool) -> MediaServer:
        server, wanted = self.servers[url]
        server.refuses_token = token != wanted
        return server

    async def whole(self, slug: str, url: str, token: str, *, is_given: bool) -> Any:
        """What it holds is all that is asked for here."""
        return SimpleNamespace(media=await self.to(slug, url, token, is_given=is_given))

    async def close(self, slug: str) -> None:
        self.closed.append(slug)


class Known:
    """Implements `KnownServers` on the log."""

    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    async def find(self, slug: str) -> KnownServer | None:
        return next((one for one in await self.all() if one.slug == slug), None)

    async def all(self) -> Sequence[KnownServer]:
        rows: dict[object, KnownServer | None] = {}
        for recorded in await self._rig.history():
            if recorded.category == "media_server":
                rows[recorded.stream_id] = MEDIA_SERVERS.apply(rows.get(recorded.stream_id), recorded)
        return [row for row in rows.values() if row is not None]


class Books(House):
    def __init__(self, own: OwnServer | None = None) -> None:
        super().__init__()
        self.internet, self.vault = Internet(), FakeVault()
        self.internet.servers[URL] = (FakeMediaServer("attic"), "good")
        self.internet.servers[OTHER] = (FakeMediaServer("cellar"), "good")
        rig = self.rig
        self.book = ServerBook(
            rig.bus,
            rig.states,
            TokenWatch(rig.bus, rig.clock, rig.ids),
            own=own,
            known=Known(rig),
            connections=self.internet,
            reserved={"tmdb", "plex"},
            index=self.kept,
            scans=self.kept,
            allowed=AllowedAddresses(),
            secrets=BoundSecrets(self.vault, rig.log, TOKEN),
            clock=rig.clock,
        )

    async def added(self) -> None:
        admin = await self.rig.person(role="admin")
        await self.book.add(admin, "attic", CLICK, name="Attic", url=URL, token="good")


class Stopped(Exception):
    """The process ended here."""


async def stopped(*_given: object) -> None:
    raise Stopped


@pytest.fixture
def books() -> Books:
    return Books()


async def test_a_server_is_asked_before_it_is_added_and_its_token_lies_in_the_vault_alone(books: Books) -> None:
    admin = await books.rig.person(role="admin")
    for wrong, refusal in (
        ({"token": "bad"}, ServerInvalid),
        ({"url": "http://192.168.1.2:32400"}, AddressNotAllowed),
    ):
        with pytest.raises(refusal):
            await books.book.add(admin, "attic", CLICK, **{"name": "Attic", "url": URL, "token": "good", **wrong})
    books.internet.servers[OTHER][0].is_away = True
    with pytest.raises(PlexUnavailable):
        await books.book.add(admin, "attic", CLICK, name="Attic", url=OTHER, token="good")
    assert (await books.book.slugs(), books.vault.secrets) == ([], {})
    await books.added()
    assert await books.book.slugs() == ["attic"]
    assert books.vault.secrets == {(TOKEN.name, server_id("attic")): BoundSecret(URL, "good", 1).sealed()}
    assert await books.book.open("attic") is books.internet.servers[URL][0]
    assert all(slug.startswith("(trial") for slug in books.internet.closed), "no way to a trial stays open"


@pytest.mark.parametrize("slug", ["tmdb", "plex"])
async def test_a_server_cannot_have_the_short_name_of_another_upstream(books: Books, slug: str) -> None:
    admin = await books.rig.person(role="admin")
    with pytest.raises(ServerInvalid, match=slug):
        await books.book.add(admin, slug, CLICK, name="Attic", url=URL, token="good")
    assert books.internet.servers[URL][0].asked == [], "nor is its token shown to anybody"


async def test_a_token_is_never_sent_to_another_address(books: Books) -> None:
    await books.added()
    admin = await books.rig.person(role="admin")
    with pytest.raises(ServerInvalid):
        await books.book.change(admin, "attic", CLICK, url=OTHER)
    assert books.internet.servers[OTHER][0].asked == []


async def test_an_address_that_is_new_before_its_token_is_has_none(books: Books) -> None:
    await books.added()
    admin = await books.rig.person(role="admin")
    books.vault.put = stopped  # type: ignore[method-assign]
    with pytest.raises(Stopped):
        await books.book.change(admin, "attic", CLICK, url=OTHER, token="good")
    with pytest.raises(PlexNotConfigured):
        await books.book.open("attic")


async def test_where_another_server_answers_from_now_on_the_former_ones_titles_are_given_up(books: Books) -> None:
    await books.added()
    admin = await books.rig.person(role="admin")
    assert await books.kept.is_same("attic", "attic")
    await books.kept.keep("attic", "films", [], [], machine="attic")
    await books.book.change(admin, "attic", CLICK, token="good")
    assert await books.kept.is_same("attic", "attic")
    await books.book.change(admin, "attic", CLICK, url=OTHER, token="good")
    assert await books.kept.is_same("attic", "cellar")


@pytest.mark.parametrize("end", ["removed", "exchanged", "removed, and nobody told the index"])
async def test_a_question_about_a_server_ends_with_it(books: Books, end: str) -> None:
    await books.added()
    admin, rig = await books.rig.person(role="admin"), books.rig
    await books.kept.is_same("attic", "attic")
    library = ScannedLibrary(server="attic", uuid="films", key="1", kind="movie", title="Films")
    await books.kept.record(library, machine="attic")
    asked = HoldBackRemovals(**rig.by(SYSTEM), server="attic", library_uuid="films", name="Films", leaving=9, held=40)
    await rig.run(asked)
    if end == "removed":
        await books.book.remove(admin, "attic", CLICK)
    elif end == "exchanged":
        await books.book.change(admin, "attic", CLICK, url=OTHER, token="good")
    else:
        await books.removals.give_up("attic")
    assert await rig.state(LIBRARY, library_id("attic", "films")) is None
    assert "attic" not in await books.kept.servers() or end == "exchanged"


async def test_what_is_not_there_or_has_no_token_cannot_be_asked(books: Books) -> None:
    with pytest.raises(ServerNotFound):
        await books.book.open("attic")
    await books.added()
    await books.vault.forget(server_id("attic"))
    with pytest.raises(PlexNotConfigured):
        await books.book.open("attic")


async def test_the_server_of_the_settings_comes_first_and_says_when_it_refuses() -> None:
    books = Books(OwnServer(url=URL, token="good"))
    await books.book.refused("plex")
    assert [(one.slug, one.refuses_token) for one in await books.book.all()] == [("plex", True)]
    await books.book.taken("plex")
    assert [(one.slug, one.refuses_token) for one in await books.book.all()] == [("plex", False)]
    moved = Books(OwnServer(url=OTHER, token="good"))
    assert (await moved.book.all())[0].version != (await books.book.all())[0].version, "or its answers would be shown"


async def test_at_night_what_is_known_of_servers_that_are_no_more_is_given_up_and_nothing_is_gone(books: Books) -> None:
    rig = books.rig
    books.films(1)
    await books.scan()
    jobs = LibraryJobs(
        books.servers,
        books.kept,
        scanner=books.scanner,
        looker=LibraryLooker(books.servers, books.kept, clock=books.rig.clock),
        identifier=TitleIdentifier(books.kept, FakeFinder({}), books.rig.clock),
        removals=books.removals,
        leaving=books.leaving,
        arrivals=Arrivals(
            rig.bus,
            rig.states,
            index=books.kept,
            metadata=FakeMetadata(),
            board=rig.board,
            jobs=books.jobs,
            clock=rig.clock,
            ids=rig.ids,
        ),
        guard=TokenGuard(books.servers, books.servers, FakePlexAccounts(rig.clock)),
    )
    await jobs.scan_libraries()
    assert await books.held("movie", 1) == [1]
    await jobs.scan_libraries(server="nobody")
    books.servers.servers = {"attic": FakeMediaServer("attic")}
    await jobs.scan_libraries()
    assert (await books.held("movie", 1), await books.kept.untold(limit=9)) == ([], [])
    late = LibraryLooker(FakeServers(plex=books.plex), books.kept, clock=rig.clock)
    await late.look_at("plex", "1")
    assert await books.held("movie", 1) == [1], "whoever was looking at it when it was removed"
    await rig.run(
        HoldBackRemovals(**rig.by(SYSTEM), server="plex", library_uuid=FILMS, name="Films", leaving=9, held=40)
    )
    await jobs.scan_libraries()
    assert (await books.held("movie", 1), await books.question()) == ([], None)
