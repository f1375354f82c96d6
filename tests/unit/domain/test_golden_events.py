"""The stored vocabulary is for ever: whatever the log has ever held still reads.

A golden file is written once, for a new event type or a new schema of one, with `REGENERATE_GOLDEN=1`; a file that is
there is never written again.
"""

import os
from pathlib import Path

import msgspec
import pytest

from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import Event
from tests.unit.domain.gwt import run
from tests.unit.domain.lives import LIVES

GOLDEN = Path(__file__).parents[2] / "golden" / "events"


def file_of(event_type: type[Event]) -> Path:
    return GOLDEN / f"{event_type.tag}.v{event_type.schema}.json"


def samples() -> list[Event]:
    """One event of each type: the first of it in the life of its aggregate."""
    happened = [event for life in LIVES.values() for event in run(*life)[1]]
    return list({event.tag: event for event in reversed(happened)}.values())


@pytest.fixture(scope="module", autouse=True)
def missing_files_are_written_where_that_is_asked_for() -> None:
    if os.environ.get("REGENERATE_GOLDEN") != "1":
        return
    for event in samples():
        if not file_of(type(event)).exists():
            body = msgspec.json.format(msgspec.json.encode(event), indent=2)
            file_of(type(event)).write_bytes(body + b"\n")


@pytest.mark.parametrize("tag", EVENT_TYPES)
def test_an_event_type_has_a_golden_file_of_every_schema(tag: str) -> None:
    expected = {f"{tag}.v{schema}.json" for schema in range(1, EVENT_TYPES[tag].schema + 1)}
    assert {path.name for path in GOLDEN.glob(f"{tag}.v*.json")} == expected


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_a_stored_name_is_never_dropped(path: Path) -> None:
    tag, _, version = path.stem.rpartition(".v")
    assert tag in EVENT_TYPES
    assert 1 <= int(version) <= EVENT_TYPES[tag].schema


@pytest.mark.parametrize("tag", EVENT_TYPES)
def test_a_stored_event_still_reads_and_loses_no_field(tag: str) -> None:
    stored = file_of(EVENT_TYPES[tag]).read_bytes()
    event = msgspec.json.decode(stored, type=EVENT_TYPES[tag])
    written = msgspec.json.decode(msgspec.json.encode(event))
    kept = {name: written.get(name) for name in msgspec.json.decode(stored)}
    assert kept == msgspec.json.decode(stored)


@pytest.mark.parametrize("event", samples(), ids=lambda event: event.tag)
def test_an_event_of_today_is_written_as_it_always_was(event: Event) -> None:
    written = msgspec.json.decode(msgspec.json.encode(event))
    stored = msgspec.json.decode(file_of(type(event)).read_bytes())
    assert {name: written.get(name) for name in stored} == stored
