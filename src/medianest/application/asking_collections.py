"""Asking for all films of a collection at once: a wish for each, and one answer that says what came of them."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Final, Literal
from uuid import UUID

import msgspec

from medianest.domain.kernel import Recorded, Refused
from medianest.domain.media_request.refusals import AlreadyAvailable
from medianest.domain.media_request.vocabulary import FILM
from medianest.domain.request_workflow import AskForTitle
from medianest.ports.event_log import Context, Receipts
from medianest.ports.front_door import Answer, Commands, Idempotency, KeyReused, Outcome, Wording
from medianest.ports.library import LibraryIndex
from medianest.ports.metadata import Metadata, Title
from medianest.ports.surroundings import Clock, Ids

What = Literal["asked", "joined", "already_available", "refused"]

ASKED: Final = 201
"""The status of an answer to a wish that became a request of its own."""


class CollectionNotFound(Refused):
    code, kind = "collection_not_found", "missing"
    text = "The Movie Database knows no such collection."


class PartAsked(msgspec.Struct, frozen=True, kw_only=True):
    """`answer` is what was worded of the request; None where there is none. `code` and `text` say why not."""

    title: Title
    what: What
    answer: bytes | None = None
    code: str | None = None
    text: str | None = None


WordingOfPart = Callable[[int], Wording]
"""How the wish for the film of this id is answered: with ASKED, or with another status where somebody was joined."""
Summary = Callable[[Sequence[PartAsked]], Answer]


class AskingForAll:
    def __init__(
        self,
        commands: Commands,
        metadata: Metadata,
        library: LibraryIndex,
        receipts: Receipts,
        *,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._commands = commands
        self._metadata = metadata
        self._library = library
        self._receipts = receipts
        self._clock = clock
        self._ids = ids

    async def ask(
        self,
        *,
        actor: UUID,
        collection_id: int,
        is_4k: bool,
        note: str | None,
        context: Context,
        wording: WordingOfPart,
        summary: Summary,
        idempotency: Idempotency | None,
    ) -> Outcome:
        """One wish a film, in the order of the collection; each is decided and recorded by itself, so that a quota
        which ends in the middle stops those behind it alone. Broken off by an outage, it is simply asked again.

        An Idempotency-Key stands over every part by itself: what was asked is answered as before, and what was refused
        is tried anew. Raises CollectionNotFound, whatever forbids asking at all, KeyReused, Unavailable.
        """
        collection = await self._metadata.collection(collection_id)
        if collection is None:
            raise CollectionNotFound
        keys = {part.tmdb_id: _key_of(part, idempotency) for part in collection.parts}
        await self._ensure_unused(actor, [key for key in keys.values() if key is not None])
        held = await self._library.of_titles([("movie", part.tmdb_id) for part in collection.parts])
        asked: list[PartAsked] = []
        recorded: list[Recorded] = []
        repeats: list[bool] = []
        for part in collection.parts:
            there = held.get(("movie", part.tmdb_id))
            command = AskForTitle(
                actor=actor,
                at=self._clock.now(),
                request_id=self._ids.new(),
                media_type="movie",
                tmdb_id=part.tmdb_id,
                is_4k=is_4k,
                title=part.title,
                year=part.year,
                poster_path=part.poster_path,
                note=note,
                in_library=(FILM,) if there and there.in_quality(is_4k).get(FILM) else (),
            )
            try:
                outcome = await self._commands.run(
                    [command], context, wording=wording(part.tmdb_id), idempotency=keys[part.tmdb_id]
                )
            except Refused as no:
                if no.kind == "forbidden" and not asked:
                    raise
                asked.append(_refused(part, no))
                continue
            recorded += outcome.recorded
            repeats.append(outcome.is_repeat)
            asked.append(_asked(part, outcome.answer))
        return Outcome(
            answer=summary(asked),
            recorded=recorded,
            position=recorded[-1].position if recorded else None,
            is_repeat=bool(repeats) and all(repeats),
        )

    async def _ensure_unused(self, actor: UUID, keys: Sequence[Idempotency]) -> None:
        """Before anything is asked for: a key that stood over another body must not come half-way."""
        for key in keys:
            receipt = await self._receipts.find(actor, key.key)
            if receipt is not None and receipt.body_hash != key.body_hash:
                raise KeyReused


def _key_of(part: Title, idempotency: Idempotency | None) -> Idempotency | None:
    if idempotency is None:
        return None
    digest = hashlib.sha256(f"{idempotency.key}\n{part.tmdb_id}".encode()).hexdigest()
    return Idempotency(key=f"part:{digest}", body_hash=idempotency.body_hash)


def _refused(part: Title, no: Refused) -> PartAsked:
    what: What = "already_available" if isinstance(no, AlreadyAvailable) else "refused"
    return PartAsked(title=part, what=what, code=no.code, text=str(no))


def _asked(part: Title, answer: Answer | None) -> PartAsked:
    what: What = "asked" if answer is not None and answer.status == ASKED else "joined"
    return PartAsked(title=part, what=what, answer=answer.body if answer is not None else None)
