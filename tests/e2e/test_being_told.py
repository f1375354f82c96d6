"""Notifications, and the live stream of what happens."""

import asyncio
import json
from contextlib import AsyncExitStack

from medianest.application.open_streams import EACH
from tests.e2e.house import House, Person, eventually, ok, refused
from tests.e2e.listening import listening


async def test_what_is_told_is_unread_until_it_is_read(house: House, ada: Person) -> None:
    gil = await house.someone()
    first, second = await gil.asked(house.film()), await gil.asked(house.film())
    ok(await ada.act(first, "approve"))
    ok(await ada.act(second, "reject", reason="No"))
    told = await gil.hears("request_approved", first)
    assert told.keys() == {"id", "kind", "status", "isRead", "text", "requestId", "createdAt", "readAt"}
    await gil.hears("request_rejected", second)
    assert ok(await gil.get("/notifications"))["unread"] == 2
    assert len(await gil.news(unread=True)) == 2
    ok(await gil.post(f"/notifications/{told['id']}/read"), 204)
    assert [n["id"] for n in await gil.news(unread=False)] == [told["id"]]
    assert len(await gil.news(unread=True)) == 1
    read = (await gil.news(unread=False))[0]
    assert (read["isRead"], read["status"]) == (True, "read")
    assert read["readAt"] is not None
    ok(await gil.post(f"/notifications/{told['id']}/read"), 204), "twice is harmless"
    ok(await gil.post("/notifications/read-all"), 204)
    ok(await gil.post("/notifications/read-all"), 204)
    page = ok(await gil.get("/notifications"))
    assert (page["unread"], len(page["items"])) == (0, 2)
    ok(await gil.post(f"/notifications/{told['id']}/archive"), 204)
    assert told["id"] not in {n["id"] for n in await gil.news()}


async def test_the_inbox_is_paged_newest_first(house: House, ada: Person) -> None:
    gil = await house.someone()
    requests = [await gil.asked(house.film()) for _ in range(3)]
    for request in requests:
        ok(await ada.act(request, "reject", reason="No"))
        await gil.hears("request_rejected", request)
    first = ok(await gil.get("/notifications", params={"limit": 2}))
    rest = ok(await gil.get("/notifications", params={"limit": 2, "cursor": first["nextCursor"]}))
    order = [n["requestId"] for n in (*first["items"], *rest["items"])]
    assert order == [request["id"] for request in requests[::-1]]
    assert rest["nextCursor"] is None


async def test_other_peoples_notifications_do_not_exist(house: House, ada: Person, ben: Person) -> None:
    gil = await house.someone()
    request = await gil.asked(house.film())
    ok(await ada.act(request, "reject", reason="No"))
    told = await gil.hears("request_rejected", request)
    for verb in ("read", "archive"):
        for stranger in (ben, ada):
            refused(await stranger.post(f"/notifications/{told['id']}/{verb}"), 404, "notification_not_found")
    assert told["id"] not in {n["id"] for n in await ben.news(limit=100)}
    assert (await gil.news())[0]["isRead"] is False
    nothing = "00000000-0000-4000-8000-000000000000"
    refused(await gil.post(f"/notifications/{nothing}/read"), 404, "notification_not_found")


async def test_managers_hear_of_what_waits_for_them(house: House, ben: Person) -> None:
    manager = await house.someone(may=["request", "manage_requests"])
    request = await ben.asked(house.film())
    told = await manager.hears("request_submitted", request)
    assert told["text"] == f"Ben asks for {request['title']}"


