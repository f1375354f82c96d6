"""Events to bodies and back, with every way in which a stored body can differ from what this build writes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.memory import MemoryKeyring
from medianest.adapters.eventlog.rows import StoredRow
from medianest.adapters.eventlog.upcasters import Body
from medianest.domain.kernel import FORGOTTEN, SYSTEM, Event, Personal
from medianest.domain.personal import personal_fields
from medianest.ports.event_log import Unread
from medianest.ports.failures import UnreadableEvent

PERSON = UUID(int=7)
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteLeft(Event):
    """In schema 1 `colours` was one `colour`; in schema 2 nobody was named."""

    tag: ClassVar[str] = "test.note_left"
    schema: ClassVar[int] = 3
    person: UUID
    colours: frozenset[str]
    text: Annotated[str | None, Personal(of="person")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Event):
    tag: ClassVar[str] = "test.counted"
    number: int


def several_colours(body: Body) -> Body:
    return {**body, "colours": [body.pop("colour")]}


def a_person(body: Body) -> Body:
    return {**body, "person": str(SYSTEM)}


UPCASTERS = {("test.note_left", 1): several_colours, ("test.note_left", 2): a_person}
TYPES: dict[str, type[Event]] = {"test.note_left": NoteLeft, "test.counted": Counted}


@pytest.fixture
async def keyring() -> MemoryKeyring:
    keys = MemoryKeyring()
    await keys.create(PERSON)
    return keys


@pytest.fixture
def codec(keyring: MemoryKeyring) -> EventCodec:
    return EventCodec(TYPES, keyring, UPCASTERS)


def stored(tag: str, schema: int, body: bytes) -> StoredRow:
    return StoredRow(1, "test", uuid4(), 1, uuid4(), SYSTEM, None, "c", None, NOON, NOON, tag, schema, body)


async def decoded(codec: EventCodec, tag: str, schema: int, body: bytes, *, is_lenient: bool = False) -> Event:
    (recorded,) = await codec.decode([stored(tag, schema, body)], is_lenient=is_lenient)
    return recorded.event


async def test_personal_text_is_sealed_and_opens_again(codec: EventCodec) -> None:
    event = NoteLeft(person=PERSON, colours=frozenset({"red", "blue"}), text="a secret")
    (encoded,) = await codec.encode([event])
    assert b"secret" not in encoded.body
    body = msgspec.json.decode(encoded.body)
    assert list(body["text"]) == ["sealed"]
    assert body["colours"] == ["blue", "red"]
    assert await decoded(codec, encoded.tag, encoded.schema, encoded.body) == event


async def test_two_seals_of_one_text_do_not_look_alike(codec: EventCodec) -> None:
    event = NoteLeft(person=PERSON, colours=frozenset(), text="the same")
    first, second = await codec.encode([event, event])
    assert first.body != second.body


async def test_an_absent_personal_field_stays_absent(codec: EventCodec) -> None:
    event = NoteLeft(person=PERSON, colours=frozenset(), text=None)
    (encoded,) = await codec.encode([event])
    assert await decoded(codec, encoded.tag, encoded.schema, encoded.body) == event


async def test_a_seal_moved_to_another_person_does_not_open(codec: EventCodec, keyring: MemoryKeyring) -> None:
    other = uuid4()
    await keyring.create(other)
    (encoded,) = await codec.encode([NoteLeft(person=PERSON, colours=frozenset(), text="mine")])
    moved = encoded.body.replace(str(PERSON).encode(), str(other).encode())
    with pytest.raises(UnreadableEvent, match=r"text of a test\.note_left does not open"):
        await decoded(codec, encoded.tag, encoded.schema, moved)


@pytest.mark.parametrize("damage", [b"A", b"%", b""], ids=["changed", "no base64", "cut"])
async def test_of_damaged_seals_no_reader_dies_and_none_takes_them_for_text(codec: EventCodec, damage: bytes) -> None:
    (encoded,) = await codec.encode([NoteLeft(person=PERSON, colours=frozenset(), text="mine")])
    start = encoded.body.index(b'"text":{') + 20
    damaged = encoded.body[:start] + damage + encoded.body[start + 1 :]
    with pytest.raises(UnreadableEvent, match=r"text of a test\.note_left does not open"):
        await decoded(codec, encoded.tag, encoded.schema, damaged)
    assert await decoded(codec, encoded.tag, encoded.schema, damaged, is_lenient=True) == Unread(tag=encoded.tag)


async def test_a_seal_of_nobody_known_reads_as_forgotten(codec: EventCodec) -> None:
    (encoded,) = await codec.encode([NoteLeft(person=PERSON, colours=frozenset(), text="mine")])
    event = await decoded(EventCodec(TYPES, MemoryKeyring()), encoded.tag, encoded.schema, encoded.body)
    assert isinstance(event, NoteLeft)
    assert event.text is FORGOTTEN


async def test_what_was_read_as_forgotten_is_not_sealed_as_a_word(codec: EventCodec) -> None:
    (encoded,) = await codec.encode([NoteLeft(person=PERSON, colours=frozenset(), text=FORGOTTEN)])
    event = await decoded(codec, encoded.tag, encoded.schema, encoded.body)
    assert isinstance(event, NoteLeft)
    assert event.text is FORGOTTEN


async def test_an_old_shape_is_brought_up_to_date_step_by_step(codec: EventCodec) -> None:
    event = await decoded(codec, "test.note_left", 1, b'{"colour": "red", "text": "in clear"}')
    assert event == NoteLeft(person=SYSTEM, colours=frozenset({"red"}), text="in clear")


async def test_fields_that_this_build_does_not_know_are_ignored(codec: EventCodec) -> None:
    assert await decoded(codec, "test.counted", 1, b'{"number": 3, "later": true}') == Counted(number=3)


@pytest.mark.parametrize(
    ("tag", "schema", "body", "reason"),
    [
        ("test.unheard_of", 1, b"{}", "no event of this release"),
        ("test.counted", 2, b'{"number": 3}', "a newer one wrote it"),
        ("test.counted", 0, b'{"number": 3}', "nothing leads from 0 to 1"),
        ("test.counted", 1, b'{"number": "private words"}', "does not fit"),
        ("test.note_left", 3, b'{"text": "private words"}', "does not fit"),
        ("test.counted", 1, b"private words", "does not fit"),
    ],
)
async def test_what_cannot_be_read_is_said_without_its_content(
    codec: EventCodec, tag: str, schema: int, body: bytes, reason: str
) -> None:
    with pytest.raises(UnreadableEvent, match=reason) as caught:
        await decoded(codec, tag, schema, body)
    assert "private" not in str(caught.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfNobody(Event):
    tag: ClassVar[str] = "test.of_nobody"
    text: Annotated[str, Personal(of="absent")]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoText(Event):
    tag: ClassVar[str] = "test.no_text"
    person: UUID
    age: Annotated[int, Personal(of="person")]


@pytest.mark.parametrize("event_type", [OfNobody, NoText])
def test_a_mark_that_cannot_be_kept_is_refused_at_the_start(event_type: type[Event]) -> None:
    with pytest.raises(TypeError, match=event_type.__name__):
        personal_fields(event_type)
