"""What a stream that lost its line costs to catch up with."""

from contextlib import aclosing

from medianest.application.live import LiveFeed
from medianest.application.open_streams import OpenStreams
from medianest.application.viewer import Viewer
from medianest.projections.request_board import REQUEST_BOARD
from tests.fakes.broadcast import FakeBroadcast
from tests.fakes.views import FakeInbox
from tests.unit.application.rig import Rig


async def test_whoever_missed_much_costs_one_look_at_the_board(rig: Rig) -> None:
    streams, news = OpenStreams(), FakeInbox(rig.views)
    feed = LiveFeed(rig.log, rig.views, rig.board, news, streams=streams, broadcast=FakeBroadcast())
    ada, seen = await rig.person(), await rig.log.head()
    requests = [await rig.ask(ada, tmdb_id=number) for number in range(1, 21)]
    looked = rig.views.looks[REQUEST_BOARD.name]
    async with aclosing(feed.listen(Viewer(user_id=ada, permissions=frozenset()), after=seen)) as stream:
        told = [await anext(stream) for _ in requests]
    assert [message and message.card and message.card.request_id for message in told] == requests
    assert rig.views.looks[REQUEST_BOARD.name] == looked + 1
