"""Asking for films and series: the first asks, the others join."""

import asyncio

from tests.e2e.house import House, Person, ok, refused


async def test_the_first_to_ask_gets_the_request(house: House, ben: Person) -> None:
    film = house.film()
    answer = await ben.ask(film, note="For Friday")
    request = ok(answer, 201)
    assert request.keys() == {
        *("id", "mediaType", "tmdbId", "title", "year", "posterPath", "is4k", "status", "needsApproval", "seasons"),
        *("requestedBy", "followers", "note", "reason", "error", "createdAt", "updatedAt", "version"),
    }
    details = ok(await ben.get(f"/media/movie/{film}"))
    for field in ("title", "year", "posterPath"):
        assert request[field] == details[field], "they come from TMDB"
    assert (request["mediaType"], request["tmdbId"], request["is4k"]) == ("movie", film, False)
    assert (request["status"], request["needsApproval"], request["seasons"]) == ("pending", True, [])
    assert request["requestedBy"] == {"id": ben.id, "name": "Ben"}
    assert (request["followers"], request["note"], request["reason"]) == (0, "For Friday", None)
    assert request["createdAt"].endswith("Z")
    assert int(answer.headers["x-event-position"]) > 0
    assert await ben.see(request) == request, "who writes reads what they wrote"


async def test_the_second_to_ask_joins_and_is_told_so(house: House, ben: Person, cleo: Person) -> None:
    request = await ben.asked(house.film())
    joined = ok(await cleo.ask(request["tmdbId"]), 200)
    assert (joined["id"], joined["joined"], joined["followers"]) == (request["id"], True, 1)
    again = ok(await cleo.ask(request["tmdbId"]), 200)
    assert (again["joined"], again["followers"], again["version"]) == (True, 1, joined["version"])
    own = ok(await ben.ask(request["tmdbId"]), 200)
    assert (own["id"], own["followers"]) == (request["id"], 1)


async def test_a_film_and_its_4k_are_two_requests(house: House) -> None:
    rich = await house.someone(may=["request", "request_4k"])
    film = house.film()
    ordinary = await rich.asked(film)
    sharp = await rich.asked(film, is4k=True)
    assert (ordinary["id"] != sharp["id"], sharp["is4k"]) == (True, True)


async def test_4k_and_asking_at_all_need_their_permissions(house: House, ben: Person) -> None:
    film = house.film()
    refused(await ben.ask(film, is4k=True), 403, "not_allowed_to_request_4k")
    silent = await house.someone(may=[])
    refused(await silent.ask(film), 403, "not_allowed")


async def test_what_is_in_the_library_is_not_asked_for_again(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.film())
    ok(await ada.act(request, "complete"))
    refused(await ben.ask(request["tmdbId"]), 409, "already_available")


async def test_what_was_rejected_or_cancelled_may_be_asked_for_anew(house: House, ada: Person, ben: Person) -> None:
    first = await ben.asked(house.film())
    ok(await ada.act(first, "reject", reason="Not now"))
    second = await ben.asked(first["tmdbId"])
    ok(await ben.act(second, "cancel"))
    third = await ben.asked(first["tmdbId"])
    assert len({first["id"], second["id"], third["id"]}) == 3


async def test_all_means_every_season_of_the_series(house: House, ben: Person) -> None:
    request = await ben.asked(house.series(4), "tv", seasons="all")
    assert request["seasons"] == [{"number": n, "status": "pending"} for n in (1, 2, 3, 4)]


