"""A wish for all films of a collection: one for each, and one answer."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
import pytest

from medianest.application.asking_collections import AskingForAll, CollectionNotFound, PartAsked
from medianest.domain.limits import QuotaLimits
from medianest.domain.media_request.events import RequestSubmitted
from medianest.domain.request_workflow import NotAllowedToRequest4k
from medianest.ports.front_door import Answer, Decided, Idempotency, KeyReused, Outcome, Wording
from medianest.ports.library import Copy, ShelfTitle
from medianest.ports.media_server import Guids
from medianest.ports.metadata import CollectionDetails, Title
from tests.fakes.library import FakeLibrary
from tests.fakes.metadata import COLLECTION, FakeMetadata
from tests.shelving import shelve
from tests.unit.application.rig import CLICK, Rig

FILMS = [film.tmdb_id for film in COLLECTION.parts]


def wording(_film: int) -> Wording:
    async def worded(decided: Decided) -> Answer:
        is_new = any(isinstance(recorded.event, RequestSubmitted) for recorded in decided.decided)
        return Answer(status=201 if is_new else 200, body=b"{}")

    return worded


def summary(parts: Sequence[PartAsked]) -> Answer:
    return Answer(status=200, body=msgspec.json.encode([(part.title.tmdb_id, part.what, part.code) for part in parts]))


class Household:
    """`wish` asks for all of a collection, and answers (film, what came of it, code)."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.metadata, self.library = rig, FakeMetadata(), FakeLibrary()
        self.asking = AskingForAll(rig.bus, self.metadata, self.library, rig.log, clock=rig.clock, ids=rig.ids)

    async def outcome(self, actor: UUID, *, key: str | None = None, **wish: Any) -> Outcome:
        given: dict[str, Any] = {"collection_id": COLLECTION.tmdb_id, "is_4k": False, "note": None} | wish
        body = msgspec.json.encode(given)
        idempotency = Idempotency(key=key, body_hash=body) if key else None
        return await self.asking.ask(
            actor=actor, context=CLICK, wording=wording, summary=summary, idempotency=idempotency, **given
        )

    async def wish(self, actor: UUID, **wish: Any) -> list[list[Any]]:
        answer = (await self.outcome(actor, **wish)).answer
        assert answer is not None
        found: list[list[Any]] = msgspec.json.decode(answer.body)
        return found


@pytest.fixture
def household(rig: Rig) -> Household:
    return Household(rig)


async def test_each_film_becomes_a_request_and_asked_again_it_is_joined(household: Household, rig: Rig) -> None:
    ada, ben = await rig.person(), await rig.person()
    assert await household.wish(ada) == [[film, "asked", None] for film in FILMS]
    assert await household.wish(ben) == [[film, "joined", None] for film in FILMS]
    assert (await rig.tags()).count("media_request.submitted") == len(FILMS)


async def test_a_quota_that_ends_in_the_middle_stops_those_behind_it_alone(household: Household, rig: Rig) -> None:
    ada = await rig.person(quota=QuotaLimits(movie_limit=2))
    asked = await household.wish(ada)
    assert [what for _, what, _ in asked] == ["asked", "asked", "refused"]
    assert asked[2][2] == "quota_exceeded"


async def test_what_a_library_holds_is_available_already(household: Household, rig: Rig) -> None:
    title = ShelfTitle(rating_key="1", media_type="movie", title="Ferry", guids=Guids(tmdb_id=FILMS[1]))
    await shelve(household.library, "own", "films", [title], [Copy(rating_key="1", is_4k=False, title_key="1")])
    ada = await rig.person("request_4k")
    asked = await household.wish(ada)
    assert [what for _, what, _ in asked] == ["asked", "already_available", "asked"]
    assert asked[1][2] == "already_available"
    assert [what for _, what, _ in await household.wish(ada, is_4k=True)] == ["asked"] * 3


async def test_what_nobody_may_ask_for_is_said_once(household: Household, rig: Rig) -> None:
    with pytest.raises(NotAllowedToRequest4k):
        await household.wish(await rig.person(), is_4k=True)
    with pytest.raises(CollectionNotFound):
        await household.wish(await rig.person(), collection_id=404)


async def test_under_one_key_what_was_asked_is_answered_again_and_what_was_refused_is_tried(
    household: Household, rig: Rig
) -> None:
    ada = await rig.person(quota=QuotaLimits(movie_limit=2))
    first = await household.outcome(ada, key="once")
    assert first.position is not None
    assert not first.is_repeat
    again = await household.outcome(ada, key="once")
    assert (again.answer, again.is_repeat, again.position) == (first.answer, True, None)
    assert (await rig.tags()).count("media_request.submitted") == 2
    with pytest.raises(KeyReused):
        await household.outcome(ada, key="once", note="Please.")


async def test_a_collection_of_sixty_is_asked_for_whole_and_one_of_none_is_nothing(
    household: Household, rig: Rig
) -> None:
    many = tuple(Title(media_type="movie", tmdb_id=number, title=f"Part {number}") for number in range(1, 61))
    household.metadata.collections[2] = CollectionDetails(tmdb_id=2, name="Many", parts=many)
    household.metadata.collections[3] = CollectionDetails(tmdb_id=3, name="None")
    ada = await rig.person()
    assert await household.wish(ada, collection_id=2) == [[number, "asked", None] for number in range(1, 61)]
    empty = await household.outcome(ada, collection_id=3)
    assert (empty.recorded, empty.position, empty.is_repeat) == ([], None, False)
