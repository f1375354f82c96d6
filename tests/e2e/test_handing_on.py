"""From approval to the library: handed on to the gateway, and completed by what it reports."""

import httpx

from tests.e2e.house import WEBHOOK_AUTHORIZATION, House, Person, eventually, ok, refused


def asked_there(house: House, request: dict) -> list[dict]:
    return [r for r in house.overseerr.requests if r["media"]["tmdbId"] == request["tmdbId"]]


async def there(house: House, request: dict) -> list[dict]:
    async def look() -> list[dict]:
        return asked_there(house, request)

    return await eventually(look)


async def report(house: House, body: object, authorization: str | None = WEBHOOK_AUTHORIZATION) -> httpx.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return await house.public.post("/webhooks/overseerr", json=body, headers=headers)


def about(request: dict, kind: str = "MEDIA_AVAILABLE") -> dict:
    return {
        "notification_type": kind,
        "media": {"media_type": request["mediaType"], "tmdbId": str(request["tmdbId"])},
    }


async def test_what_is_approved_arrives_at_the_gateway_and_its_report_completes_it(
    house: House, ada: Person, ben: Person
) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    [at_gateway] = asked_there(house, request)
    assert at_gateway["is4k"] is False
    assert await house.overseerr.make_available("movie", request["tmdbId"]) == 202
    await ben.sees(request, "available")
    await ben.hears("request_available", request)
    assert await ben.story(request) == [
        f"Ben asked for {request['title']}",
        "Ada approved it",
        f"MediaNest handed it on to overseerr as number {at_gateway['id']}",
        "It is available",
    ]


