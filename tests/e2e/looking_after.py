"""What those who look after a house see of its libraries and of the servers that it calls."""

from typing import Any

from tests.e2e.house import Person, eventually, ok

Json = Any


async def scanned(ada: Person, title: str, trouble: str | None = None) -> Json:
    """The library of this name, once a scan of it ended so."""

    async def look() -> Json:
        for one in ok(await ada.get("/admin/library"))["items"]:
            if (one["title"], one["trouble"]) == (title, trouble) and one["scannedAt"]:
                return one
        return None

    return await eventually(look)


async def hears(person: Person, kind: str) -> Json:
    async def look() -> Json:
        return next((n for n in await person.news() if n["kind"] == kind), None)

    return await eventually(look)


async def upstream(ada: Person, name: str) -> Json:
    """What is shown of the one of this name; None where there is none."""
    items = ok(await ada.get("/services/upstreams"))["items"]
    return next((one for one in items if one["name"] == name), None)
