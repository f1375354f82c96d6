"""Taking a step back: undoing what was decided, and deciding on what could not be handled."""

from tests.e2e.house import House, Person, eventually, ok, refused


async def test_a_rejection_is_taken_back_and_told(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "reject", reason="No"))
    (rejected, *_) = ok(await ada.get("/admin/audit", params={"stream": request["id"]}))["items"]
    path = f"/admin/audit/{rejected['position']}/undo"
    refused(await ben.get(path), 403, "not_allowed")
    offer = ok(await ada.get(path))
    assert (offer["sentence"], offer["isPossible"]) == (f"Ada rejected {request['title']}", True)
    assert offer["explanation"].startswith(f"Ben's request for {request['title']} will wait for a decision again")
    key = {"Idempotency-Key": f"undo-{request['id']}"}
    undone = await ada.post(path, headers=key)
    events = ok(undone)["events"]
    assert {event["action"] for event in events} == {"media_request.reopened", "title_claim.claimed", "quota.spent"}
    assert (await ben.see(request))["status"] == "pending"
    await ben.hears("request_reopened", request)
    assert (await ada.post(path, headers=key)).content == undone.content
    refused(await ada.post(path), 409, "already_undone")
    assert ok(await ada.get(path))["code"] == "already_undone"
    (reopened, *_) = ok(await ada.get("/admin/audit", params={"stream": request["id"]}))["items"]
    (decoded,) = await house.container.log().read_positions([rejected["position"]])
    assert reopened["causationId"] == str(decoded.event_id)
    refused(await ada.get("/admin/audit/999999999/undo"), 404, "event_not_found")
    refused(await ada.get("/admin/audit/0/undo"), 404, "not_found")


async def test_what_is_parked_is_retried_or_skipped_by_those_who_may(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    (submitted, *_) = ok(await ada.get("/admin/audit", params={"stream": request["id"]}))["items"]
    number = submitted["position"]
    async with house.container.database().connection() as connection:
        await connection.execute(
            "INSERT INTO parked_events VALUES ('deliver', %s, %s, 'ValueError', 'frames', 3)", (number, request["id"])
        )
    (parked,) = ok(await ada.get("/admin/parked"))["items"]
    assert (parked["id"], parked["sentence"]) == (f"deliver:{number}", f"Ben asked for {request['title']}")
    assert (parked["error"], parked["attempts"], parked["waiting"]) == ("ValueError", 3, 0)
    skip = f"/admin/parked/{parked['id']}/skip"
    refused(await ben.post(skip, json={"reason": "Old."}), 403, "not_allowed")
    refused(await ada.post(skip, json={}), 400, "invalid_body")
    assert ok(await ada.post(skip, json={"reason": "Old."}), 202)["id"] == parked["id"]

    async def gone() -> bool:
        return ok(await ada.get("/admin/parked"))["items"] == []

    await eventually(gone)
    refused(await ada.post(f"/admin/parked/{parked['id']}/retry"), 404, "parked_not_found")
    refused(await ada.post("/admin/parked/nonsense/retry"), 404, "not_found")
