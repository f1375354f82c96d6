"""What becomes of a request: decided, taken back, followed, talked about, and found again on the board."""

import pytest

from tests.e2e.house import House, Person, ok, refused


async def test_approval_needs_the_permission_and_is_told_to_the_requester(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    request = await ben.asked(house.film())
    refused(await cleo.act(request, "approve"), 403, "not_allowed")
    approved = ok(await ada.act(request, "approve"))
    assert (approved["status"], approved["needsApproval"]) == ("approved", False)
    ok(await ada.act(request, "approve")), "twice is harmless"
    assert (await ben.hears("request_approved", request))["text"] == f"Ada approved {request['title']}"


async def test_a_rejection_has_a_reason_that_only_insiders_read(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    request = await ben.asked(house.film(), note="Please")
    refused(await ada.act(request, "reject"), 400, "invalid_body")
    refused(await ada.act(request, "reject", reason=""), 400, "invalid_body")
    refused(await ada.act(request, "reject", reason="  "), 422, "text_required")
    rejected = ok(await ada.act(request, "reject", reason="The disk is full"))
    assert (rejected["status"], rejected["reason"]) == ("rejected", "The disk is full")
    assert (await ben.see(request))["reason"] == "The disk is full"
    outside = await cleo.see(request)
    assert outside["status"] == "rejected"
    assert not {"reason", "note", "requestedBy", "error"} & outside.keys()
    refused(await cleo.get(f"/media/requests/{request['id']}/history"), 404, "request_not_found")


async def test_only_its_owner_cancels_a_request(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film())
    refused(await cleo.act(request, "cancel"), 403, "not_your_request")
    refused(await ada.act(request, "cancel"), 403, "not_your_request")
    assert ok(await ben.act(request, "cancel"))["status"] == "cancelled"
    ok(await ben.act(request, "cancel")), "twice is harmless"


async def test_a_cancelling_owner_hands_the_request_to_the_earliest_follower(
    house: House, ben: Person, cleo: Person
) -> None:
    request = await ben.asked(house.film())
    dan = await house.sign_in("dan")
    ok(await cleo.ask(request["tmdbId"]), 200)
    ok(await dan.act(request, "follow"))
    left = ok(await ben.act(request, "cancel"))
    assert (left["status"], left["followers"]) == ("pending", 1)
    assert "requestedBy" not in left, "who left is an outsider from then on"
    inherited = await cleo.see(request)
    assert inherited["requestedBy"] == {"id": cleo.id, "name": "Cleo"}
    assert (await cleo.hears("owner_changed", request))["text"] == f"Ben left {request['title']} to you"
    refused(await ben.act(request, "cancel"), 403, "not_your_request")
    assert ok(await cleo.act(request, "cancel"))["followers"] == 0
    assert ok(await dan.act(request, "cancel"))["status"] == "cancelled"


async def test_a_title_that_came_is_completed_by_hand_season_by_season(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.series(3), "tv", seasons="all")
    refused(await ben.act(request, "complete"), 403, "not_allowed")
    partly = ok(await ada.act(request, "complete", seasons=[2]))
    assert partly["status"] == "partially_available"
    assert (await ben.hears("request_partly_available", request))["isRead"] is False
    refused(await ada.act(request, "complete", seasons=[9]), 422, "seasons_not_of_this_request")
    assert ok(await ada.act(request, "complete"))["status"] == "available"
    ok(await ada.act(request, "complete")), "twice is harmless"
    await ben.hears("request_available", request)


async def test_people_follow_and_leave(house: House, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film())
    assert "requestedBy" not in await cleo.see(request)
    followed = ok(await cleo.act(request, "follow"))
    assert (followed["followers"], followed["requestedBy"]["name"]) == (1, "Ben")
    assert ok(await cleo.act(request, "follow"))["version"] == followed["version"]
    assert (await ben.hears("request_joined", request))["text"] == f"Cleo wants {request['title']} too"
    assert ok(await cleo.act(request, "unfollow"))["followers"] == 0
    ok(await cleo.act(request, "unfollow")), "twice is harmless"


async def test_comments_are_told_to_the_others(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film())
    ok(await cleo.act(request, "follow"))
    ok(await cleo.act(request, "comment", text="The long cut, please"))
    refused(await cleo.act(request, "comment", text=" \n"), 422, "text_required")
    await ben.hears("request_commented", request)
    history = ok(await ben.get(f"/media/requests/{request['id']}/history"))["items"]
    assert history[-1]["text"] == "The long cut, please"
    assert history[-1]["actor"] == {"id": cleo.id, "name": "Cleo"}
    assert not [n for n in await cleo.news(limit=100) if n["requestId"] == request["id"]], "nobody hears of themselves"


async def test_the_history_tells_all_in_words(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film(), note="For Friday")
    ok(await cleo.ask(request["tmdbId"]), 200)
    ok(await ada.act(request, "complete"))
    history = ok(await cleo.get(f"/media/requests/{request['id']}/history"))["items"]
    assert [entry["sentence"] for entry in history] == [
        f"Ben asked for {request['title']}",
        "Cleo wants it too",
        "It is available",
    ]
    assert [entry["version"] for entry in history] == [1, 2, 3]
    assert history[0].keys() == {"position", "version", "at", "actor", "action", "sentence", "text"}
    assert (history[0]["text"], history[0]["action"]) == ("For Friday", "media_request.submitted")
    path = f"/media/requests/{request['id']}/history"
    first = ok(await cleo.get(path, params={"limit": 2}))
    rest = ok(await cleo.get(path, params={"limit": 2, "cursor": first["nextCursor"]}))
    assert (first["items"] + rest["items"], rest["nextCursor"]) == (history, None)
    other = f"/media/requests/{(await cleo.asked(house.film()))['id']}/history"
    refused(await cleo.get(other, params={"cursor": first["nextCursor"]}), 400, "invalid_cursor")


@pytest.mark.parametrize(
    ("ending", "verb", "code"),
    [
        ("reject", "approve", "request_already_decided"),
        ("reject", "follow", "request_closed"),
        ("reject", "cancel", "request_closed"),
        ("reject", "complete", "request_closed"),
        ("reject", "retry", "request_not_failed"),
        ("complete", "approve", "request_already_decided"),
        ("complete", "reject", "request_already_decided"),
        ("complete", "cancel", "request_closed"),
        ("complete", "retry", "request_not_failed"),
        ("cancel", "approve", "request_already_decided"),
        ("cancel", "reject", "request_already_decided"),
        ("cancel", "complete", "request_closed"),
    ],
)
async def test_a_command_in_the_wrong_state_is_a_conflict_with_a_code(
    house: House, ada: Person, ben: Person, cleo: Person, ending: str, verb: str, code: str
) -> None:
    request = await ben.asked(house.film())
    reason = {"reason": "Because"}
    ok(await (ben if ending == "cancel" else ada).act(request, ending, **(reason if ending == "reject" else {})))
    actor = {"cancel": ben, "follow": cleo}.get(verb, ada)
    refused(await actor.act(request, verb, **(reason if verb == "reject" else {})), 409, code)


async def test_a_decision_made_on_an_old_look_is_refused(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.series(3), "tv", seasons=[1])
    tag = (await ada.get(f"/media/requests/{request['id']}")).headers["etag"]
    ok(await ben.ask(request["tmdbId"], "tv", seasons=[2]), 200)
    path = f"/media/requests/{request['id']}/approve"
    refused(await ada.post(path, headers={"If-Match": tag}), 412, "stale_version")
    assert (await ada.see(request))["status"] == "pending"
    tag = (await ada.get(f"/media/requests/{request['id']}")).headers["etag"]
    assert ok(await ada.post(path, headers={"If-Match": tag}))["status"] == "approved"
    ok(await ada.post(path, headers={"If-Match": "*"}))


async def test_a_request_that_does_not_exist_is_missing(ada: Person) -> None:
    nothing = "00000000-0000-4000-8000-000000000000"
    refused(await ada.get(f"/media/requests/{nothing}"), 404, "request_not_found")
    refused(await ada.get(f"/media/requests/{nothing}/history"), 404, "request_not_found")
    for verb in ("approve", "cancel", "retry", "complete", "follow", "unfollow"):
        refused(await ada.act(nothing, verb), 404, "request_not_found")
    refused(await ada.act(nothing, "comment", text="?"), 404, "request_not_found")
    refused(await ada.act("not-an-id", "approve"), 404, "not_found")


async def test_the_board_is_filtered_sorted_and_paged(house: House, ada: Person) -> None:
    eve = await house.sign_in("eve")
    films = [await eve.asked(house.film()) for _ in range(5)]
    series = await eve.asked(house.series(), "tv", seasons=[1])
    ok(await ada.act(films[0], "reject", reason="No"))

    async def ids(**query: object) -> list[str]:
        page = ok(await eve.get("/media/requests", params={"requestedBy": eve.id, "limit": 100, **query}))
        return [item["id"] for item in page["items"]]

    everything = [request["id"] for request in (*films, series)]
    assert await ids() == everything[::-1]
    assert await ids(sort="oldest") == everything
    assert await ids(sort="updated") == [films[0]["id"], *everything[:0:-1]]
    titles = sorted((*films, series), key=lambda request: (request["title"].casefold(), request["id"]))
    assert await ids(sort="title") == [request["id"] for request in titles]
    assert await ids(mediaType="tv") == [series["id"]]
    assert await ids(status="rejected") == [films[0]["id"]]
    assert await ids(needsApproval=False) == [films[0]["id"]]
    assert len(await ids(mine=True)) == 6
    for sort in ("newest", "oldest", "updated", "title"):
        paged: list[str] = []
        query = {"requestedBy": eve.id, "limit": 2, "sort": sort}
        while True:
            page = ok(await eve.get("/media/requests", params=query))
            paged += [item["id"] for item in page["items"]]
            if page["nextCursor"] is None:
                break
            query["cursor"] = page["nextCursor"]
        assert paged == await ids(sort=sort), sort


async def test_members_do_not_list_what_others_asked_for(house: House, ada: Person, ben: Person, cleo: Person) -> None:
    refused(await cleo.get("/media/requests", params={"requestedBy": ben.id}), 403, "not_allowed")
    ok(await ada.get("/media/requests", params={"requestedBy": ben.id}))
    followed = await ben.asked(house.film())
    ok(await cleo.act(followed, "follow"))
    mine = ok(await cleo.get("/media/requests", params={"mine": True, "limit": 100}))["items"]
    assert followed["id"] in {item["id"] for item in mine}
    other = await ben.asked(house.film())
    listed = ok(await cleo.get("/media/requests", params={"limit": 100}))["items"]
    assert "requestedBy" not in next(item for item in listed if item["id"] == other["id"])


async def test_the_counters_follow(house: House, ada: Person, ben: Person) -> None:
    before = ok(await ben.get("/media/requests/counts"))
    request = await ben.asked(house.film())
    await ben.asked(house.series(), "tv", seasons=[1])
    ok(await ada.act(request, "reject", reason="No"))
    after = ok(await ben.get("/media/requests/counts"))
    grown = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert grown == {"total": 2, "movie": 1, "tv": 1, "rejected": 1, "pending": 1, "needsApproval": 1}