async def test_seasons_that_a_request_lacks_are_added_and_wait_by_themselves(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    request = await ben.asked(house.series(4), "tv", seasons=[2, 1])
    ok(await ada.act(request, "approve"))
    joined = ok(await cleo.ask(request["tmdbId"], "tv", seasons=[2, 3, 4]), 200)
    assert (joined["id"], joined["joined"], joined["needsApproval"]) == (request["id"], True, True)
    statuses = {season["number"]: season["status"] for season in joined["seasons"]}
    assert (statuses[3], statuses[4]) == ("pending", "pending")
    assert statuses[1] in ("approved", "handed_on")
    approved = ok(await ada.act(request, "approve", seasons=[3]))
    statuses = {season["number"]: season["status"] for season in approved["seasons"]}
    assert (statuses[3], statuses[4], approved["needsApproval"]) == ("approved", "pending", True)
    rejected = ok(await ada.act(request, "reject", reason="One is enough", seasons=[4]))
    assert rejected["needsApproval"] is False
    assert {"number": 4, "status": "rejected"} in rejected["seasons"]


async def test_a_whole_series_in_the_library_is_refused_and_a_missing_season_is_not(
    house: House, ada: Person, ben: Person
) -> None:
    series = house.series(3)
    first = await ben.asked(series, "tv", seasons=[1, 2])
    ok(await ada.act(first, "complete"))
    refused(await ben.ask(series, "tv", seasons=[1]), 409, "already_available")
    rest = await ben.asked(series, "tv", seasons="all")
    assert [season["number"] for season in rest["seasons"]] == [3], "what came before is not asked again"


async def test_wishes_that_make_no_sense_are_refused(house: House, ben: Person) -> None:
    refused(await ben.ask(house.film(), seasons=[1]), 422, "film_has_no_seasons")
    refused(await ben.ask(house.series(), "tv"), 422, "seasons_required")
    refused(await ben.ask(house.series(3), "tv", seasons=[4]), 422, "season_not_found")
    refused(await ben.ask(7), 404, "title_not_found")


async def test_a_quota_is_spent_by_asking_and_given_back_by_rejection_and_cancellation(
    house: House, ada: Person
) -> None:
    limited = await house.someone(quota={"movieLimit": 2, "movieDays": 7})
    first, second = await limited.asked(house.film()), await limited.asked(house.film())
    problem = refused(await limited.ask(house.film()), 403, "quota_exceeded")
    assert "2 films within 7 days" in problem["detail"]
    ok(await limited.ask(first["tmdbId"]), 200), "asking for what one asked for costs nothing"
    ok(await limited.act(first, "cancel"))
    third = await limited.asked(house.film())
    refused(await limited.ask(house.film()), 403, "quota_exceeded")
    ok(await ada.act(second, "reject", reason="No"))
    await limited.asked(house.film())
    ok(await ada.act(third, "complete"))
    refused(await limited.ask(house.film()), 403, "quota_exceeded")


async def test_a_series_counts_by_season(house: House) -> None:
    limited = await house.someone(quota={"seasonLimit": 3, "seasonDays": 7})
    request = await limited.asked(house.series(4), "tv", seasons=[1, 2])
    refused(await limited.ask(request["tmdbId"], "tv", seasons=[3, 4]), 403, "quota_exceeded")
    ok(await limited.ask(request["tmdbId"], "tv", seasons=[3]), 200)
    await limited.asked(house.film())


async def test_who_is_trusted_need_not_wait(house: House) -> None:
    trusted = await house.someone(may=["request", "auto_approve"])
    request = await trusted.asked(house.film())
    assert (request["status"], request["needsApproval"]) == ("approved", False)
    assert "is trusted to ask, so it was approved at once" in (await trusted.story(request))[1]
    await trusted.sees(request, "handed_on")


async def test_sixteen_people_who_ask_at_once_make_one_request(house: House) -> None:
    people = [await house.someone() for _ in range(16)]
    film = house.film()
    answers = await asyncio.gather(*(person.ask(film) for person in people))
    assert sorted(answer.status_code for answer in answers) == [200] * 15 + [201]
    assert len({answer.json()["id"] for answer in answers}) == 1
    ada = await house.admin()
    request = await ada.see(answers[0].json())
    assert request["followers"] == 15
    assert len(ok(await ada.get("/media/requests", params={"limit": 100}))["items"]) >= 1
    held = [r for r in ok(await ada.get("/media/requests?limit=100"))["items"] if r["tmdbId"] == film]
    assert len(held) == 1


async def test_sixteen_clicks_of_one_person_spend_their_quota_once(house: House) -> None:
    limited = await house.someone(quota={"movieLimit": 1, "movieDays": 7})
    answers = await asyncio.gather(*(limited.ask(house.film()) for _ in range(16)))
    assert sorted(answer.status_code for answer in answers) == [201] + [403] * 15
    assert {a.json()["code"] for a in answers if a.status_code == 403} == {"quota_exceeded"}
