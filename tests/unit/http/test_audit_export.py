"""The audit trail as a file."""

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any, Literal, cast
from uuid import UUID

import pytest

from medianest.adapters.http.audit_export import CUT_OFF, exported
from medianest.application.queries.audit import ReadAudit
from medianest.application.queries.lines import AuditLine, plain
from medianest.domain.kernel import Recorded
from medianest.domain.media_request.events import RequestCommented
from medianest.ports.audit import AuditFilter
from medianest.ports.front_door import Queries

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEN, DUNE = UUID(int=5), UUID(int=9)
NAMES = ["Ben", "=1+1", "+1", "-1", "@sum", "\t=1", "\r=1", "\n=1", "\uff1d1", "\uff201", "'=1", 'a "b", c\nd', None]


def a_line(position: int) -> AuditLine:
    event = RequestCommented(request_id=DUNE, comment_id=UUID(int=position), author=BEN, text="Ja")
    recorded = Recorded(
        position=position,
        category="media_request",
        stream_id=DUNE,
        version=position,
        event=event,
        event_id=UUID(int=position),
        actor=BEN,
        session_id=None,
        correlation_id="a-click",
        causation_id=None,
        occurred_at=NOON,
        recorded_at=NOON,
    )
    name = NAMES[position - 1]
    return AuditLine(recorded=recorded, actor_name=name, sentence=f"{name} wrote", body=plain(event))


class FakeQueries:
    """Answers from a line for each of `NAMES`, and counts how many it gave away at once."""

    most = 0

    async def ask(self, query: ReadAudit) -> list[AuditLine]:
        last = min(len(NAMES), query.until or len(NAMES))
        found = [a_line(position) for position in range(query.after + 1, last + 1)][: query.limit]
        self.most = max(self.most, len(found))
        return found


async def written(form: Literal["ndjson", "csv"], piece: int, until: int = len(NAMES), *, welcomes: int = 1000) -> str:
    """`welcomes`: how many pieces they may have."""
    queries = FakeQueries()
    left = iter([True] * welcomes + [False])

    async def is_welcome() -> bool:
        return next(left)

    file = exported(cast("Queries", queries), AuditFilter(), form, until=until, is_welcome=is_welcome, piece=piece)
    pieces = [one async for one in file]
    assert queries.most <= piece
    return b"".join(pieces).decode()


@pytest.mark.parametrize("piece", [1, 3, len(NAMES), 100])
async def test_each_event_is_there_once_however_many_are_held_at_once(piece: int) -> None:
    lines = [json.loads(line) for line in (await written("ndjson", piece)).splitlines()]
    assert [line["position"] for line in lines] == list(range(1, len(NAMES) + 1))
    assert await written("csv", piece) == await written("csv", 2)


async def test_what_is_recorded_while_it_is_written_is_left_out() -> None:
    lines = [json.loads(line) for line in (await written("ndjson", 2, until=4)).splitlines()]
    assert [line["position"] for line in lines] == [1, 2, 3, 4]


async def test_no_cell_is_a_formula_and_every_other_is_as_it_was() -> None:
    rows: list[dict[str, Any]] = list(csv.DictReader(io.StringIO(await written("csv", 100), newline="")))
    assert [row["actor"] for row in rows] == [
        *("Ben", "'=1+1", "'+1", "'-1", "'@sum", "'\t=1", "'\r=1", "'\n=1", "'\uff1d1", "'\uff201"),
        *("'=1", 'a "b", c\nd', ""),
    ]
    assert rows[1]["sentence"] == "'=1+1 wrote"
    assert rows[0]["recordedAt"] == "2026-03-01T12:00:00Z"
    assert json.loads(rows[0]["body"])["text"] == "Ja"


async def test_whoever_may_no_longer_read_gets_nothing_more_and_is_told() -> None:
    lines = (await written("ndjson", 2, welcomes=2)).splitlines()
    assert [json.loads(line).get("position") for line in lines] == [1, 2, 3, 4, None]
    assert json.loads(lines[-1]) == {"cutOff": CUT_OFF}
    table = list(csv.reader(io.StringIO(await written("csv", 2, welcomes=1))))
    assert [row[0] for row in table] == ["position", "1", "2", CUT_OFF]
