"""The people of the house: registered, changed, suspended, forgotten."""

import pytest

from tests.e2e.house import PASSWORD, House, Person, eventually, ok, refused


async def test_an_administrator_registers_a_member_who_can_sign_in(house: House, ada: Person) -> None:
    wish = {"email": "Dora@Example.org", "name": "Dora", "role": "member", "password": PASSWORD}
    answer = await ada.post("/admin/users", json=wish)
    user = ok(answer, 201)
    assert (user["email"], user["name"], user["role"]) == ("Dora@Example.org", "Dora", "member")
    assert (user["permissions"], user["granted"]) == (["request"], ["request"])
    assert (user["isSuspended"], user["isDeleted"], user["version"]) == (False, False, 1)
    assert user["quota"] == {"movieLimit": None, "movieDays": 7, "seasonLimit": None, "seasonDays": 7}
    assert "x-event-position" in answer.headers
    assert ok(await ada.get(f"/admin/users/{user['id']}"))["email"] == "Dora@Example.org"
    ok(await house.log_in("dora@example.org"))


async def test_an_address_belongs_to_one_person_however_it_is_written(ada: Person, ben: Person) -> None:
    wish = {"email": "BEN@EXAMPLE.ORG", "name": "Benjamin", "password": PASSWORD}
    refused(await ada.post("/admin/users", json=wish), 409, "email_taken")


async def test_everybody_is_listed_in_the_order_in_which_they_came(house: House, ada: Person) -> None:
    for _ in range(3):
        await house.someone()
    everyone = ok(await ada.get("/admin/users", params={"limit": 100}))
    assert everyone["nextCursor"] is None
    seen: list[str] = []
    cursor = None
    while cursor or not seen:
        page = ok(await ada.get("/admin/users", params={"limit": 2} | ({"cursor": cursor} if cursor else {})))
        assert 1 <= len(page["items"]) <= 2
        seen += [user["id"] for user in page["items"]]
        cursor = page["nextCursor"]
    assert seen == [user["id"] for user in everyone["items"]]
    assert seen[0] == ada.id


async def test_members_neither_see_nor_change_people(ada: Person, ben: Person) -> None:
    refused(await ben.get("/admin/users"), 403, "not_allowed")
    refused(await ben.patch(f"/admin/users/{ben.id}", json={"role": "admin"}), 403, "not_allowed")
    refused(await ben.delete(f"/admin/users/{ada.id}"), 403, "not_allowed")
    wish = {"email": "x@example.org", "name": "X", "password": PASSWORD}
    refused(await ben.post("/admin/users", json=wish), 403, "not_allowed")


async def test_who_manages_people_makes_nobody_more_powerful(house: House, ada: Person) -> None:
    porter = await house.someone(may=["request", "manage_users"])
    guest = await house.someone()
    ok(await porter.patch(f"/admin/users/{guest.id}", json={"suspended": True, "reason": "Too loud"}))
    for change in ({"role": "admin"}, {"permissions": ["manage_users"]}):
        refused(await porter.patch(f"/admin/users/{guest.id}", json=change), 403, "not_allowed")
    refused(await porter.patch(f"/admin/users/{ada.id}", json={"suspended": True}), 403, "not_allowed")
    refused(await porter.patch(f"/admin/users/{porter.id}", json={"quota": {"movieLimit": 99}}), 403, "not_allowed")
    ok(await porter.patch(f"/admin/users/{guest.id}", json={"quota": {"movieLimit": 2}}))
    refused(await porter.delete(f"/admin/users/{ada.id}"), 403, "not_allowed")
    wish = {"email": "y@example.org", "name": "Y", "password": PASSWORD, "role": "admin"}
    refused(await porter.post("/admin/users", json=wish), 403, "not_allowed")


async def test_a_role_permissions_a_quota_and_a_name_change_together(house: House, ada: Person) -> None:
    guest = await house.someone()
    change = {
        "name": "Gustav",
        "role": "admin",
        "permissions": ["request_4k"],
        "quota": {"movieLimit": 2, "movieDays": 30, "seasonLimit": 5, "seasonDays": 14},
    }
    changed = ok(await ada.patch(f"/admin/users/{guest.id}", json=change))
    assert (changed["name"], changed["role"], changed["granted"]) == ("Gustav", "admin", ["request_4k"])
    assert changed["quota"] == change["quota"]
    assert "manage_settings" in changed["permissions"]
    assert ok(await guest.get("/auth/me")) == changed
    assert ok(await ada.get(f"/admin/users/{guest.id}")) == changed
    again = await ada.patch(f"/admin/users/{guest.id}", json=change)
    assert ok(again) == changed, "what is so already is no change"
    unlimited = ok(await ada.patch(f"/admin/users/{guest.id}", json={"quota": {}}))
    assert unlimited["quota"]["movieLimit"] is None


@pytest.mark.parametrize(
    "quota", [{"movieLimit": -1}, {"movieDays": 0}, {"seasonDays": 367}, {"movieLimit": 2**70}], ids=str
)
async def test_a_quota_that_cannot_be_counted_is_refused(ada: Person, ben: Person, quota: dict[str, int]) -> None:
    answer = await ada.patch(f"/admin/users/{ben.id}", json={"quota": quota})
    assert refused(answer, 400, "invalid_body")["errors"][0]["field"].startswith("/quota/")
    assert ok(await ben.get("/auth/me"))["quota"]["movieLimit"] is None


