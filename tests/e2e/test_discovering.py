"""What there is to see, in whose words, and what a library holds of it."""

import pytest

from medianest.adapters.http.titles import TMDB_NOTICE
from medianest.ports.library import Copy, ShelfTitle
from medianest.ports.media_server import Guids
from tests.e2e.house import House, Json, Person, ok, refused
from tests.shelving import shelve

CARTOGRAPHER = 9000
"""A collection of three films at the stand-in."""


async def hold(house: House, kind: str, tmdb_id: int, *seasons: tuple[int, int], is_4k: bool = False) -> None:
    """Have a library hold a film, or (season, episodes) of a series. What is in 4K is there in any quality as well."""
    key = f"{kind}{tmdb_id}"
    title = ShelfTitle(rating_key=key, media_type=kind, title="Held", guids=Guids(tmdb_id=tmdb_id))  # type: ignore[arg-type]
    qualities = (False, True) if is_4k else (False,)
    copies = [
        Copy(rating_key=f"{key}s{number}", is_4k=quality, title_key=key, season=number, episodes=episodes)
        for number, episodes in seasons
        for quality in qualities
    ]
    copies = copies or [Copy(rating_key=key, is_4k=quality, title_key=key) for quality in qualities]
    await shelve(house.container.library_scans(), "own", "shelf", [title], copies)


async def details(person: Person, kind: str, tmdb_id: int) -> Json:
    return ok(await person.get(f"/media/{kind}/{tmdb_id}"))


async def test_lists_are_pages_of_titles_that_say_how_they_stand(house: House, ben: Person) -> None:
    for path in (
        *("trending", "popular", "top_rated", "upcoming", "trending?type=tv", "popular?type=tv", "popular?page=2"),
        *("genre?type=movie&genre=18", "provider?type=movie&provider=701", "provider?type=tv&provider=702&genre=35"),
    ):
        page = ok(await ben.get(f"/media/discover/{path}"))
        assert page.keys() == {"items", "page", "totalPages", "totalResults"}
        assert page["items"], path
        assert {"mediaStatus", "mediaStatus4k", "request"} <= page["items"][0].keys()
    assert {item["mediaType"] for item in ok(await ben.get("/media/discover/trending"))["items"]} == {"movie", "tv"}
    [held, asked, *_] = ok(await ben.get("/media/discover/popular"))["items"]
    await hold(house, "movie", held["tmdbId"])
    await ben.asked(asked["tmdbId"])
    [held, asked, other, *_] = ok(await ben.get("/media/discover/popular"))["items"]
    assert [each["mediaStatus"] for each in (held, asked, other)] == ["available", "pending", None]
    refused(await ben.ask(held["tmdbId"]), 409, "already_available")


async def test_genres_providers_and_what_is_like_a_title(ben: Person) -> None:
    assert {"id": 18, "name": "Drama"} in ok(await ben.get("/media/genres", params={"type": "tv"}))["items"]
    names = [item["name"] for item in ok(await ben.get("/media/providers", params={"type": "movie"}))["items"]]
    assert "Lanternflix" in names
    assert ok(await ben.get("/media/providers", params={"type": "movie", "region": "DE"}))["items"] == []
    nobody = ok(await ben.get("/media/discover/provider?type=movie&provider=701&region=DE"))
    assert (nobody["items"], nobody["totalResults"]) == ([], 0)
    for relation in ("similar", "recommended"):
        assert ok(await ben.get(f"/media/movie/1000/{relation}"))["items"]
        refused(await ben.get(f"/media/movie/7/{relation}"), 404, "title_not_found")
    assert ok(await ben.get("/media/attribution"))["text"] == TMDB_NOTICE


async def test_people_and_collections_are_found_by_their_kind(ben: Person) -> None:
    people = ok(await ben.get("/media/search", params={"query": "Milos", "type": "person"}))["items"]
    assert [(each["kind"], each["name"]) for each in people] == [("person", "Milos Kovar")]
    person = ok(await ben.get(f"/media/people/{people[0]['tmdbId']}"))
    assert person["playedIn"][0]["roles"]
    assert "mediaStatus" in person["playedIn"][0]
    found = ok(await ben.get("/media/search", params={"query": "cartographer", "type": "collection"}))["items"]
    assert [(each["kind"], each["tmdbId"]) for each in found] == [("collection", CARTOGRAPHER)]
    years: dict[str, Json] = {"query": "the", "type": "movie", "year": 1985}
    assert {each["year"] for each in ok(await ben.get("/media/search", params=years))["items"]} == {1985}
    refused(await ben.get("/media/people/7"), 404, "person_not_found")
    refused(await ben.get("/media/collections/7"), 404, "collection_not_found")


async def test_a_collection_is_asked_for_whole_by_one_wish(house: House, ada: Person) -> None:
    guest = await house.someone(quota={"movieLimit": 1})
    films = [part["tmdbId"] for part in ok(await guest.get(f"/media/collections/{CARTOGRAPHER}"))["parts"]]
    await hold(house, "movie", films[0])
    path, key = f"/media/collections/{CARTOGRAPHER}/request", {"Idempotency-Key": "all-of-it"}
    answer = await guest.post(path, json={"note": "All of it, please."}, headers=key)
    parts = ok(answer)["items"]
    assert [part["outcome"] for part in parts] == ["already_available", "asked", "refused"]
    assert [part["code"] for part in parts] == ["already_available", None, "quota_exceeded"]
    assert (parts[1]["request"]["tmdbId"], parts[1]["request"]["note"]) == (films[1], "All of it, please.")
    again = await guest.post(path, json={"note": "All of it, please."}, headers=key)
    assert (ok(again)["items"], again.headers["idempotent-replay"]) == (parts, "true")
    refused(await guest.post(path, json={}, headers=key), 422, "idempotency_key_reused")
    theirs = ok(await ada.post(path))["items"]
    assert [part["outcome"] for part in theirs] == ["already_available", "joined", "asked"]
    shown = ok(await guest.get(f"/media/collections/{CARTOGRAPHER}"))["parts"]
    assert [part["mediaStatus"] for part in shown[:1]] == ["available"]
    assert shown[1]["request"]["id"] == parts[1]["request"]["id"]
    refused(await guest.post(path, json={"is4k": True}), 403, "not_allowed_to_request_4k")
    refused(await guest.post("/media/collections/7/request"), 404, "collection_not_found")


