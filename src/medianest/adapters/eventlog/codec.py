"""Events to JSON bodies and back: stored names, upcasters, and personal fields sealed under their person's key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final
from uuid import UUID

import msgspec

from medianest.adapters.eventlog.rows import EncodedEvent, StoredRow
from medianest.adapters.eventlog.sealing import (
    EMPTY,
    KeyMissing,
    SubjectKeys,
    is_sealed,
    open_text,
    personal_fields,
    seal_text,
)
from medianest.adapters.eventlog.upcasters import UPCASTERS, Body, UnreadableEvent, Upcasters, upcast
from medianest.domain.kernel import SYSTEM, Event, Forgotten, Recorded

# Sets have no order of their own; sorted, the same event is always the same bytes.
ENCODER: Final = msgspec.json.Encoder(order="deterministic")


@dataclass(frozen=True, slots=True)
class _Shape:
    event_type: type[Event]
    decoder: msgspec.json.Decoder[Event]
    personal: Mapping[str, str]


class EventCodec:
    """Knows the event types by their stored names (`types`); asks `keys` once for all the people of a batch."""

    def __init__(self, types: Mapping[str, type[Event]], keys: SubjectKeys, upcasters: Upcasters = UPCASTERS) -> None:
        self._keys = keys
        self._upcasters = upcasters
        self._shapes = {
            tag: _Shape(event_type, msgspec.json.Decoder(event_type), personal_fields(event_type))
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

    async def decode(self, rows: Sequence[StoredRow]) -> list[Recorded]:
        """Raises UnreadableEvent for what this build does not know, SealBroken, LogUnavailable."""
        shapes = [self._shape(row.tag) for row in rows]
        bodies = [self._body(row, shape) for row, shape in zip(rows, shapes, strict=True)]
        subjects = {
            subject
            for body, shape in zip(bodies, shapes, strict=True)
            if isinstance(body, dict)
            for _, subject in _sealed_fields(body, shape)
        }
        keys = await self._keys.keys(subjects) if subjects else {}
        return [
            _recorded(row, body if isinstance(body, Event) else _event(row.tag, body, shape, keys))
            for row, body, shape in zip(rows, bodies, shapes, strict=True)
        ]

    def _shape(self, tag: str) -> _Shape:
        shape = self._shapes.get(tag)
        if shape is None:
            raise UnreadableEvent(f"{tag} is no event of this build: it was written by a newer one")
        return shape

    def _body(self, row: StoredRow, shape: _Shape) -> Event | Body:
        """The event at once where nothing is sealed and the shape is today's; else its body, for the second pass."""
        current = shape.event_type.schema
        try:
            if not shape.personal and row.schema == current:
                return shape.decoder.decode(row.body)
            body: Body = msgspec.json.decode(row.body, type=dict[str, Any])
        except msgspec.DecodeError:
            # The library's text quotes the body, which may hold what people wrote.
            raise UnreadableEvent(f"the body of {row.tag} at position {row.position} does not fit its type") from None
        return upcast(body, row.tag, stored=row.schema, current=current, upcasters=self._upcasters)


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
            yield field, UUID(body[of])


def _event(tag: str, body: Body, shape: _Shape, keys: Mapping[UUID, bytes | None]) -> Event:
    for field, subject in list(_sealed_fields(body, shape)):
        body[field] = open_text(body[field], keys.get(subject), tag=tag, field=field, subject=subject)
    try:
        return msgspec.convert(body, shape.event_type)
    except msgspec.ValidationError:
        raise UnreadableEvent(f"the body of a {tag} does not fit its type") from None


def _recorded(row: StoredRow, event: Event) -> Recorded:
    return Recorded(
        position=row.position,
        category=row.category,
        stream_id=row.stream_id,
        version=row.version,
        event=event,
        event_id=row.event_id,
        actor=row.actor,
        session_id=row.session_id,
        correlation_id=row.correlation_id,
        causation_id=row.causation_id,
        occurred_at=row.occurred_at,
        recorded_at=row.recorded_at,
    )
