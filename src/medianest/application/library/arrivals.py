"""What the libraries hold of a title, told to whoever asked for it.

| asked for in            | has come when                                                   |
|-------------------------|-----------------------------------------------------------------|
| 4K                      | it is there in 4K, and in nothing else                          |
| no particular quality   | it is there in any: who waits for it can watch a copy in 4K too |

A film has come when it is held, and a season when all of its episodes are that have aired so far. What has aired The
Movie Database says; while that is silent, nothing has come, and it is looked at again.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from functools import partial
from typing import Final, get_args

from medianest.application.origin import context_of
from medianest.application.states import States
from medianest.domain.availability import aired_by, of_season
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.media_request import MEDIA_REQUEST, MediaRequest
from medianest.domain.media_request.commands import CompleteRequest
from medianest.domain.media_request.vocabulary import OPEN, SETTLED, MediaType, RequestStatus
from medianest.domain.title_claim import TITLE_CLAIM, claim_id
from medianest.ports.event_log import Context
from medianest.ports.failures import Unavailable
from medianest.ports.front_door import Commands
from medianest.ports.library import HeldTitle, LibraryIndex
from medianest.ports.metadata import Metadata
from medianest.ports.surroundings import Clock, Ids
from medianest.ports.views import BoardFilter, Page, RequestBoard
from medianest.ports.work import Job, Jobs
from medianest.projections.request_board import RequestCard

PAGE: Final = 200
LIVE: Final[tuple[RequestStatus, ...]] = tuple(status for status in get_args(RequestStatus) if status not in SETTLED)


class Arrivals:
    def __init__(
        self,
        commands: Commands,
        states: States,
        *,
        index: LibraryIndex,
        metadata: Metadata,
        board: RequestBoard,
        jobs: Jobs,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._states = states
        self._index = index
        self._metadata = metadata
        self._board = board
        self._jobs = jobs
        self._clock = clock
        self._ids = ids

    async def look(
        self, media_type: MediaType, tmdb_id: int, correlation_id: str | None = None, causation_id: str | None = None
    ) -> None:
        """Complete what is there of a title, in both qualities; run again, it does nothing. Raises MetadataUnavailable
        where what has aired is not known of a part, once the others are done."""
        held = (await self._index.of_titles([(media_type, tmdb_id)])).get((media_type, tmdb_id))
        if held is None:
            return
        silence: Unavailable | None = None
        context = context_of(correlation_id, causation_id, self._ids)
        for is_4k in (False, True):
            request = await holder_of(self._states, media_type, tmdb_id, is_4k=is_4k)
            if request is not None:
                whole, problem = await self._whole(request, held)
                silence = silence or problem
                await self._complete(request, whole, context)
        if silence is not None:
            raise silence

    async def look_at_all(self) -> None:
        """Every title that somebody waits for and of which something is held: a report can be lost, and what has aired
        changes by itself."""
        async for cards in self._awaited():
            held = await self._index.of_titles({(card.media_type, card.tmdb_id) for card in cards})
            await self.defer({title for title in held if any(_may_complete(card, held[title]) for card in cards)})

    async def defer(self, titles: Collection[tuple[MediaType, int]], correlation_id: str | None = None) -> None:
        await self._jobs.defer([title_arrived_job(*title, correlation_id) for title in sorted(titles)])

    async def _awaited(self) -> AsyncIterator[Collection[RequestCard]]:
        for status in LIVE:
            ask = partial(self._board.list, BoardFilter(status=status), sort="oldest", limit=PAGE)
            async for cards in pages(ask):
                yield cards

    async def _whole(self, request: MediaRequest, held: HeldTitle) -> tuple[list[int], Unavailable | None]:
        """The awaited parts of the request that are all there, and why it is not known of others."""
        whole: list[int] = []
        silence: Unavailable | None = None
        episodes = held.in_quality(request.is_4k)
        for part in request.numbers(*OPEN):
            if not (count := episodes.get(part, 0)):
                continue
            try:
                if request.media_type == "movie" or await self._is_whole(request.tmdb_id, part, count):
                    whole.append(part)
            except Unavailable as problem:
                silence = problem
        return whole, silence

    async def _is_whole(self, tmdb_id: int, number: int, count: int) -> bool:
        season = await self._metadata.season(tmdb_id, number)
        if season is None:  # a season that only the library knows
            return of_season(count, None) == "available"
        dates = [episode.air_date for episode in season.episodes]
        return of_season(count, aired_by(self._clock.now().date(), dates)) == "available"

    async def _complete(self, request: MediaRequest, parts: Collection[int], context: Context) -> None:
        if not parts:
            return
        order = CompleteRequest(
            actor=SYSTEM,
            at=self._clock.now(),
            request_id=request.request_id,
            seasons=None if request.media_type == "movie" else tuple(parts),
        )
        with suppress(Refused):  # nobody wants it any more
            await self._commands.run([order], context)


async def pages(ask: Callable[..., Awaitable[Page[RequestCard]]]) -> AsyncIterator[Sequence[RequestCard]]:
    """All that a list of the board holds: what `ask(after=...)` answers, to the end, without empty pages."""
    after: tuple[str, ...] | None = None
    while True:
        page = await ask(after=after)
        if page.items:
            yield page.items
        if (after := page.next_key) is None:
            return


async def holder_of(states: States, media_type: MediaType, tmdb_id: int, *, is_4k: bool) -> MediaRequest | None:
    """The live request for a title, which holds its claim; None where nobody asks for it in this quality."""
    claim = (await states.load(TITLE_CLAIM, claim_id(media_type, tmdb_id, is_4k)))[0]
    if claim is None or claim.holder is None:
        return None
    return (await states.load(MEDIA_REQUEST, claim.holder))[0]


def title_arrived_job(media_type: MediaType, tmdb_id: int, correlation_id: str | None = None) -> Job:
    """One at a time for a title: both would look before either had acted."""
    args = {"media_type": media_type, "tmdb_id": tmdb_id, "correlation_id": correlation_id}
    return Job(name="title_arrived", args=args, lock=f"title_arrived:{media_type}:{tmdb_id}")


def _may_complete(card: RequestCard, held: HeldTitle) -> bool:
    """Whether something that the request waits for is held, in whatever number."""
    if (card.media_type, card.tmdb_id) != (held.media_type, held.tmdb_id):
        return False
    episodes = held.in_quality(card.is_4k)
    return any(part.status in OPEN and episodes.get(part.number, 0) for part in card.parts)
