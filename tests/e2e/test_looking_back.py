"""The audit, streams as they were at any version, and views that are made anew."""

from datetime import UTC, datetime, timedelta

import pytest

from medianest.projections.catalog import PROJECTIONS
from tests.e2e.house import House, Person, eventually, ok, refused


async def trail(reader: Person, **query: object) -> list[dict]:
    return ok(await reader.get("/admin/audit", params={"limit": 100, **query}))["items"]


async def test_the_audit_says_who_did_what_when_and_why(house: House, ada: Person, ben: Person) -> None:
    answer = await ben.post(
        "/media/request",
        json={"mediaType": "movie", "tmdbId": house.film(), "note": "Please"},
        headers={"X-Correlation-Id": "click-1"},
    )
    request = ok(answer, 201)
    ok(await ada.act(request, "reject", reason="No"))

    async def told() -> list[dict]:
        found = await trail(ada, correlation="click-1")
        return found if any(entry["action"] == "notification.queued" for entry in found) else []

    entries = await eventually(told)
    submitted = next(entry for entry in entries if entry["action"] == "media_request.submitted")
    assert submitted.keys() == {
        *("position", "category", "stream", "version", "action", "actor", "sentence"),
        *("occurredAt", "recordedAt", "correlationId", "causationId", "sessionId", "body"),
    }
    assert submitted["actor"] == {"id": ben.id, "name": "Ben"}
    assert submitted["sentence"] == f"Ben asked for {request['title']}"
    assert (submitted["stream"], submitted["version"]) == (request["id"], 1)
    assert submitted["body"]["note"] == "Please"
    assert submitted["sessionId"] is not None
    queued = next(entry for entry in entries if entry["action"] == "notification.queued")
    assert queued["causationId"] is not None, "what follows from a click is found by its id"
    assert [e["position"] for e in entries] == sorted((e["position"] for e in entries), reverse=True)


async def test_every_filter_of_the_audit_narrows_it(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    started = datetime.now(UTC)
    request = await ben.asked(house.film())
    ok(await cleo.act(request, "follow"))
    ok(await ada.act(request, "approve"))
    filters = {
        "actor": (ben.id, lambda e: e["actor"]["id"] == ben.id),
        "action": ("media_request.followed", lambda e: e["action"] == "media_request.followed"),
        "category": ("media_request", lambda e: e["category"] == "media_request"),
        "stream": (request["id"], lambda e: e["stream"] == request["id"]),
        "since": (started.isoformat(), lambda e: datetime.fromisoformat(e["recordedAt"]) >= started),
        "until": (started.isoformat(), lambda e: datetime.fromisoformat(e["recordedAt"]) < started),
    }
    for name, (value, fits) in filters.items():
        found = await trail(ada, **{name: value})
        assert found, name
        assert all(fits(entry) for entry in found), name
    both = await trail(ada, stream=request["id"], action="media_request.approved", actor=ada.id)
    assert [entry["sentence"] for entry in both] == ["Ada approved it"]
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert await trail(ada, since=future) == []


async def test_the_audit_is_paged_and_its_cursor_fits_no_other_query(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    for number in range(4):
        ok(await ben.act(request, "comment", text=f"{number}"))
    query = {"stream": request["id"], "limit": 2}
    pages = [ok(await ada.get("/admin/audit", params=query))]
    while (cursor := pages[-1]["nextCursor"]) is not None:
        pages.append(ok(await ada.get("/admin/audit", params={**query, "cursor": cursor})))
    assert [len(page["items"]) for page in pages] == [2, 2, 1]
    assert [e["version"] for page in pages for e in page["items"]] == [5, 4, 3, 2, 1]
    first = pages[0]["nextCursor"]
    answer = await ada.get("/admin/audit", params={"stream": ben.id, "limit": 2, "cursor": first})
    refused(answer, 400, "invalid_cursor")
    refused(await ada.get("/admin/audit", params={**query, "cursor": first[:-3] + "AAA"}), 400, "invalid_cursor")
    refused(await ada.get("/media/requests", params={"cursor": first}), 400, "invalid_cursor")


async def test_a_stream_is_seen_as_it_was_at_any_version(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "reject", reason="No"))
    path = f"/admin/streams/media_request/{request['id']}"
    now = ok(await ada.get(path))
    assert (now["version"], now["latestVersion"], len(now["events"])) == (2, 2, 2)
    assert now["state"]["parts"]["0"]["status"] == "rejected"
    then = ok(await ada.get(path, params={"version": 1}))
    assert (then["version"], then["latestVersion"], len(then["events"])) == (1, 2, 1)
    assert then["state"]["parts"]["0"]["status"] == "pending"
    refused(await ada.get(path, params={"version": 3}), 404, "stream_not_found")
    refused(await ada.get(path, params={"version": 0}), 400, "invalid_parameter")
    refused(await ada.get(f"/admin/streams/nonsense/{request['id']}"), 404, "stream_not_found")
    refused(await ada.get(f"/admin/streams/user/{request['id']}"), 404, "stream_not_found")


async def test_looking_back_needs_the_permission(house: House, ben: Person) -> None:
    for path in ("/admin/audit", f"/admin/streams/user/{ben.id}", "/admin/projections"):
        refused(await ben.get(path), 403, "not_allowed")
    refused(await ben.post("/admin/projections/audit/rebuild"), 403, "not_allowed")
    auditor = await house.someone(may=["view_audit"])
    ok(await auditor.get("/admin/audit"))
    refused(await auditor.post("/admin/projections/audit/rebuild"), 403, "not_allowed")


async def test_how_far_the_views_are_is_told(ada: Person) -> None:
    views = ok(await ada.get("/admin/projections"))["items"]
    assert {view["name"] for view in views} == set(PROJECTIONS)
    assert all(view["error"] is None and view["lag"] >= 0 and view["position"] > 0 for view in views)


@pytest.mark.parametrize("view", sorted(PROJECTIONS))
async def test_a_view_that_is_made_anew_is_the_same_row_by_row(
    house: House, ada: Person, ben: Person, view: str
) -> None:
    request = await ben.asked(house.film(), note="For the rebuild")
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    await ben.hears("request_approved", request)
    left = await house.someone()
    ok(await ada.act(await left.asked(house.film(), note="Forget me"), "complete"))
    ok(await ada.delete(f"/admin/users/{left.id}"), 204)

    async def quiet() -> list[tuple] | None:
        before = await _rows(house, view)
        states = ok(await ada.get("/admin/projections"))["items"]
        figures = ok(await house.public.get(house.url + "/health/ready"))["checks"]
        waiting = next(check for check in figures if check["name"] == "jobs")["figures"]
        busy = [state for state in states if state["lag"]] or waiting.get("todo") or waiting.get("doing")
        return None if busy or before != await _rows(house, view) else before

    before = await eventually(quiet)
    async with house.container.database().connection() as connection:
        await connection.execute(f"DELETE FROM {_table(view)}")
    started = await ada.post(f"/admin/projections/{view}/rebuild")
    assert ok(started, 202) == {"name": view, "status": "queued"}

    async def same() -> bool:
        return await _rows(house, view) == before

    await eventually(same)


async def test_an_unknown_view_is_not_made_anew(ada: Person) -> None:
    refused(await ada.post("/admin/projections/nonsense/rebuild"), 404, "not_found")


def _table(view: str) -> str:
    return "dashboard_counters" if view == "dashboard" else view


async def _rows(house: House, view: str) -> list[tuple]:
    async with house.container.database().connection() as connection:
        rows = await connection.execute(f"SELECT t::text FROM {_table(view)} t ORDER BY 1")
        return await rows.fetchall()
