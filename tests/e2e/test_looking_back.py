"""Streams as they were at any version, views that are made anew, and all that is kept about somebody."""

import json

from tests.e2e.devices import enrolled
from tests.e2e.house import House, Person, ok, refused


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
    assert ok(await ada.get(path, params={"at": then["events"][0]["recordedAt"]})) == then
    page = ok(await ada.get(path, params={"limit": 1}))
    rest = ok(await ada.get(path, params={"limit": 1, "cursor": page["nextCursor"]}))
    assert [*page["events"], *rest["events"]] == now["events"]
    assert (rest["nextCursor"], rest["state"]) == (None, now["state"])
    refused(await ada.get(path, params={"version": 3}), 404, "version_not_found")
    refused(await ada.get(path, params={"at": "2020-01-01T00:00:00Z"}), 404, "stream_not_there_yet")
    for wrong in ({"version": 0}, {"at": "2020-01-01T00:00:00"}):
        refused(await ada.get(path, params=wrong), 400, "invalid_parameter")
    both = {"version": 1, "at": "2020-01-01T00:00:00Z"}
    refused(await ada.get(path, params=both), 400, "ambiguous_moment")
    refused(await ada.get(f"/admin/streams/nonsense/{request['id']}"), 404, "stream_not_found")
    refused(await ada.get(f"/admin/streams/user/{request['id']}"), 404, "stream_not_found")


async def test_what_changed_between_two_versions_is_told_field_by_field(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "reject", reason="No"))
    path = f"/admin/streams/media_request/{request['id']}/diff"
    changed = ok(await ada.get(path, params={"from": 1}))
    assert changed["differences"] == [
        {"field": "/parts/0/status", "change": "changed", "before": "pending", "after": "rejected"}
    ]
    assert (changed["from"], changed["to"], [event["version"] for event in changed["events"]]) == (1, 2, [2])
    back = ok(await ada.get(path, params={"from": 2, "to": 1}))
    assert back["differences"][0]["before"] == "rejected"
    refused(await ada.get(path, params={"from": 3}), 404, "version_not_found")
    refused(await ada.get(path), 400, "invalid_parameter")


async def test_looking_back_needs_the_permission(house: House, ben: Person) -> None:
    for path in (
        "/admin/audit",
        f"/admin/streams/user/{ben.id}",
        f"/admin/streams/user/{ben.id}/diff?from=1",
        "/admin/projections",
    ):
        refused(await ben.get(path), 403, "not_allowed")
    refused(await ben.post("/admin/projections/inbox/rebuild"), 403, "not_allowed")
    auditor = await house.someone(may=["view_audit"])
    ok(await auditor.get("/admin/audit"))
    refused(await auditor.post("/admin/projections/inbox/rebuild"), 403, "not_allowed")


async def test_an_export_holds_all_that_is_mine_and_nothing_of_others(house: House) -> None:
    ada = await house.admin()
    guest, other = await house.someone(), await house.someone()
    async with Person(house.url, ok(await house.log_in(guest.email))) as elsewhere:
        ok(await elsewhere.post("/auth/logout"), 204)
    await enrolled(guest)
    request = await guest.asked(house.film(), note="For the long winter")
    ok(await other.ask(request["tmdbId"]), 200)
    ok(await other.act(request, "comment", text="A secret of somebody else"))
    ok(await ada.act(request, "reject", reason="The reason of the house"))
    await guest.hears("request_rejected", request)
    answer = await guest.get("/auth/me/export")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    kinds = {line["kind"] for line in lines}
    assert kinds == {"account", "second_factor", "session", "notification", "event", "end"}
    assert lines[0]["body"]["email"] == guest.email
    ended_at = [line["body"]["endedAt"] for line in lines if line["kind"] == "session"]
    assert [moment is None for moment in ended_at] == [False, True]
    events = [line["body"] for line in lines if line["kind"] == "event"]
    assert lines[-1] == {"kind": "end", "body": {"events": len(events)}}
    actions = [event["action"] for event in events]
    assert {"user.registered", "session.opened", "second_factor.enrolled", "media_request.rejected"} <= {*actions}
    assert "For the long winter" in answer.text
    assert ada.id in answer.text, "who acted is there as an id"
    for foreign in ("A secret of somebody else", "The reason of the house", ada.email, other.email, other.name):
        assert foreign not in answer.text
    assert [event["position"] for event in events] == sorted({event["position"] for event in events})
