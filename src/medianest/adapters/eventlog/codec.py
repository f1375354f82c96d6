"""Events to JSON bodies and back: stored names, upcasters, and personal fields sealed under their person's key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
import structlog

from medianest.adapters.eventlog.rows import EncodedEvent
from medianest.adapters.eventlog.sealing import (
    EMPTY,
    KeyMissing,
    SubjectKeys,
    is_sealed,
    open_text,
    seal_text,
)
from medianest.adapters.eventlog.upcasters import UPCASTERS, Body, Upcasters, upcast
from medianest.domain.kernel import SYSTEM, Event, Forgotten, Recorded
from medianest.domain.personal import personal_fields
from medianest.ports.event_log import Unread
from medianest.ports.failures import SealBroken, UnreadableEvent

# Sets have no order of their own; sorted, the same event is always the same bytes.
ENCODER: Final = msgspec.json.Encoder(order="deterministic")


_log = structlog.stdlib.get_logger("medianest.eventlog")

SEALED_MARK: Final = b'"sealed"'
"""Where a body has no such bytes, nothing in it is sealed: inside of a text, a quotation mark is escaped."""


_person = lru_cache(4096)(UUID)
"""An id from its text: the same few people are named again and again."""


@dataclass(frozen=True, slots=True)
class _Shape:
    event_type: type[Event]
    schema: int
    decode: Callable[[bytes], Event]
    personal: Mapping[str, str]


class EventCodec:
    """Knows the event types by their stored names (`types`); asks `keys` once for all the people of a batch."""

    def __init__(self, types: Mapping[str, type[Event]], keys: SubjectKeys, upcasters: Upcasters = UPCASTERS) -> None:
        self._keys = keys
        self._upcasters = upcasters
        self._passed_over: set[tuple[str, int]] = set()
        self._shapes = {
            tag: _Shape(
                event_type, event_type.schema, msgspec.json.Decoder(event_type).decode, personal_fields(event_type)
            )
            for tag, event_type in types.items()
        }

    async def encode(self, events: Sequence[Event]) -> list[EncodedEvent]:
        """Raises KeyMissing when an event speaks of somebody who has no key, LogUnavailable."""
        shapes = [self._shape(event.tag) for event in events]
        subjects = {
            getattr(event, of)
            for event, shape in zip(events, shapes, strict=True)
            for field, of in shape.personal.items()
            if getattr(event, field) is not None
        } - {SYSTEM}
        keys = await self._keys.keys(subjects) if subjects else {}
        return [
            EncodedEvent(event.tag, event.schema, _encode(event, shape, keys))
            for event, shape in zip(events, shapes, strict=True)
        ]

    async def decode(self, rows: Sequence[tuple[Any, ...]], *, is_lenient: bool = False) -> list[Recorded]:
        """The events of `rows`, whose columns are those of `StoredRow`.

        Raises UnreadableEvent for what this release does not know, or what was damaged (with `is_lenient` it becomes
        Unread, and is logged once for each tag and schema), SealBroken for a person's key that does not open,
        LogUnavailable.
        """
        shapes = self._shapes
        events: list[Any] = []
        closed: list[tuple[int, Body, _Shape]] = []
        for place, row in enumerate(rows):
            tag, schema, stored = row[11], row[12], row[13]
            event: Event | None = None
            try:
                shape = shapes.get(tag) or self._shape(tag)
                if schema == shape.schema and not (shape.personal and SEALED_MARK in stored):
                    event = shape.decode(stored)
                else:
                    body: Body = msgspec.json.decode(stored, type=dict[str, Any])
                    closed.append((place, self._upcast(body, tag, schema, shape), shape))
            except (UnreadableEvent, msgspec.DecodeError) as failure:
                # The library's text quotes the body, which may hold what people wrote.
                text = f"the body of {tag} at position {row[0]} does not fit its type"
                unreadable = failure if isinstance(failure, UnreadableEvent) else UnreadableEvent(text)
                if not is_lenient:
                    raise unreadable from None
                event = self._pass_over(row, unreadable)
            events.append(event)
        if closed:
            await self._open(events, closed, rows if is_lenient else None)
        make = tuple.__new__  # what a NamedTuple does itself, less the unpacking: half the time
        return [make(Recorded, row[:11] + (event,)) for row, event in zip(rows, events, strict=True)]  # noqa: RUF005

    async def _open(
        self,
        events: list[Any],
        closed: Sequence[tuple[int, Body, _Shape]],
        lenient: Sequence[tuple[Any, ...]] | None,
    ) -> None:
        """Put the events of these bodies into their places, with the keys of all their people fetched at once.
        `lenient`: the rows of all events, of which one that cannot be read is passed over."""
        seals = [list(_sealed_fields(body, shape)) for _, body, shape in closed]
        subjects = {subject for sealed in seals for _, subject in sealed}
        keys = await self._keys.keys(subjects) if subjects else {}
        for (place, body, shape), sealed in zip(closed, seals, strict=True):
            try:
                for field, subject in sealed:
                    body[field] = _opened(body[field], keys.get(subject), shape.event_type.tag, field, subject)
                events[place] = _converted(body, shape)
            except UnreadableEvent as unreadable:
                if lenient is None:
                    raise
                events[place] = self._pass_over(lenient[place], unreadable)

    def _pass_over(self, row: tuple[Any, ...], why: UnreadableEvent) -> Unread:
        tag, schema = row[11], row[12]
        if (tag, schema) not in self._passed_over:
            self._passed_over.add((tag, schema))
            _log.warning("event_passed_over", tag=tag, schema=schema, position=row[0], reason=str(why))
        return Unread(tag=tag)

    def _shape(self, tag: str) -> _Shape:
        shape = self._shapes.get(tag)
        if shape is None:
            raise UnreadableEvent(f"{tag} is no event of this release: a newer one wrote it")
        return shape

    def _upcast(self, body: Body, tag: str, stored: int, shape: _Shape) -> Body:
        return upcast(body, tag, stored=stored, current=shape.schema, upcasters=self._upcasters)


def _encode(event: Event, shape: _Shape, keys: Mapping[UUID, bytes | None]) -> bytes:
    if not shape.personal:
        return ENCODER.encode(event)
    body: Body = {field.name: getattr(event, field.name) for field in fields(event)}
    for field, of in shape.personal.items():
        if body[field] is not None:
            body[field] = _sealed(body[field], event.tag, field, body[of], keys)
    return ENCODER.encode(body)


def _sealed(text: str, tag: str, field: str, subject: UUID, keys: Mapping[UUID, bytes | None]) -> object:
    if subject == SYSTEM:
        return text
    if subject not in keys:
        raise KeyMissing(f"{tag}.{field} speaks of a person without a key")
    key = keys[subject]
    # Whoever was forgotten while the event was on its way stays forgotten.
    if key is None or isinstance(text, Forgotten):
        return EMPTY
    return seal_text(text, key, tag=tag, field=field, subject=subject)


def _sealed_fields(body: Body, shape: _Shape) -> Iterator[tuple[str, UUID]]:
    for field, of in shape.personal.items():
        if is_sealed(body.get(field)):
            yield field, _person(body[of])


def _opened(value: Mapping[str, str], key: bytes | None, tag: str, field: str, subject: UUID) -> str:
    try:
        return open_text(value, key, tag=tag, field=field, subject=subject)
    except SealBroken:
        raise UnreadableEvent(f"{field} of a {tag} does not open under the key of its person") from None


def _converted(body: Body, shape: _Shape) -> Event:
    try:
        return msgspec.convert(body, shape.event_type)
    except msgspec.ValidationError:
        raise UnreadableEvent(f"the body of a {shape.event_type.tag} does not fit its type") from None
