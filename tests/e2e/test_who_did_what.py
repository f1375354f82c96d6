"""The audit trail over HTTP: pages, phrases, figures, files, and as it happens; and everybody's own activity."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from medianest.ports.security_log import RefusedCredential
from tests.e2e.house import House, Person, eventually, ok, refused
from tests.e2e.listening import listening


async def trail(reader: Person, **query: object) -> list[dict]:
    return ok(await reader.get("/admin/audit", params={"limit": 100, **query}))["items"]


async def test_the_audit_says_who_did_what_when_and_why(house: House, ada: Person, ben: Person) -> None:
    answer = await ben.post(
        "/media/request",
        json={"mediaType": "movie", "tmdbId": house.film(), "note": "Please"},
        headers={"X-Correlation-Id": "click-1"},
    )
    request = ok(answer, 201)

    async def is_told() -> bool:
        return any(entry["action"] == "notification.queued" for entry in await trail(ada, correlation="click-1"))

    await eventually(is_told)  # of what is decided by then, nobody is told that it waits
    ok(await ada.act(request, "reject", reason="No"))
    entries = await trail(ada, correlation="click-1")
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


async def test_a_phrase_asks_as_people_speak(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    ok(await cleo.act(request, "follow"))
    title = request["title"]

    async def asked(phrase: str, **query: object) -> list[str]:
        return [entry["sentence"] for entry in await trail(ada, phrase=phrase, **query)]

    about = f'"{title}" category:media_request action:*.approved action:*.followed'
    assert await asked(about) == ["Cleo wants it too", "Ada approved it"]
    assert await asked(f"{about} -actor:ada") == ["Cleo wants it too"]
    assert await asked(f"{about} actor:me") == ["Ada approved it"]
    assert await asked(about, actor=cleo.id) == ["Cleo wants it too"]
    assert await asked(f"{about} created:<2020") == []
    assert await asked(f"actor:{cleo.email} stream:media_request/{request['id']}") == ["Cleo wants it too"]
    for path in ("/admin/audit", "/admin/audit/facets", "/admin/audit/export", "/admin/audit/tail"):
        problem = refused(await ada.get(path, params={"phrase": "x actr:ada"}), 422, "invalid_phrase")
        assert problem["detail"].startswith("At character 3 of the phrase: no such key.")
        refused(await ada.get(path, params={"action": "media_request.aproved"}), 400, "unknown_name")
        refused(await ben.get(path), 403, "not_allowed")


async def test_facets_count_what_the_list_shows(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    query = {"stream": request["id"], "phrase": "-action:*.handed_on -action:*.completed"}
    facets = ok(await ada.get("/admin/audit/facets", params=query))
    assert facets == {
        "categories": [{"name": "media_request", "count": 2}],
        "actions": [
            {"name": "media_request.approved", "count": 1},
            {"name": "media_request.submitted", "count": 1},
        ],
        "actors": [
            {"actor": {"id": ada.id, "name": "Ada"}, "count": 1},
            {"actor": {"id": ben.id, "name": "Ben"}, "count": 1},
        ],
        "counted": 2,
        "isAll": True,
    }


async def test_an_export_holds_what_the_list_shows_oldest_first(house: House, ada: Person) -> None:
    guest = await house.someone()
    ok(await ada.patch(f"/admin/users/{guest.id}", json={"name": "=HYPERLINK(1)"}))
    request = await guest.asked(house.film(), note='"quoted", and\nmore')
    query = {"actor": guest.id}
    shown = (await trail(ada, **query))[::-1]
    lines = await ada.get("/admin/audit/export", params=query)
    assert lines.headers["content-type"].startswith("application/x-ndjson")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert lines.headers["content-disposition"] == f'attachment; filename="medianest-audit-{today}.ndjson"'
    assert [json.loads(line) for line in lines.text.splitlines()] == shown
    table = await ada.get("/admin/audit/export", params={**query, "format": "csv"})
    assert table.headers["content-type"] == "text/csv; charset=utf-8"
    head = await ada.head("/admin/audit/export", params={**query, "format": "csv"})
    assert (head.status_code, head.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [int(row["position"]) for row in rows] == [entry["position"] for entry in shown]
    assert {row["actor"] for row in rows} == {"'=HYPERLINK(1)"}, "no spreadsheet takes it for a formula"
    submitted = next(row for row in rows if row["action"] == "media_request.submitted")
    assert json.loads(submitted["body"])["note"] == '"quoted", and\nmore'
    assert submitted["stream"] == request["id"]
    refused(await ada.get("/admin/audit/export", params={"format": "xml"}), 400, "invalid_parameter")


async def test_the_tail_tells_what_fits_and_goes_on_where_it_was_lost(house: House, ada: Person, ben: Person) -> None:
    auditor = await house.someone(may=["view_audit"])
    path, query = "/admin/audit/tail", {"phrase": "actor:ben category:media_request"}
    async with listening(auditor, path=path, **query) as stream:
        ok(await ada.act(await ada.asked(house.film()), "cancel"))
        request = await ben.asked(house.film())
        position, heard = await stream.hears("event", stream=request["id"])
        assert heard == (await trail(auditor, **query))[0]
    ok(await ben.act(request, "cancel"))
    async with listening(auditor, position, path=path, **query) as stream:
        await stream.hears("event", action="media_request.cancelled")
        assert [kind for _, kind, _ in stream.heard] == ["event"]
        ok(await ada.patch(f"/admin/users/{auditor.id}", json={"permissions": ["request"]}))

        async def is_over() -> bool:
            return stream.is_over

        await eventually(is_over)
    async with listening(ada, 10**15, path=path, **query) as stream:
        await stream.hears("reset")


async def test_everybody_reads_what_concerns_them(house: House, ada: Person) -> None:
    hal = await house.someone()
    request = await hal.asked(house.film())
    ok(await ada.act(request, "reject", reason="No"))

    async def activity(**query: object) -> list[tuple[str, str | None]]:
        items = ok(await hal.get("/auth/me/activity", params=query))["items"]
        return [(item["sentence"], item["title"]) for item in items]

    async def told() -> bool:
        return ("Ada rejected it", request["title"]) in await activity(by="others")

    await eventually(told)
    mine = await activity(by="me")
    assert mine[0] == (f"{hal.name} asked for {request['title']}", request["title"])
    assert {sentence.split()[0] for sentence, _ in mine} == {hal.name}
    first = ok(await hal.get("/auth/me/activity", params={"limit": 1}))
    query = {"limit": 1, "cursor": first["nextCursor"]}
    assert ok(await hal.get("/auth/me/activity", params=query))["items"] != first["items"]
    refused(await hal.get("/auth/me/activity", params={**query, "by": "me"}), 400, "invalid_cursor")


async def test_what_was_refused_at_the_door_is_listed_beside_the_audit(house: House, ada: Person, ben: Person) -> None:
    at = datetime.now(UTC).replace(microsecond=0)
    for number, reason in enumerate(("wrong_password", "locked_out", "wrong_password")):
        refusal = RefusedCredential(
            at=at + timedelta(seconds=number),
            method="password",
            reason=reason,
            user_id=UUID(ben.id),
            address="192.0.2.7",
            device="Firefox",
            correlation_id=f"door-{number}",
        )
        await house.container.security_log().note(refusal)

    async def listed(**query: object) -> dict:
        return ok(await ada.get("/admin/security-log", params={"address": "192.0.2.7", **query}))

    everything = await listed(user=ben.id, method="password", since=at.isoformat())
    assert [entry["correlationId"] for entry in everything["items"]] == ["door-2", "door-1", "door-0"]
    assert everything["items"][1] == {
        "id": everything["items"][1]["id"],
        "at": (at + timedelta(seconds=1)).isoformat().replace("+00:00", "Z"),
        "method": "password",
        "reason": "locked_out",
        "user": ben.id,
        "address": "192.0.2.7",
        "device": "Firefox",
        "correlationId": "door-1",
        "times": 1,
    }
    assert [entry["reason"] for entry in (await listed(reason="locked_out"))["items"]] == ["locked_out"]
    until = (at + timedelta(seconds=1)).isoformat()
    assert [entry["correlationId"] for entry in (await listed(until=until))["items"]] == ["door-0"]
    page = await listed(limit=2)
    rest = await listed(limit=2, cursor=page["nextCursor"])
    assert [entry["correlationId"] for entry in rest["items"]] == ["door-0"]
    assert rest["nextCursor"] is None
    refused(await ada.get("/admin/security-log", params={"cursor": page["nextCursor"]}), 400, "invalid_cursor")
    refused(await ada.get("/admin/security-log", params={"since": "2026-01-01T00:00:00"}), 400, "invalid_parameter")
    refused(await ada.get("/admin/security-log", params={"method": "guess"}), 400, "invalid_parameter")
    refused(await ben.get("/admin/security-log"), 403, "not_allowed")
