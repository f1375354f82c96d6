"""Who did what to me, and what I did."""

from uuid import UUID

import pytest

from medianest.adapters.eventlog.memory_trail import MemoryAuditTrail
from medianest.application.people import PeopleBook
from medianest.application.queries.activity import ActivityDesk, By, ListActivity
from medianest.application.viewer import Viewer
from medianest.domain.api_key import MakeApiKey, RevokeApiKey
from medianest.domain.linked_account import LinkAccount, UnlinkAccount
from medianest.domain.media_request.commands import ApproveRequest, CommentOnRequest, FollowRequest, UnfollowRequest
from medianest.domain.second_factor import EnrolSecondFactor, RemoveSecondFactor
from medianest.domain.session import EndSession, OpenSession
from medianest.domain.user.commands import ReinstateUser, SuspendUser
from medianest.ports.views import Page
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import Rig


@pytest.fixture
def people(rig: Rig) -> PeopleBook:
    return PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock)


@pytest.fixture
def desk(rig: Rig, people: PeopleBook) -> ActivityDesk:
    return ActivityDesk(MemoryAuditTrail(rig.log), rig.board, people)


class Story:
    """Bob asks for something, Cat follows it for a while, Ada decides; and Ada asks for something of her own."""

    ada: UUID
    bob: UUID
    cat: UUID

    async def happens(self, rig: Rig, people: PeopleBook) -> "Story":
        self.ada = await rig.person(role="admin", name="Ada")
        self.bob, self.cat = await rig.person(name="Bob"), await rig.person(name="Cat")
        request_id = await rig.ask(self.bob)
        one = {"request_id": request_id}
        await rig.run(FollowRequest(**rig.by(self.cat), **one))
        await rig.run(UnfollowRequest(**rig.by(self.cat), **one))
        await rig.run(ApproveRequest(**rig.by(self.ada), **one))
        await rig.run(CommentOnRequest(**rig.by(self.bob), **one, comment_id=rig.ids.new(), text="Thank you"))
        await rig.ask(self.ada, 1)
        await rig.run(SuspendUser(**rig.by(self.ada), user_id=self.cat, reason="Shared the password"))
        await people.catch_up()
        return self


@pytest.fixture
async def story(rig: Rig, people: PeopleBook) -> Story:
    return await Story().happens(rig, people)


async def told(desk: ActivityDesk, who: UUID, by: By | None = None) -> list[str]:
    page = await desk.list(ListActivity(viewer=Viewer(user_id=who, permissions=frozenset()), by=by, limit=50))
    return [f"{activity.sentence} [{activity.title}]" for activity in page.items]


async def test_people_read_what_concerns_them_with_the_titles(desk: ActivityDesk, story: Story) -> None:
    winter = "[The Long Winter]"
    assert await told(desk, story.bob) == [
        f"Bob wrote a comment {winter}",
        f"Ada approved it {winter}",
        f"Cat no longer follows it {winter}",
        f"Cat wants it too {winter}",
        f"Bob asked for The Long Winter {winter}",
        "Bob registered themselves as member [None]",
    ]


async def test_what_others_did_and_what_they_did_themselves_are_told_apart(desk: ActivityDesk, story: Story) -> None:
    everything = await told(desk, story.bob)
    mine, others = await told(desk, story.bob, "me"), await told(desk, story.bob, "others")
    assert [line for line in everything if line.startswith("Bob")] == mine
    assert [line for line in everything if not line.startswith("Bob")] == others


async def test_whoever_left_a_request_reads_only_what_they_did_there(desk: ActivityDesk, story: Story) -> None:
    assert await told(desk, story.cat) == [
        "Ada suspended Cat [None]",
        "Cat no longer follows it [The Long Winter]",
        "Cat wants it too [The Long Winter]",
        "Cat registered themselves as member [None]",
    ]


async def test_what_others_did_to_what_is_somebodys_concerns_them(
    rig: Rig, desk: ActivityDesk, people: PeopleBook, story: Story
) -> None:
    bob, ada, mine = story.bob, story.ada, rig.ids.new
    session, key, account, person = mine(), mine(), mine(), {"user_id": bob}
    await rig.run(OpenSession(**rig.by(bob), **person, session_id=session, method="password"))
    await rig.run(MakeApiKey(**rig.by(bob), key_id=key, name="A clock", scopes=frozenset({"read"}), expires_at=None))
    await rig.run(LinkAccount(**rig.by(bob), **person, account_id=account, provider="plex", name="bob"))
    await rig.run(EnrolSecondFactor(**rig.by(bob), **person))
    await rig.run(EndSession(**rig.by(ada), session_id=session, reason="ended_by_administrator"))
    await rig.run(RevokeApiKey(**rig.by(ada), key_id=key))
    await rig.run(RemoveSecondFactor(**rig.by(ada), **person))
    await rig.run(UnlinkAccount(**rig.by(ada), **person, account_id=account))
    # Of what becomes of the account once it is Cat's, Bob learns nothing.
    await rig.run(ReinstateUser(**rig.by(ada), user_id=story.cat))
    await rig.run(LinkAccount(**rig.by(story.cat), user_id=story.cat, account_id=account, provider="plex", name="cat"))
    await people.catch_up()
    assert (await told(desk, bob, "others"))[:5] == [
        "Ada unlinked an account elsewhere [None]",
        "Ada removed the second factor of Bob [None]",
        "Ada revoked an API key of Bob [None]",
        "Ada ended a session of Bob [None]",
        "Ada approved it [The Long Winter]",
    ]
    assert not [line for line in await told(desk, bob) if "Cat linked" in line]
    assert "Cat linked an account at plex [None]" in await told(desk, story.cat)


async def test_bookkeeping_is_left_out_and_pages_go_on(desk: ActivityDesk, story: Story) -> None:
    viewer = Viewer(user_id=story.ada, permissions=frozenset())
    before: int | None = None
    seen: list[str] = []
    while True:
        page: Page = await desk.list(ListActivity(viewer=viewer, limit=2, before=before))
        seen += [activity.recorded.event.tag for activity in page.items]
        if page.next_key is None:
            break
        before = int(page.next_key[0])
    assert {tag.partition(".")[0] for tag in seen} == {"user", "media_request"}
    assert seen[0] == "user.suspended"
    assert len(seen) == len(await told(desk, story.ada))