async def test_a_title_says_what_a_library_holds_of_it_season_by_season(house: House, ben: Person) -> None:
    series = house.series(3)
    whole = [season["episodeCount"] for season in (await details(ben, "tv", series))["seasons"] if season["number"]]
    await hold(house, "tv", series, (1, whole[0]), (2, 2))
    shown = await details(ben, "tv", series)
    of_seasons = {season["number"]: season["mediaStatus"] for season in shown["seasons"]}
    assert (shown["mediaStatus"], shown["mediaStatus4k"]) == ("partially_available", None)
    assert [of_seasons[number] for number in (1, 2, 3)] == ["available", "partially_available", None]
    request = await ben.asked(series, "tv", seasons="all")
    assert [season["number"] for season in request["seasons"]] == [2, 3]
    season = ok(await ben.get(f"/media/tv/{series}/seasons/2"))
    assert (season["mediaStatus"], len(season["episodes"])) == ("partially_available", whole[1])
    await hold(house, "tv", series, (2, whole[1]), (3, whole[2]))
    assert (await details(ben, "tv", series))["mediaStatus"] == "available"
    for number in (4, 10_000, 10_001, "x", -1):
        assert (await ben.get(f"/media/tv/{series}/seasons/{number}")).status_code == 404
    refused(await ben.get(f"/media/tv/{series}/seasons/9"), 404, "no_such_season")
    film = house.film()
    await hold(house, "movie", film, is_4k=True)
    shown = await details(ben, "movie", film)
    assert (shown["mediaStatus"], shown["mediaStatus4k"]) == ("available", "available")


async def test_a_list_says_the_same_of_a_series_as_its_own_page(house: House, ben: Person) -> None:
    listed = ok(await ben.get("/media/discover/popular?type=tv"))["items"]
    chosen = next(item for item in listed if item["tmdbId"] % 4 == 2)  # of three seasons
    await hold(house, "tv", chosen["tmdbId"], (1, 1))
    [again] = [
        item
        for item in ok(await ben.get("/media/discover/popular?type=tv"))["items"]
        if item["tmdbId"] == chosen["tmdbId"]
    ]
    assert again["mediaStatus"] == (await details(ben, "tv", chosen["tmdbId"]))["mediaStatus"] == "partially_available"


async def test_people_read_in_the_language_that_they_choose(house: House, ada: Person) -> None:
    guest = await house.someone()
    film = house.film()
    before = await details(guest, "movie", film)
    assert (guest.user["language"], guest.user["region"]) == (None, None)
    changed = ok(await guest.patch("/auth/me", json={"language": "de", "region": "DE"}))
    assert (changed["language"], changed["region"]) == ("de", "DE")
    assert ok(await guest.get("/auth/me"))["language"] == "de"
    after = await details(guest, "movie", film)
    assert after["overview"] == f"[de] {before['overview']}"
    assert after["certification"] != before["certification"]
    assert (await details(ada, "movie", film)) == before
    found = ok(await guest.get("/media/search", params={"query": "salt", "type": "movie"}))["items"][0]
    assert found["overview"].startswith("[de]")
    once = {"query": "salt", "type": "movie", "language": "fr"}
    assert ok(await guest.get("/media/search", params=once))["items"][0]["overview"].startswith("[fr]")
    ok(await guest.patch("/auth/me", json={"language": None}))
    assert ok(await guest.get("/auth/me"))["region"] == "DE"
    assert (await details(guest, "movie", film))["overview"] == before["overview"]
    for wrong in ({"language": "deutsch"}, {"region": "de"}, {"language": "de\n"}, {"name": "x"}):
        refused(await guest.patch("/auth/me", json=wrong), 400, "invalid_body")


@pytest.mark.parametrize(
    "path",
    [
        *("discover/sideways", "discover/genre?type=movie", "discover/provider?provider=1"),
        *("discover/popular?genre=18", "tv/1000/sideways", "collections/9000?page=1"),
        *("discover/provider?type=movie&provider=0", "genres", "genres?type=song", "providers?type=tv&region=usa"),
        *("search?query=x&language=english", "search?query=x&year=1", "movie/1000/similar?page=501", "song/1/similar"),
        *("search?query=x&language=de%0A", "providers?type=tv&region=DE%0A", "collections/0", "people/x"),
    ],
)
async def test_what_makes_no_sense_is_refused(house: House, ben: Person, path: str) -> None:
    assert (await ben.get(f"/media/{path}")).status_code in {400, 404}


async def test_what_was_kept_is_shown_while_tmdb_is_away_and_the_rest_says_when_to_return(
    house: House, ben: Person
) -> None:
    pages = ("discover/top_rated", "movie/1000/similar", "genres?type=movie", "people/500", "collections/9001")
    before = [ok(await ben.get(f"/media/{page}")) for page in pages]
    house.tmdb.fail("error", times=1000)
    try:
        assert [ok(await ben.get(f"/media/{page}")) for page in pages] == before
        refused(await ben.get("/media/discover/top_rated?page=3"), 503, "metadata_unavailable")
    finally:
        house.tmdb.behave()