async def test_a_suspended_member_is_out_at_once_and_comes_back(house: House, ada: Person) -> None:
    guest = await house.someone()
    suspended = ok(await ada.patch(f"/admin/users/{guest.id}", json={"suspended": True, "reason": "Too loud"}))
    assert suspended["isSuspended"] is True
    refused(await guest.get("/auth/me"), 401, "invalid_token")
    refused(await house.log_in(guest.email), 403, "user_suspended")
    refused(await house.log_in(guest.email, "wrong password"), 401, "invalid_credentials")
    answer = await house.public.post("/auth/refresh", json={"refreshToken": guest.refresh_token})
    assert answer.status_code == 401, answer.text
    ok(await ada.patch(f"/admin/users/{guest.id}", json={"suspended": False}))
    ok(await guest.get("/auth/me"))
    ok(await house.log_in(guest.email))


async def test_nobody_locks_the_house_from_inside(ada: Person) -> None:
    for change in ({"suspended": True}, {"role": "member"}):
        refused(await ada.patch(f"/admin/users/{ada.id}", json=change), 409, "not_yourself")


async def test_a_change_made_for_an_older_version_is_refused(house: House, ada: Person) -> None:
    guest = await house.someone()
    changed = ok(await ada.patch(f"/admin/users/{guest.id}", json={"name": "Gustav"}))
    answer = await ada.get(f"/admin/users/{guest.id}")
    tag = answer.headers["etag"]
    assert tag.startswith(f'W/"{changed["version"]}')
    ok(await ada.patch(f"/admin/users/{guest.id}", json={"name": "Gerda"}, headers={"If-Match": tag}))
    stale = await ada.patch(f"/admin/users/{guest.id}", json={"name": "Gretel"}, headers={"If-Match": tag})
    refused(stale, 412, "stale_version")
    current = ok(await ada.get(f"/admin/users/{guest.id}"))["version"]
    assert stale.headers["etag"] == f'W/"{current}"'
    ok(await ada.patch(f"/admin/users/{guest.id}", json={"name": "G"}, headers={"If-Match": stale.headers["etag"]}))
    refused(
        await ada.patch(f"/admin/users/{guest.id}", json={"name": "G"}, headers={"If-Match": "newest"}),
        400,
        "invalid_if_match",
    )


async def test_an_unknown_person_is_missing(ada: Person) -> None:
    nobody = "/admin/users/00000000-0000-4000-8000-000000000000"
    refused(await ada.get(nobody), 404, "user_not_found")
    refused(await ada.patch(nobody, json={"name": "N"}), 404, "user_not_found")
    refused(await ada.delete(nobody), 404, "user_not_found")
    refused(await ada.get("/admin/users/7"), 404, "not_found")


async def test_who_is_deleted_is_forgotten_everywhere_and_what_they_did_stays(house: House, ada: Person) -> None:
    rosalind = await house.sign_in("rosalind")
    orphan = await rosalind.asked(house.film(), note="Rosalind would love this")
    done = await rosalind.asked(house.film(), note="For Rosalind's birthday")
    ok(await ada.act(done, "complete"))
    follower = await house.someone()
    ok(await follower.ask(orphan["tmdbId"]), 200)
    ok(await rosalind.act(orphan, "comment", text="Rosalind says hello"))

    answer = await ada.delete(f"/admin/users/{rosalind.id}")
    ok(answer, 204)
    refused(await rosalind.get("/auth/me"), 401, "invalid_token")
    refused(await house.log_in("rosalind@example.org"), 401, "invalid_credentials")

    inherited = await eventually(lambda: _owned_by(ada, orphan, follower))
    assert inherited["status"] == "pending"
    await _nothing_names(
        "rosalind",
        ada,
        "/admin/users?limit=100",
        f"/admin/users/{rosalind.id}",
        "/admin/audit?limit=100",
        f"/admin/audit?actor={rosalind.id}",
        f"/admin/streams/user/{rosalind.id}",
        f"/admin/streams/media_request/{orphan['id']}",
        f"/admin/streams/media_request/{done['id']}",
        f"/media/requests/{orphan['id']}",
        f"/media/requests/{orphan['id']}/history",
        f"/media/requests/{done['id']}/history",
        "/media/requests?limit=100",
        "/notifications?limit=100",
    )
    gone = ok(await ada.get(f"/admin/users/{rosalind.id}"))
    assert (gone["isDeleted"], gone["name"], gone["email"]) == (True, None, None)
    trail = ok(await ada.get("/admin/audit", params={"actor": rosalind.id, "limit": 100}))["items"]
    assert {"media_request.submitted", "media_request.commented"} <= {entry["action"] for entry in trail}
    assert all(entry["actor"]["name"] is None for entry in trail)
    assert (await ada.see(done))["requestedBy"] == {"id": rosalind.id, "name": None}
    async with house.container.database().connection() as connection:
        rows = await connection.execute("SELECT body::text FROM events")
        log = "\n".join([body async for (body,) in rows])
    assert rosalind.id in log
    assert "rosalind" not in log.casefold(), "personal fields are sealed in the log"


async def test_an_address_is_free_again_once_its_person_is_deleted(house: House, ada: Person) -> None:
    guest = await house.someone()
    ok(await ada.delete(f"/admin/users/{guest.id}"), 204)
    wish = {"email": guest.email, "name": "Somebody else", "password": PASSWORD}
    anew = ok(await ada.post("/admin/users", json=wish), 201)
    assert anew["id"] != guest.id
    ok(await ada.delete(f"/admin/users/{guest.id}"), 204)
    refused(await ada.patch(f"/admin/users/{guest.id}", json={"role": "admin"}), 409, "user_deleted")


async def _owned_by(ada: Person, request: dict[str, str], owner: Person) -> dict[str, object] | None:
    seen = await ada.see(request)
    return seen if seen["requestedBy"]["id"] == owner.id else None


async def _nothing_names(name: str, reader: Person, *paths: str) -> None:
    for path in paths:
        answer = await reader.get(path)
        ok(answer)
        assert name not in answer.text.casefold(), path