async def test_a_report_that_comes_again_changes_nothing(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    await house.overseerr.make_available("movie", request["tmdbId"])
    done = await ben.sees(request, "available")
    other = await ben.asked(house.film())
    ok(await ada.act(other, "approve"))
    for _ in range(3):
        ok(await report(house, about(request)), 202)
    await ben.sees(other, "handed_on")
    assert (await ben.see(request))["version"] == done["version"]


async def test_a_made_up_report_completes_nothing(house: House, ada: Person, ben: Person) -> None:
    """The body is a hint: what is true is asked of the gateway."""
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    handed_on = await ben.sees(request, "handed_on")
    seen = len(house.overseerr.received)
    ok(await report(house, about(request)), 202)

    async def looked() -> bool:
        paths = [r.path for r in house.overseerr.received[seen:]]
        return f"/api/v1/movie/{request['tmdbId']}" in paths

    await eventually(looked)
    assert (await ben.see(request))["version"] == handed_on["version"]


async def test_seasons_are_completed_one_by_one(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.series(3), "tv", seasons="all")
    ok(await ada.act(request, "approve", seasons=[1, 2]))
    [at_gateway] = await there(house, request)
    assert [season["seasonNumber"] for season in at_gateway["seasons"]] == [1, 2]

    async def handed() -> bool:
        return [season["status"] for season in (await ben.see(request))["seasons"]] == ["handed_on"] * 2 + ["pending"]

    await eventually(handed)
    await house.overseerr.make_available("tv", request["tmdbId"], seasons=[1])
    partly = await ben.sees(request, "partially_available")
    assert [season["status"] for season in partly["seasons"]] == ["available", "handed_on", "pending"]
    ok(await ada.act(request, "approve"))

    async def third() -> bool:
        return (await ben.see(request))["seasons"][2]["status"] == "handed_on"

    await eventually(third)
    await house.overseerr.make_available("tv", request["tmdbId"])
    await ben.sees(request, "available")


async def test_4k_is_asked_for_as_4k(house: House, ada: Person) -> None:
    rich = await house.someone(may=["request", "request_4k"])
    request = await rich.asked(house.film(), is4k=True)
    ok(await ada.act(request, "approve"))
    [at_gateway] = await there(house, request)
    assert at_gateway["is4k"] is True
    await rich.sees(request, "handed_on")
    await house.overseerr.make_available("movie", request["tmdbId"], is_4k=True)
    await rich.sees(request, "available")


async def test_what_fails_there_is_told_and_tried_again(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    [at_gateway] = asked_there(house, request)
    assert await house.overseerr.make_failed(at_gateway["id"]) == 202
    failed = await ben.sees(request, "failed")
    assert "could not fetch it" in failed["error"]
    await ada.hears("request_failed", request)
    assert ok(await ada.act(request, "retry"))["status"] == "approved"
    again = await ben.sees(request, "handed_on")
    assert again["error"] is None
    assert len(asked_there(house, request)) == 1, "tried again there, not asked twice"


async def test_what_is_cancelled_is_withdrawn_at_the_gateway(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "approve"))
    await ben.sees(request, "handed_on")
    ok(await ben.act(request, "cancel"))

    async def declined() -> bool:
        return [r["status"] for r in asked_there(house, request)] == [3]

    await eventually(declined)


async def test_a_gateway_that_is_down_at_approval_gets_it_when_it_returns(
    house: House, ada: Person, ben: Person
) -> None:
    request = await ben.asked(house.film())
    house.overseerr.fail("error", times=1000)
    seen = len(house.overseerr.received)
    ok(await ada.act(request, "approve"))

    async def tried() -> bool:
        return len(house.overseerr.received) > seen

    await eventually(tried)
    assert asked_there(house, request) == []
    assert (await ben.see(request))["status"] == "approved"
    house.overseerr.behave()
    await ben.sees(request, "handed_on")
    assert len(asked_there(house, request)) == 1


async def test_an_answer_that_is_lost_makes_no_second_request_there(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    house.overseerr.fail("cut_off", times=1, method="POST")
    ok(await ada.act(request, "approve"))
    await eventually(house.hurry)
    await ben.sees(request, "handed_on")
    assert len(asked_there(house, request)) == 1


async def test_a_webhook_without_the_right_authorization_is_refused(house: House) -> None:
    for wrong in (None, "Bearer hook", WEBHOOK_AUTHORIZATION + "x", WEBHOOK_AUTHORIZATION.lower()):
        refused(await report(house, {"notification_type": "TEST_NOTIFICATION"}, wrong), 401, "webhook_refused")


async def test_a_test_notification_and_news_of_strangers_are_taken(house: House) -> None:
    ok(await report(house, {"notification_type": "TEST_NOTIFICATION", "subject": "Test", "media": None}), 202)
    ok(await report(house, {"notification_type": "MEDIA_AVAILABLE", "media": {"media_type": "", "tmdbId": ""}}), 202)
    ok(await report(house, about({"mediaType": "movie", "tmdbId": house.film()})), 202)
    for nonsense in ({}, [], {"notification_type": "x y"}, {"notification_type": "A", "media": {"tmdbId": "-1"}}):
        refused(await report(house, nonsense), 400, "invalid_body")


async def test_without_overseerr_and_tmdb_the_rest_works(another_house) -> None:
    async with another_house(has_tmdb=False, has_overseerr=False, has_webhook=False) as bare:
        frida = await bare.sign_in("frida")
        for path in ("/media/search?query=sky", "/media/movie/5000", "/media/tv/5000"):
            answer = await frida.get(path)
            refused(answer, 503, "metadata_not_configured")
            assert int(answer.headers["retry-after"]) >= 1
        refused(await frida.ask(5000), 503, "metadata_not_configured")
        ok(await frida.get("/media/requests"))
        ok(await frida.get("/notifications"))
        for authorization in (None, "", "None", WEBHOOK_AUTHORIZATION):
            refused(await report(bare, {"notification_type": "TEST"}, authorization), 401, "webhook_refused")
        ready = ok(await bare.public.get(bare.url + "/health/ready"))
        assert ready["status"] == "ok"


async def test_without_overseerr_what_is_approved_waits_and_is_completed_by_hand(another_house) -> None:
    async with another_house(has_overseerr=False) as bare:
        frida, ada = await bare.sign_in("frida"), await bare.admin()
        request = await frida.asked(bare.film())
        ok(await ada.act(request, "approve"))
        await frida.hears("request_approved", request)
        assert (await frida.see(request))["status"] == "approved"
        assert ok(await ada.act(request, "complete"))["status"] == "available"
        await frida.hears("request_available", request)
        assert bare.overseerr.received == []


async def test_a_click_is_followed_to_its_last_effect(house: House, ada: Person, ben: Person) -> None:
    asked = await ben.ask(house.film())
    request = ok(asked, 201)
    approved = await ada.act(request, "approve")
    await ben.sees(request, "handed_on")
    assert await house.overseerr.make_available("movie", request["tmdbId"]) == 202
    await ben.hears("request_available", request)
    told = f"Ada is told: Ben asks for {request['title']}"
    begins = ["POST /media/request", f"Ben asked for {request['title']}", "tell_people"]
    await traced(ada, asked, [*begins, told, "deliver", "A notification lies in its inbox"])
    begins = ["POST /media/requests/{request_id}/approve", "Ada approved it", "hand_on", "hand_on"]
    await traced(ada, approved, [*begins, "overseerr POST /api/v1/request"])
    tree = await traced(ada, approved, [*begins, (await ben.story(request))[2]])
    [job] = [node for node in flat(tree["roots"]) if node["kind"] == "job"]
    assert (job["outcome"], job["endedAt"] > job["startedAt"] >= tree["startedAt"]) == ("ok", True)
    completed = next(e for e in ok(await ada.get("/admin/audit"))["items"] if e["sentence"] == "It is available")
    arrived = httpx.Response(202, headers={"x-correlation-id": completed["correlationId"]})
    await traced(ada, arrived, ["POST /webhooks/overseerr", "look_again", "It is available", "tell_people"])
    refused(await ada.get("/admin/trace/nobodys"), 404, "trace_not_found")
    refused(await ben.get(f"/admin/trace/{completed['correlationId']}"), 403, "not_allowed")


async def traced(reader: Person, click: httpx.Response, path: list[str]) -> dict:
    """The trace of a click, once it leads along these names and sentences."""

    async def look() -> dict | None:
        answer = await reader.get(f"/admin/trace/{click.headers['x-correlation-id']}")
        return answer.json() if answer.status_code == 200 and leads(answer.json()["roots"], path) else None

    return await eventually(look)


def leads(nodes: list[dict], path: list[str]) -> bool:
    return not path or any(
        path[0] in (node["name"], node["sentence"]) and leads(node["children"], path[1:]) for node in nodes
    )


def flat(nodes: list[dict]) -> list[dict]:
    return [found for node in nodes for found in (node, *flat(node["children"]))]
