"""Two people are deleted; then they are looked for in all that is kept, and in all that anybody is told."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from medianest.main.operations import export_log
from medianest.main.settings import Settings
from tests.e2e.bad_days.leaving import ADAS, GUEST, THEIRS, Story
from tests.e2e.bad_days.people import PASSWORD, Outside, Person, ok
from tests.e2e.bad_days.running import Running, command_here
from tests.e2e.bad_days.searching import Holding, cache, files, tables
from tests.processes import eventually

UNFINISHED = """
SELECT count(*) FROM (
  SELECT position FROM checkpoints UNION ALL SELECT position FROM reaction_checkpoints WHERE name <> ''
) AS followers WHERE position < (SELECT max(position) FROM events)
UNION ALL SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'forget'"""


@pytest.fixture
def story(ada: Person, world: Outside, medianest: Running) -> Story:
    return Story(ada, world, medianest)


def test_whoever_is_deleted_is_nowhere_in_what_is_kept_and_told_and_all_of_it_still_fits(
    story: Story, medianest: Running, tmp_path: Path
) -> None:
    settings, home = Settings(data_dir=medianest.data_dir), medianest.data_dir
    story.happen()
    with psycopg.connect(medianest.database_url, autocommit=True) as link:
        link.execute("ANALYZE")  # as Postgres does by itself from time to time
    asyncio.run(export_log(settings, tmp_path / "before", None, lambda *_: None))
    assert {text for texts in THEIRS.found(told(story)).values() for text in texts} == {*THEIRS.texts}
    before = " ".join(THEIRS.found(kept(medianest)))
    assert all(table in before for table in ("user_directory", "request_board", "receipts"))

    for person in (story.guest_id, story.porter_id):
        ok(story.ada.delete(f"/admin/users/{person}"), 204)
    eventually(lambda: is_settled(medianest), within=20)
    asyncio.run(export_log(settings, tmp_path / "after", None, lambda *_: None))
    assert THEIRS.found(files(tmp_path)) == {}
    assert THEIRS.found(kept(medianest)) == {}
    everything = dict(told(story))
    assert THEIRS.found(everything.items()) == {}
    assert ADAS in everything[f"Ada: /media/requests/{story.requests[2]}/history"], "whoever stays, their words stay"
    trail = everything["Ada: the audit trail as ndjson"]
    assert "Somebody who left asked for" in trail
    assert '"note":"(forgotten)"' in trail

    for words in (("projections", "rebuild", "--all"), ("projections", "verify"), ("audit", "verify")):
        done = command_here(home, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    assert THEIRS.found(kept(medianest)) == {}
    again = ok(story.ada.post("/admin/users", json={"email": GUEST["email"], "name": "New", "password": PASSWORD}), 201)
    assert again["id"] != story.guest_id


def is_settled(medianest: Running) -> bool:
    """All views and reactions have come to the end of the log, and nobody is being forgotten any more."""
    with psycopg.connect(medianest.database_url) as link:
        return link.execute(UNFINISHED).fetchall() == [(0,), (0,)]


def kept(medianest: Running) -> Iterator[Holding]:
    """Database, cache, files and logs."""
    home = medianest.data_dir
    servers = json.loads((home / "servers.json").read_text())
    yield from tables(servers["database_url"])
    yield from cache(servers["redis_url"])
    yield from files(home, apart_from=home / "postgres" / "data")
    yield "the log of all processes", "\n".join(medianest.lines())


def told(story: Story) -> Iterator[Holding]:
    """Whatever an administrator and a friend are told over HTTP."""
    people = [story.guest_id, story.porter_id]
    streams = [*(f"user/{each}" for each in people), *(f"media_request/{each}" for each in story.requests)]
    lists = [f"/{name}?limit=100" for name in ("media/requests", "notifications", "auth/me/activity")]
    requests = [f"/media/requests/{each}{more}" for each in story.requests for more in ("", "/history")]
    for path in [*lists, *requests]:
        for name, reader in (("Ada", story.ada), ("a friend", story.friend)):
            yield f"{name}: {path}", reader.get(path).text
    for path in (
        *("/admin/users?limit=100", "/admin/audit?limit=100", "/admin/audit/facets"),
        *("/admin/parked", "/admin/projections", "/admin/rebuilds"),
        *(f"/admin/users/{each}" for each in people),
        *(f"/admin/streams/{each}{more}" for each in streams for more in ("", "/diff?from=0")),
        *(f"/admin/audit/{story.undone}/undo", f"/admin/trace/{story.correlation_id}"),
    ):
        answer = story.ada.get(path)
        ok(answer)
        yield f"Ada: {path}", answer.text
    for form in ("ndjson", "csv"):
        written = story.ada.get("/admin/audit/export", params={"format": form, "since": story.since.isoformat()})
        yield f"Ada: the audit trail as {form}", written.text
    yield "Ada: the audit trail, live", heard(story, "/admin/audit/tail", story.latest())
    yield "Ada: requests, live", heard(story, "/live", story.latest(category="media_request"))


def heard(story: Story, path: str, last: int) -> str:
    """What a stream says that goes on from the beginning of the story, up to the event at `last`."""
    lines = []
    with story.ada.stream("GET", path, headers={"Last-Event-ID": str(story.began - 1)}) as answer:
        for line in answer.iter_lines():
            lines.append(line)
            if line == "" and f"id: {last}" in lines:
                break
    return "\n".join(lines)
