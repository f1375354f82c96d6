"""What the log of a site says of what people did to it at several processes, beside what they were answered."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

import psycopg

from tests.e2e.bad_days.people import Json, Person, ok
from tests.e2e.bad_days.quarrel import Step, Told
from tests.e2e.stateful.model import Model
from tests.e2e.stateful.vocabulary import ROWS, Row, appends

TELLING = {"notification", "session", "upkeep"}
"""Categories that no promise here is about."""
LIVE = {"pending", "approved", "handed_on", "failed", "partially_available"}
"""Statuses of a request that stands for its title."""


def rows_of(database_url: str) -> Sequence[Row]:
    with psycopg.connect(database_url) as link:
        return [Row(*row) for row in link.execute(ROWS, (0,)).fetchall()]


def told_by(rows: Sequence[Row]) -> Model:
    """What is true in the end, where all that has to hold between any two appends held: one live request for a title,
    claims and addresses with one holder, no quota overspent, somebody who administers."""
    model = Model()
    for appended in appends(rows):
        model.add(appended)
        if {row.category for row in appended} - TELLING:
            model.check()
            assert model.administrators(), "a house without an administrator"
    return model


def check_answers(rows: Sequence[Row], told: Told) -> None:
    """Each yes that names a place is in the log once and ends there; nothing came of any other answer."""
    by_name: dict[str, list[Sequence[Row]]] = defaultdict(list)
    for appended in appends(rows):
        if appended[0].causation is None:
            by_name[appended[0].correlation].append(appended)
    for step in told.steps:
        mine = by_name.pop(step.name, [])
        if step.position is None:
            assert not mine, (step, mine)
        else:
            assert step.status in (200, 201), step
            assert [appended[-1].position for appended in mine] == [step.position], (step, mine)
            assert str(mine[0][0].actor) == step.who, (step, mine)
    assert not [name for name in by_name if name.startswith("quarrel-")], "something came of a repetition"


def is_bearable(step: Step) -> bool:
    """Whether people may be answered so while they quarrel."""
    return step.status in (200, 201, 403, 404, 409) or (step.status, step.code) == (503, "too_busy")


def check_shown(admin: Person, model: Model, told: Told) -> None:
    """What this process shows is what is true. `admin`: signed in there."""
    listed = _all(admin, "/media/requests")
    ids = Counter(each["id"] for each in listed)
    known = Counter(str(request_id) for request_id in model.requests)
    assert ids == known, f"{len(listed)} listed; not listed: {known - ids}; not known: {ids - known}"
    for each in listed:
        request_id = UUID(each["id"])
        request = model.requests[request_id]
        assert (each["status"], each["requestedBy"]["id"]) == (request.status, str(request.owner)), each
        assert (each["followers"], each["version"]) == (len(request.followers), model.versions[request_id]), each
    live = Counter((each["mediaType"], each["tmdbId"]) for each in listed if each["status"] in LIVE)
    assert set(live.values()) <= {1}, live
    emails = Counter(each["email"] for each in _all(admin, "/admin/users"))
    assert set(emails.values()) == {1}
    assert len(emails) == len(model.people)
    assert told.emails & set(emails)


def _all(person: Person, path: str) -> Sequence[Json]:
    found: list[Json] = []
    cursor: Mapping[str, str] = {}
    while True:
        page = ok(person.get(path, params={"limit": "100", **cursor}))
        found += page["items"]
        if page["nextCursor"] is None:
            return found
        cursor = {"cursor": page["nextCursor"]}