async def test_the_stream_tells_people_what_concerns_them_and_nobody_else(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    async with listening(ben) as of_ben, listening(cleo) as of_cleo, listening(ada) as of_ada:
        request = await ben.asked(house.film())
        position, seen = await of_ben.hears("request", id=request["id"])
        assert seen["requestedBy"]["name"] == "Ben"
        await of_ada.hears("request", id=request["id"])
        ok(await ada.act(request, "reject", reason="No"))
        later, rejected = await of_ben.hears("request", id=request["id"], status="rejected")
        assert later > position
        assert rejected["reason"] == "No"
        _, told = await of_ben.hears("notification", kind="request_rejected", requestId=request["id"])
        assert told["id"] in {n["id"] for n in await ben.news()}, "whoever is told and looks finds it there"
        own = await cleo.asked(house.film())
        await of_cleo.hears("request", id=own["id"])
        assert request["id"] not in json.dumps(of_cleo.heard)
        assert [position for position, _, _ in of_ben.heard] == sorted(position for position, _, _ in of_ben.heard)
        history = ok(await ben.get(f"/media/requests/{request['id']}/history"))["items"]
        heard = [position for position, kind, r in of_ben.heard if kind == "request" and r["id"] == request["id"]]
        assert heard == [entry["position"] for entry in history], "the id is the position in the log"


async def test_a_stream_goes_on_from_where_it_broke_off(house: House, ada: Person) -> None:
    gil = await house.someone()
    async with listening(gil) as before:
        request = await gil.asked(house.film())
        position, _ = await before.hears("request", id=request["id"])
    ok(await gil.act(request, "comment", text="Are you there?"))
    ok(await ada.act(request, "reject", reason="No"))
    told = await gil.hears("request_rejected", request)
    async with listening(gil, after=position) as after:
        await after.hears("notification", id=told["id"])
        missed = [p for p, kind, _ in after.heard if kind == "request"]
        history = ok(await gil.get(f"/media/requests/{request['id']}/history"))["items"]
        assert missed == [entry["position"] for entry in history[1:]]
        again = await gil.asked(house.film())
        await after.hears("request", id=again["id"])
        positions = [p for p, _, _ in after.heard]
        assert len(positions) == len(set(positions)), "nothing comes twice"


async def test_a_stream_that_broke_off_before_anything_was_told_goes_on_from_its_beginning(house: House) -> None:
    gil = await house.someone()

    async def beginning(**headers: str) -> dict[str, str]:
        """The first words of a stream."""
        async with gil.stream("GET", "/live", headers=headers, timeout=30) as answer:
            lines: dict[str, str] = {}
            async for line in answer.aiter_lines():
                if not line:
                    break
                name, _, value = line.partition(": ")
                lines[name] = value
            return lines

    start = int((await beginning())["id"])
    meanwhile = await gil.asked(house.film())
    async with listening(gil, after=start) as stream:
        await stream.hears("request", id=meanwhile["id"])
    resumed = await beginning(**{"Last-Event-ID": str(start)})
    assert "id" not in resumed, "what was missed has not been told yet"
    assert "id" in await beginning(**{"Last-Event-ID": ""})


async def test_a_stream_with_a_strange_last_event_id_is_refused(ben: Person) -> None:
    refused(await ben.get("/live", headers={"Last-Event-ID": "yesterday"}), 400, "invalid_parameter")
    refused(await ben.get("/live", headers={"Last-Event-ID": "-1"}), 400, "invalid_parameter")


async def test_the_stream_is_for_those_who_are_signed_in(house: House) -> None:
    refused(await house.public.get("/live"), 401, "not_signed_in")


async def test_the_stream_of_a_suspended_member_ends_though_nothing_else_happens(house: House, ada: Person) -> None:
    gil = await house.someone()
    async with listening(gil) as stream:
        suspended = await ada.patch(f"/admin/users/{gil.id}", json={"suspended": True})
        ok(suspended)

        async def is_over() -> bool:
            return stream.is_over

        await eventually(is_over)
        assert all(position < int(suspended.headers["x-event-position"]) for position, _, _ in stream.heard)


async def test_nobody_holds_more_streams_than_they_have_screens(house: House) -> None:
    gil = await house.someone()
    async with AsyncExitStack() as held:
        for _ in range(EACH):
            await held.enter_async_context(listening(gil))
        refused(await gil.get("/live"), 429, "too_many_streams")


async def test_a_stopping_server_ends_its_streams(another_house) -> None:
    loop = asyncio.get_running_loop()
    async with another_house() as house:
        ada = await house.admin()
        async with listening(ada) as stream:
            began = loop.time()
            house.container.streams().close()

            async def is_over() -> bool:
                return stream.is_over

            await eventually(is_over)
    assert loop.time() - began < 5
