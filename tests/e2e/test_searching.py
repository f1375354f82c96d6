"""What there is, and what became of it here."""

from tests.e2e.house import House, Person, ok, refused


async def test_a_search_finds_films_and_series_and_no_people(house: House, ben: Person) -> None:
    page = ok(await ben.get("/media/search", params={"query": "the"}))
    assert page.keys() == {"items", "page", "totalPages", "totalResults"}
    assert {item["mediaType"] for item in page["items"]} == {"movie", "tv"}
    assert page["items"][0].keys() == {
        *("kind", "mediaType", "tmdbId", "title", "originalTitle", "overview", "year", "releaseDate", "posterPath"),
        *("backdropPath", "voteAverage", "mediaStatus", "mediaStatus4k", "request"),
    }
    series = ok(await ben.get("/media/search", params={"query": "the", "type": "tv"}))["items"]
    assert series
    assert {item["mediaType"] for item in series} == {"tv"}
    assert ok(await ben.get("/media/search", params={"query": "no such title"}))["items"] == []
    assert ok(await ben.get("/media/search", params={"query": "the", "page": 2}))["page"] == 2


async def test_titles_say_what_became_of_them_and_which_request_is_yours(
    house: House, ada: Person, ben: Person, cleo: Person
) -> None:
    found = ok(await ben.get("/media/search", params={"query": "salt lanterns", "type": "movie"}))["items"][0]
    assert (found["title"], found["mediaStatus"], found["request"]) == ("Salt and Lanterns", None, None)
    request = await ben.asked(found["tmdbId"])
    path = f"/media/movie/{found['tmdbId']}"
    own = ok(await ben.get(path))
    assert own["mediaStatus"] == "pending"
    assert own["request"] == {"id": request["id"], "status": "pending", "is4k": False}
    others = ok(await cleo.get(path))
    assert (others["mediaStatus"], others["request"]) == ("pending", None)
    ok(await cleo.act(request, "follow"))
    assert ok(await cleo.get(path))["request"]["id"] == request["id"]
    ok(await ada.act(request, "complete"))
    listed = ok(await cleo.get("/media/search", params={"query": "salt lanterns"}))["items"]
    film = next(item for item in listed if item["mediaType"] == "movie")
    assert (film["mediaStatus"], film["request"]["status"]) == ("available", "available")


async def test_a_series_says_it_for_each_season(house: House, ada: Person, ben: Person) -> None:
    request = await ben.asked(house.series(3), "tv", seasons=[1, 2])
    ok(await ada.act(request, "complete", seasons=[1]))
    details = ok(await ben.get(f"/media/tv/{request['tmdbId']}"))
    assert [season["number"] for season in details["seasons"]] == [1, 2, 3]
    assert [season["mediaStatus"] for season in details["seasons"]] == ["available", "pending", None]
    assert details["mediaStatus"] == "partially_available"
    film = ok(await ben.get(f"/media/movie/{house.film()}"))
    assert (film["seasons"], film["runtime"] > 0, len(film["genres"])) == ([], True, 2)


async def test_a_title_that_does_not_exist_is_missing(ben: Person) -> None:
    refused(await ben.get("/media/movie/7"), 404, "title_not_found")
    for impossible in ("0", "-1", "x", "1.5", str(2**31), str(2**64), "9" * 30):
        answer = await ben.get(f"/media/tv/{impossible}")
        assert answer.status_code == 404, (impossible, answer.text)


async def test_what_is_looked_for_has_bounds(ben: Person) -> None:
    for query in ({}, {"query": ""}, {"query": "x" * 201}, {"query": "x", "page": 0}, {"query": "x", "page": 501}):
        refused(await ben.get("/media/search", params=query), 400, "invalid_parameter")
    refused(await ben.get("/media/search", params={"query": "x", "type": "song"}), 400, "invalid_parameter")


async def test_while_tmdb_is_away_known_titles_are_served_and_others_say_when_to_return(
    house: House, ben: Person
) -> None:
    known, unknown = house.film(), house.film()
    before = ok(await ben.get(f"/media/movie/{known}"))
    house.tmdb.fail("error", times=1000)
    try:
        assert ok(await ben.get(f"/media/movie/{known}")) == before
        answer = await ben.ask(unknown)
        refused(answer, 503, "metadata_unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        ok(await ben.get("/media/requests"))
    finally:
        house.tmdb.behave()
