"""How the views stand, and building them anew while the house lives."""

from medianest.adapters.postgres.view_checks import verify
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.request_board import REQUEST_BOARD
from tests.e2e.house import House, Person, eventually, ok, refused
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
