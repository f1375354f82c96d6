"""What is known of media servers, and that it agrees with what decisions rest on."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from medianest.domain.kernel import SYSTEM, Event, Recorded, fold
from medianest.domain.media_server import (
    MEDIA_SERVER,
    MachineAccepted,
    ServerAdded,
    ServerChanged,
    ServerRemoved,
    TokenRefused,
    TokenTaken,
    server_id,
)
from medianest.projections.media_servers import MEDIA_SERVERS, KnownServer

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
ADDED = ServerAdded(slug="attic", name="Attic", url="https://attic.example.org")
RENAMED = ServerChanged(slug="attic", name="Loft", url="https://attic.example.org", has_new_token=False)
OPENED = ServerChanged(slug="attic", name="Attic", url="https://attic.example.org", has_new_token=True)
ACCEPTED = MachineAccepted(slug="attic", machine_identifier="anew")
REFUSED, TAKEN, REMOVED = TokenRefused(slug="attic"), TokenTaken(slug="attic"), ServerRemoved(slug="attic")


def shown(events: Sequence[Event]) -> KnownServer | None:
    row: KnownServer | None = None
    for version, event in enumerate(events, 1):
        row = MEDIA_SERVERS.apply(
            row,
            Recorded(
                position=version,
                category="media_server",
                stream_id=server_id("attic"),
                version=version,
                event_id=UUID(int=version),
                actor=SYSTEM,
                session_id=None,
                correlation_id="a-click",
                causation_id=None,
                occurred_at=NOON,
                recorded_at=NOON,
                event=event,
            ),
        )
    return row


@pytest.mark.parametrize(
    "events",
    [
        [ADDED],
        [ADDED, REFUSED],
        [ADDED, REFUSED, RENAMED],
        [ADDED, REFUSED, OPENED],
        [ADDED, REFUSED, TAKEN],
        [ADDED, REMOVED],
        [ADDED, REFUSED, REMOVED, ADDED],
        [REFUSED],
        [REFUSED, TAKEN],
        [ADDED, REFUSED, ACCEPTED],
        [ACCEPTED],
        [ACCEPTED, REFUSED, ACCEPTED],
    ],
)
def test_the_view_agrees_with_the_state(events: Sequence[Event]) -> None:
    row, state = shown(events), fold(MEDIA_SERVER, events)  # type: ignore[arg-type]
    assert (row is None) == (state is None)
    if row is not None and state is not None:
        assert (row.name, row.url, row.refuses_token) == (state.name, state.url, state.refuses_token)
        assert row.version == len(events)
