"""How the views and the servers of others stand, and setting them right while the house lives."""

from medianest.adapters.postgres.view_checks import verify
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.request_board import REQUEST_BOARD
from tests.e2e.house import House, Json, Person, eventually, ok, refused
from tests.e2e.listening import listening


async def test_how_far_the_views_are_is_told(ada: Person) -> None:
    views = ok(await ada.get("/admin/projections"))["items"]
    assert {view["name"] for view in views} == set(PROJECTIONS)
    assert all(view["isBuilt"] and view["error"] is None and view["position"] > 0 for view in views)


async def test_a_view_that_was_tampered_with_is_noticed_and_built_anew(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film(), note="For the rebuild")
    async with house.container.database().connection() as connection:
        mine = (request["id"],)
        await connection.execute(f"UPDATE {REQUEST_BOARD.table} SET title = 'Mallory' WHERE request_id = %s", mine)
    check = await verify(REQUEST_BOARD, house.container.log(), house.container.direct_url())
    assert check.differing == 1
    (view,) = [one for one in ok(await ada.get("/admin/projections"))["items"] if one["name"] == "request_board"]
    assert view["check"]["differences"] == [{"key": request["id"], "kind": "different", "columns": ["title"]}]

    async with listening(ada) as stream:
        started = ok(await ada.post("/admin/projections/request_board/rebuild"), 202)
        assert (started["views"], started["askedBy"]) == (["request_board"], str(ada.id))
        watched = f"/admin/rebuilds/{started['id']}"

        async def is_done() -> bool:
            return bool(ok(await ada.get(watched))["state"] == "completed")

        await eventually(is_done)
        _, told = await stream.hears("rebuild", id=started["id"], state="completed")
        assert told["position"] == told["head"] > 0
    assert ok(await ada.get(f"/media/requests/{request['id']}"))["title"] == request["title"]
    (view,) = [one for one in ok(await ada.get("/admin/projections"))["items"] if one["name"] == "request_board"]
    assert view["check"] is None
    assert ok(await ada.get("/admin/rebuilds"))["items"][0]["id"] == started["id"]
    (asked,) = ok(await ada.get("/admin/audit", params={"action": "upkeep.rebuild_asked", "limit": 1}))["items"]
    assert asked["body"]["rebuild_id"] == started["id"]
    assert asked["sentence"].startswith("Ada asked")


async def test_what_is_not_there_is_not_built_or_watched(ada: Person) -> None:
    refused(await ada.post("/admin/projections/nonsense/rebuild"), 404, "not_found")
    refused(await ada.get("/admin/rebuilds/00000000-0000-0000-0000-000000000001"), 404, "rebuild_not_found")


async def shown(person: Person, name: str) -> Json:
    answer = ok(await person.get("/services/upstreams"))
    assert answer["scope"] == "all"
    return next(each for each in answer["items"] if each["name"] == name)


async def test_a_breaker_that_opened_in_another_process_is_shown_and_reset_for_all(house: House, ada: Person) -> None:
    house.overseerr.fail("cut_off", method="GET", times=1000)
    requests = [await ada.asked(house.film()) for _ in range(6)]

    async def is_open() -> Json:
        # Those who work hand on; the one who answers here never called.
        seen = await shown(ada, "overseerr")
        return seen if seen["breaker"] == "open" else None

    seen = await eventually(is_open)
    assert seen["last5Minutes"]["failures"] >= 5
    assert seen["last5Minutes"]["errorRate"] > 0
    assert seen["last5Minutes"]["retries"] >= 10
    assert 0 < seen["last60Minutes"]["latency"]["p50"] <= seen["last60Minutes"]["latency"]["p99"]
    assert house.url not in seen["lastFailure"]["reason"]
    assert house.overseerr.url not in str(seen)
    assert ok(await house.public.get(f"{house.url}/health/ready"))

    house.overseerr.behave()
    reset = await ada.post("/services/upstreams/overseerr/breaker/reset")
    ok(reset, 204)

    async def is_closed() -> bool:
        return (await shown(ada, "overseerr"))["breaker"] == "closed"

    await eventually(is_closed, within=8)
    [event] = ok(await ada.get("/admin/audit", params={"action": "upkeep.breaker_reset"}))["items"]
    assert str(event["position"]) == reset.headers["x-event-position"]
    assert event["sentence"] == "Ada had overseerr called again at once"

    async def all_handed_on() -> bool:
        await house.hurry()
        return all([(await ada.see(request))["status"] == "handed_on" for request in requests])

    await eventually(all_handed_on)


async def test_calls_are_in_the_figures_for_prometheus(house: House, ada: Person) -> None:
    ok(await ada.get(f"/media/movie/{house.film()}"))
    text = (await house.public.get(f"{house.url}/metrics")).text
    assert 'medianest_upstream_seconds_count{upstream="tmdb"}' in text
    assert 'medianest_upstream_seconds_bucket{le="0.512",upstream="tmdb"}' in text
    tmdb = await shown(ada, "tmdb")
    assert tmdb["last60Minutes"]["calls"] >= 1
    assert (tmdb["token"], tmdb["lastFailure"]) == ("accepted", None)
    assert (await shown(ada, "plex"))["token"] == "not_set"


async def test_only_who_manages_services_sees_and_resets_and_only_what_there_is(house: House, ada: Person) -> None:
    keeper, other = await house.someone(may=["manage_services"]), await house.someone()
    refused(await other.get("/services/upstreams"), 403, "not_allowed")
    refused(await other.post("/services/upstreams/tmdb/breaker/reset"), 403, "not_allowed")
    ok(await keeper.post("/services/upstreams/tmdb/breaker/reset"), 204)
    refused(await keeper.post("/services/upstreams/radio/breaker/reset"), 404, "upstream_not_found")


async def test_what_is_kept_of_an_upstream_is_forgotten_everywhere_when_somebody_says_so(
    house: House, ada: Person
) -> None:
    film = house.film()
    ok(await ada.get(f"/media/movie/{film}"))
    ok(await ada.get(f"/media/movie/{film}"))
    before = await shown(ada, "tmdb")
    assert before["saved"]["hits"] >= 1
    cleared = await ada.post("/services/upstreams/tmdb/cache/clear")
    ok(cleared, 204)
    [event] = ok(await ada.get("/admin/audit", params={"action": "upkeep.cache_cleared"}))["items"]
    assert str(event["position"]) == cleared.headers["x-event-position"]
    assert event["sentence"] == "Ada had the kept answers of tmdb forgotten"

    async def is_asked_anew() -> bool:
        ok(await ada.get(f"/media/movie/{film}"))
        return (await shown(ada, "tmdb"))["last60Minutes"]["calls"] > before["last60Minutes"]["calls"]

    await eventually(is_asked_anew)
    refused(await ada.post("/services/upstreams/radio/cache/clear"), 404, "upstream_not_found")
