"""Taking a step back, from the offer to what it leads to."""

from uuid import UUID

import pytest

from medianest.application.people import PeopleBook
from medianest.application.undoing import EventNotFound, Undoing, UndoOffer
from medianest.domain.kernel import SYSTEM, Command, Refused
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.commands import CompleteRequest, RejectRequest
from medianest.domain.quota import QUOTA, quota_id
from medianest.domain.user.commands import ChangeRole, DeleteUser, RenameUser, SuspendUser
from medianest.ports.event_log import Context
from medianest.ports.front_door import Outcome
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import Rig

CONTEXT = Context(correlation_id="another-click", session_id=UUID(int=5))


class Bench:
    def __init__(self) -> None:
        self.rig = Rig()
        self.people = PeopleBook(self.rig.log, self.rig.directory, FakeSessions(), self.rig.clock)
        self.undoing = Undoing(self.rig.log, self.rig.bus, self.people, self.rig.clock)

    async def did(self, command: Command) -> int:
        """The position of the first event that came of it."""
        position = (await self.rig.run(command)).recorded[0].position
        await self.people.catch_up()
        return position

    async def explain(self, position: int, actor: UUID = SYSTEM) -> UndoOffer:
        return await self.undoing.explain(position, actor=actor, context=CONTEXT)

    async def undo(self, position: int, actor: UUID = SYSTEM) -> Outcome:
        return await self.undoing.undo(position, actor=actor, context=CONTEXT)

    async def rejected(self, bob: UUID, ada: UUID) -> tuple[UUID, int]:
        request_id = await self.rig.ask(bob)
        return request_id, await self.did(RejectRequest(**self.rig.by(ada), request_id=request_id, reason="No room."))


async def two(bench: Bench) -> tuple[UUID, UUID]:
    limits = QuotaLimits(movie_limit=1)
    return await bench.rig.person(role="admin", name="Ada"), await bench.rig.person(name="Bob", quota=limits)


async def test_a_rejection_is_explained_and_taken_back_with_its_title_and_quota() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    request_id, position = await bench.rejected(bob, ada)
    before = len(await bench.rig.history())
    offer = await bench.explain(position, ada)
    assert (offer.sentence, offer.command, offer.is_possible) == ("Ada rejected The Long Winter", "ReopenRequest", True)
    assert offer.explanation is not None
    assert offer.explanation.startswith("Bob's request for The Long Winter will wait for a decision again")
    assert len(await bench.rig.history()) == before
    outcome = await bench.undo(position, ada)
    (rejection,) = await bench.rig.log.read_positions([position])
    assert {one.causation_id for one in outcome.recorded} == {rejection.event_id}
    assert {one.event.tag for one in outcome.recorded} == {
        "media_request.reopened",
        "title_claim.claimed",
        "quota.spent",
    }
    assert (await bench.rig.request(request_id)).status == "pending"
    assert (await bench.rig.state(QUOTA, quota_id(bob))).parts_of(request_id) == {0}


async def test_what_was_undone_is_not_undone_again() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    _, position = await bench.rejected(bob, ada)
    await bench.undo(position)
    offer = await bench.explain(position)
    assert (offer.is_possible, offer.code) == (False, "already_undone")
    with pytest.raises(Refused) as refusal:
        await bench.undo(position)
    assert refusal.value.code == "already_undone"


async def test_a_title_that_somebody_else_asked_for_since_is_theirs() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    _, position = await bench.rejected(bob, ada)
    await bench.rig.ask(ada)
    offer = await bench.explain(position)
    assert (offer.is_possible, offer.code, offer.command) == (False, "title_taken_since", "ReopenRequest")
    assert offer.reason is not None
    assert "Decide on that one instead" in offer.reason


async def test_a_title_that_arrived_since_is_not_asked_for_again() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    _, position = await bench.rejected(bob, ada)
    another = await bench.rig.approved(ada)
    await bench.rig.run(CompleteRequest(**bench.rig.by(SYSTEM), request_id=another))
    assert (await bench.explain(position)).code == "already_available"


async def test_a_quota_that_has_no_room_since_is_not_overspent() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    _, position = await bench.rejected(bob, ada)
    await bench.rig.ask(bob, tmdb_id=8)
    offer = await bench.explain(position)
    assert (offer.is_possible, offer.code) == (False, "askers_quota_exceeded")


async def test_a_request_of_somebody_who_was_deleted_stays_closed() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    _, position = await bench.rejected(bob, ada)
    await bench.did(DeleteUser(**bench.rig.by(ada), user_id=bob))
    assert (await bench.explain(position)).code == "asker_has_left"


async def test_what_the_account_itself_refuses_stands_in_the_way() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    position = await bench.did(ChangeRole(**bench.rig.by(ada), user_id=bob, role="admin"))
    assert (await bench.explain(position, bob)).code == "not_yourself"
    assert (await bench.explain(position, ada)).explanation == "Bob's role will be member again."


async def test_names_and_suspensions_come_back() -> None:
    bench = Bench()
    ada, bob = await two(bench)
    renamed = await bench.did(RenameUser(**bench.rig.by(bob), user_id=bob, name="Robert"))
    suspended = await bench.did(SuspendUser(**bench.rig.by(ada), user_id=bob, reason="Why."))
    assert (await bench.explain(renamed)).explanation == "Robert will be called Bob again."
    assert (await bench.explain(suspended)).explanation == "Robert will be welcome again."
    for position in (renamed, suspended):
        await bench.undo(position, ada)
    await bench.people.catch_up()
    person = bench.people.find(bob)
    assert person is not None
    assert (person.name, person.is_suspended) == ("Bob", False)


async def test_what_cannot_be_undone_says_so_and_what_does_not_exist_is_missing() -> None:
    bench = Bench()
    _, bob = await two(bench)
    await bench.rig.ask(bob)
    (last,) = await bench.rig.log.read_positions([await bench.rig.log.head()])
    offer = await bench.explain(last.position)
    assert (offer.code, offer.command, offer.explanation) == ("not_undoable", None, None)
    with pytest.raises(EventNotFound):
        await bench.explain(10_000)
