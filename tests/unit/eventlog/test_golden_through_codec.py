"""Whatever shape the log has ever held, the codec of today reads, also where personal fields lie sealed in it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from medianest.adapters.eventlog.codec import EventCodec
from medianest.adapters.eventlog.memory import MemoryKeyring
from medianest.adapters.eventlog.rows import StoredRow
from medianest.adapters.eventlog.sealing import is_sealed, seal_text
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM, Event, Forgotten
from medianest.domain.personal import personal_fields

FILES = sorted((Path(__file__).parents[2] / "golden" / "events").glob("*.json"))
NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def stored(tag: str, schema: int, body: dict[str, Any]) -> StoredRow:
    encoded = msgspec.json.encode(body)
    return StoredRow(
        1, tag.partition(".")[0], uuid4(), 1, uuid4(), SYSTEM, None, "c", None, NOON, NOON, tag, schema, encoded
    )


class Shelf:
    """A golden file, and the people its personal fields belong to."""

    def __init__(self, path: Path) -> None:
        self.tag, _, schema = path.stem.rpartition(".v")
        self.schema = int(schema)
        self.body: dict[str, Any] = msgspec.json.decode(path.read_bytes())
        personal = personal_fields(EVENT_TYPES[self.tag])
        self.personal = {field: UUID(self.body[of]) for field, of in personal.items() if self.body.get(field)}
        self.keyring = MemoryKeyring()

    async def sealed(self) -> dict[str, Any]:
        """The body as the log holds it: each personal field under its person's key."""
        body = dict(self.body)
        for field, person in self.personal.items():
            await self.keyring.create(person)
            key = (await self.keyring.keys([person]))[person]
            assert key is not None
            body[field] = seal_text(body[field], key, tag=self.tag, field=field, subject=person)
            assert is_sealed(msgspec.to_builtins(body[field]))
        return body

    async def read(self, body: dict[str, Any]) -> Event:
        (recorded,) = await EventCodec(EVENT_TYPES, self.keyring).decode([stored(self.tag, self.schema, body)])
        return recorded.event


@pytest.fixture(params=FILES, ids=lambda path: path.stem)
def shelf(request: pytest.FixtureRequest) -> Shelf:
    return Shelf(request.param)


async def test_a_golden_shape_reads_in_clear_and_sealed_alike(shelf: Shelf) -> None:
    in_clear = await shelf.read(shelf.body)
    assert type(in_clear) is EVENT_TYPES[shelf.tag]
    assert await shelf.read(await shelf.sealed()) == in_clear


async def test_a_golden_shape_reads_when_its_people_are_forgotten(shelf: Shelf) -> None:
    body = await shelf.sealed()
    for person in shelf.personal.values():
        await shelf.keyring.destroy(person)
    event = await shelf.read(body)
    for field in shelf.personal:
        assert isinstance(getattr(event, field), Forgotten)


async def test_a_golden_shape_of_today_is_sealed_by_the_codec_and_comes_back(shelf: Shelf) -> None:
    if shelf.schema != EVENT_TYPES[shelf.tag].schema:
        pytest.skip("an older shape: only read, never written")
    await shelf.sealed()
    event = await shelf.read(shelf.body)
    (encoded,) = await EventCodec(EVENT_TYPES, shelf.keyring).encode([event])
    written = msgspec.json.decode(encoded.body)
    assert {field for field, value in written.items() if is_sealed(value)} == set(shelf.personal)
    for field in shelf.personal:
        assert shelf.body[field].encode() not in encoded.body
    assert await shelf.read(written) == event


def test_there_are_golden_shapes_with_personal_fields() -> None:
    assert sum(bool(Shelf(path).personal) for path in FILES) >= 5
