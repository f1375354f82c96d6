"""A request that much was said about: neither its story nor the answer to a change is read whole."""

from collections.abc import Sequence
from uuid import UUID

from medianest.application.people import PeopleBook
from medianest.application.queries.requests import RequestsDesk, TellStory
from medianest.application.viewer import Viewer
from medianest.domain.kernel import Recorded
from medianest.domain.media_request import MEDIA_REQUEST
from medianest.domain.media_request.commands import CommentOnRequest
from medianest.ports.front_door import Answer, Decided
from tests.fakes.sessions import FakeSessions
from tests.unit.application.rig import Rig


async def talked_about(rig: Rig, comments: int) -> tuple[UUID, UUID]:
    """Somebody, and their request with so many comments."""
    ada = await rig.person()
    request_id = await rig.ask(ada)
    for _ in range(comments):
        await rig.run(comment(rig, ada, request_id))
    return ada, request_id


def comment(rig: Rig, actor: UUID, request_id: UUID) -> CommentOnRequest:
    return CommentOnRequest(**rig.by(actor), request_id=request_id, comment_id=rig.ids.new(), text="When?")


async def test_a_story_is_told_in_pages_the_oldest_first(rig: Rig) -> None:
    ada, request_id = await talked_about(rig, 4)
    desk = RequestsDesk(rig.board, rig.log, PeopleBook(rig.log, rig.directory, FakeSessions(), rig.clock))
    viewer, after, pages = Viewer(user_id=ada, permissions=frozenset()), 0, []
    while True:
        page = await desk.tell_story(TellStory(viewer=viewer, request_id=request_id, limit=2, after=after))
        pages.append([entry.version for entry in page.items])
        if page.next_key is None:
            break
        (after,) = map(int, page.next_key)
    assert pages == [[1, 2], [3, 4], [5]]


async def test_whoever_words_an_answer_reads_on_from_what_they_know(rig: Rig) -> None:
    ada, request_id = await talked_about(rig, 4)
    read: dict[int, Sequence[Recorded]] = {}

    async def worded(decided: Decided) -> Answer:
        for after in (0, 3, 5, 6):
            read[after] = await decided.history(MEDIA_REQUEST.category, request_id, after=after)
        return Answer(status=200, body=b"")

    await rig.run(comment(rig, ada, request_id), wording=worded)
    versions = {after: [recorded.version for recorded in events] for after, events in read.items()}
    assert versions == {0: [1, 2, 3, 4, 5, 6], 3: [4, 5, 6], 5: [6], 6: []}
