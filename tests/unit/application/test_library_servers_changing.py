"""Media servers that become others while somebody reads or changes them, and changes that are broken off half-way."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import pytest

from medianest.application.bound_secrets import BoundSecrets
from medianest.application.library.looking import LibraryLooker
from medianest.application.library.reading import PAGE
from medianest.application.library.scanning import LibraryScanner
from medianest.application.library.servers import ServerMoved
from medianest.application.library.tokens import TOKEN
from medianest.domain.media_server import ServerNotFound, server_id
from medianest.ports.failures import LogUnavailable, PlexNotConfigured
from medianest.ports.front_door import Answer, Decided, Idempotency
from medianest.ports.library import Machines
from medianest.ports.media_server import Item, ItemPage, ItemType, Library, ServerIdentity
from tests.fakes.media_server import FakeMediaServer
from tests.unit.application.libraries import film
from tests.unit.application.rig import CLICK
from tests.unit.application.test_library_servers import OTHER, URL, Books

Meanwhile = Callable[[], Awaitable[object]]


class Interrupted(FakeMediaServer):
    """`meanwhile` happens once, before the answer to the question of this name."""

    def __init__(self, machine_identifier: str) -> None:
        super().__init__(machine_identifier)
        self.meanwhile: tuple[str, Meanwhile] | None = None

    async def identity(self) -> ServerIdentity:
        await self._happens("identity")
        return await super().identity()

    async def item(self, rating_key: str) -> Item:
        await self._happens("item")
        return await super().item(rating_key)

    async def items(
        self, library_key: str, kind: ItemType, *, start: int, size: int, filters: Mapping[str, str] | None = None
    ) -> ItemPage:
        await self._happens(f"items from {start}")
        return await super().items(library_key, kind, start=start, size=size, filters=filters)

    async def _happens(self, question: str) -> None:
        if self.meanwhile is not None and self.meanwhile[0] == question:
            happens, self.meanwhile = self.meanwhile[1], None
            await happens()


class ChangingBooks(Books):
    """`attic` holds more than a page of films, and somebody may come in between."""

    def __init__(self) -> None:
        super().__init__()
        self.attic = Interrupted("attic")
        self.attic.add_library(Library(key="1", uuid="films", type="movie", title="Films"), *map(film, range(PAGE + 9)))
        self.internet.servers[URL] = (self.attic, "good")
        self.scanner = LibraryScanner(
            self.book, self.kept, self.kept, self.removals, broadcast=self.broadcast, clock=self.rig.clock
        )
        self.looker = LibraryLooker(self.book, self.kept, clock=self.rig.clock)

    async def moved(self, admin: UUID) -> None:
        await self.book.change(admin, "attic", CLICK, url=OTHER, token="good")

    async def token(self) -> str | None:
        return await BoundSecrets(self.vault, self.rig.log, TOKEN).find(server_id("attic"), URL)


async def in_words(_decided: Decided) -> Answer:
    return Answer(status=201, body=b"so")


SAID: dict[str, Any] = {"wording": in_words, "idempotency": Idempotency(key="once", body_hash=b"same")}


@pytest.fixture
def books() -> ChangingBooks:
    return ChangingBooks()


async def admin_of(books: ChangingBooks) -> UUID:
    await books.added()
    return await books.rig.person(role="admin")


@pytest.mark.parametrize("becomes", ["another", "nobody"])
async def test_a_scan_writes_nothing_of_a_machine_that_is_the_server_no_more(
    books: ChangingBooks, becomes: str
) -> None:
    admin = await admin_of(books)

    async def happens() -> None:
        assert await books.held("movie", 1) == [1], "half of it was read"
        await (books.moved(admin) if becomes == "another" else books.book.remove(admin, "attic", CLICK))

    books.attic.meanwhile = (f"items from {PAGE}", happens)
    [ended] = await books.scanner.scan(server="attic")
    assert (ended.trouble, ended.healthy_at) == ("another_server", None)
    assert (await books.kept.libraries(), await books.held("movie", *range(PAGE + 9))) == ([], [])
    known = {"attic": Machines(known="cellar")} if becomes == "another" else {}
    assert await books.kept.machines() == known, "nor does whoever came late take its name"


async def test_a_scan_that_found_its_server_changed_before_it_began_leaves_it_alone(books: ChangingBooks) -> None:
    admin = await admin_of(books)
    books.attic.meanwhile = ("identity", lambda: books.moved(admin))
    assert not await books.scanner.scan(server="attic")
    assert await books.kept.machines() == {"attic": Machines(known="cellar", found="attic")}
    assert await books.kept.libraries() == []


async def test_a_look_at_one_title_writes_nothing_of_a_machine_that_is_the_server_no_more(books: ChangingBooks) -> None:
    admin = await admin_of(books)
    books.attic.meanwhile = ("item", lambda: books.moved(admin))
    assert await books.looker.look_at("attic", "1") is None
    assert await books.held("movie", 1) == []


async def test_of_two_who_change_a_server_at_once_nobody_undoes_what_the_other_did(books: ChangingBooks) -> None:
    admin = await admin_of(books)
    books.attic.meanwhile = ("identity", lambda: books.book.change(admin, "attic", CLICK, name="Loft"))
    with pytest.raises(ServerMoved):
        await books.book.change(admin, "attic", CLICK, token="good")
    assert [one.name for one in await books.book.all()] == ["Loft"]


async def test_a_token_that_could_not_be_put_is_there_once_the_same_is_said_again(books: ChangingBooks) -> None:
    admin = await books.rig.person(role="admin")
    given = {"name": "Attic", "url": URL, "token": "good", **SAID}
    books.vault.failing.add("put")
    with pytest.raises(LogUnavailable):
        await books.book.add(admin, "attic", CLICK, **given)
    with pytest.raises(PlexNotConfigured):
        await books.book.open("attic")
    assert (await books.book.add(admin, "attic", CLICK, **given)).is_repeat
    assert await books.token() == "good"


async def test_a_new_token_for_the_same_address_is_put_by_a_repeat_as_well_but_not_in_place_of_a_newer_one(
    books: ChangingBooks,
) -> None:
    admin = await admin_of(books)
    books.internet.servers[URL] = (books.attic, "new")
    books.vault.failing.add("put")
    with pytest.raises(LogUnavailable):
        await books.book.change(admin, "attic", CLICK, token="new", **SAID)
    assert await books.token() == "good"
    await books.book.change(admin, "attic", CLICK, token="new", **SAID)
    assert await books.token() == "new"
    books.internet.servers[URL] = (books.attic, "newest")
    await books.book.change(admin, "attic", CLICK, token="newest")
    books.internet.servers[URL] = (books.attic, "new")
    assert (await books.book.change(admin, "attic", CLICK, token="new", **SAID)).is_repeat
    assert await books.token() == "newest"


async def test_a_repeat_gives_the_former_machines_titles_up_as_well(books: ChangingBooks) -> None:
    admin = await admin_of(books)
    await books.scanner.scan(server="attic")
    books.vault.failing.add("put")
    with pytest.raises(LogUnavailable):
        await books.book.change(admin, "attic", CLICK, url=OTHER, token="good", **SAID)
    assert await books.held("movie", 1) == [1]
    await books.book.change(admin, "attic", CLICK, url=OTHER, token="good", **SAID)
    assert (await books.held("movie", 1), await books.kept.machines()) == ([], {"attic": Machines(known="cellar")})


@pytest.mark.parametrize("mends", ["the same again", "the sweep"])
async def test_the_token_of_a_server_that_was_removed_does_not_stay(books: ChangingBooks, mends: str) -> None:
    admin = await admin_of(books)
    books.vault.failing.add("forget")
    with pytest.raises(LogUnavailable):
        await books.book.remove(admin, "attic", CLICK)
    assert books.vault.secrets
    if mends == "the sweep":
        await BoundSecrets(books.vault, books.rig.log, TOKEN).sweep()
    else:
        with pytest.raises(ServerNotFound):
            await books.book.remove(admin, "attic", CLICK)
        assert await books.kept.servers() == set()
    assert books.vault.secrets == {}
    await books.added()
    await BoundSecrets(books.vault, books.rig.log, TOKEN).sweep()
    assert await books.token() == "good", "one that came back has a token again"
