"""A session that ends takes its own live streams with it, and leaves those of the same person elsewhere."""

from uuid import UUID

from medianest.application.open_streams import OpenStreams
from medianest.domain.kernel import SYSTEM
from medianest.domain.user.commands import SuspendUser
from tests.unit.application.desk import PHONE, Desk
from tests.unit.application.rig import CLICK, Rig


async def test_the_end_of_a_session_ends_its_streams_and_no_others(rig: Rig) -> None:
    desk, streams = Desk(rig), OpenStreams()
    ada, bob = await desk.ada(), await rig.person()
    here, there, his = [
        (await desk.session_desk.open(who, "password", PHONE, CLICK)).session for who in (ada, ada, bob)
    ]
    await desk.people.catch_up()
    desk.people.watch(streams.end, ended=streams.end_session)
    ended: list[UUID] = []
    with (
        streams.opened(ada, lambda: ended.append(here.session_id), session_id=here.session_id),
        streams.opened(ada, lambda: ended.append(there.session_id), session_id=there.session_id),
        streams.opened(bob, lambda: ended.append(his.session_id), session_id=his.session_id),
    ):
        await desk.session_desk.end_one(ada, ada, there.session_id, "ended_elsewhere", CLICK)
        await desk.people.catch_up()
        assert ended == [there.session_id]
        await rig.run(SuspendUser(**rig.by(SYSTEM), user_id=bob))
        await desk.people.catch_up()
        assert ended == [there.session_id, his.session_id], "whose rights changed is asked anew everywhere"
