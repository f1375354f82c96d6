"""Streams as they were at any version, and views that are made anew."""

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
