"""What TMDB appends to the details of a title when it is asked to (`append_to_response`)."""

from collections.abc import Callable
from typing import Any

from medianest.adapters.standin import company
from medianest.adapters.standin.company import InventedPerson
from medianest.adapters.standin.titles import InventedTitle


def _credits(found: InventedTitle) -> dict[str, Any]:
    return {
        "cast": [
            _member(member) | {"character": role, "credit_id": f"c{found.tmdb_id}-{order}", "order": order}
            for order, (member, role) in enumerate(company.cast(found))
        ],
        "crew": [
            _member(member) | {"credit_id": f"w{found.tmdb_id}-{job}", "department": department, "job": job}
            for member, job, department in company.crew(found)
        ],
    }


def _member(member: InventedPerson) -> dict[str, Any]:
    return {
        "adult": False,
        "gender": 1 + member.tmdb_id % 2,
        "id": member.tmdb_id,
        "known_for_department": "Acting",
        "name": member.name,
        "original_name": member.name,
        "popularity": 1.0,
        "profile_path": member.face_path,
    }


def _external_ids(found: InventedTitle) -> dict[str, Any]:
    elsewhere = {"imdb_id": found.imdb_id, "wikidata_id": None, "facebook_id": None}
    elsewhere |= {"instagram_id": None, "twitter_id": None}
    return elsewhere if found.is_film else elsewhere | {"tvdb_id": found.tvdb_id, "tvrage_id": None}


def _release_dates(found: InventedTitle) -> dict[str, Any]:
    """Of each region the premiere, without a certificate, and the day it came to the cinemas."""
    return {
        "results": [
            {
                "iso_3166_1": region,
                "release_dates": [
                    _release(found, kind=1, certificate=""),
                    _release(found, kind=3, certificate=company.certificate(found, region)),
                ],
            }
            for region in company.REGIONS
        ]
    }


def _release(found: InventedTitle, *, kind: int, certificate: str) -> dict[str, Any]:
    return {
        "certification": certificate,
        "descriptors": [],
        "iso_639_1": "",
        "note": "",
        "release_date": f"{found.released}T00:00:00.000Z",
        "type": kind,
    }


def _content_ratings(found: InventedTitle) -> dict[str, Any]:
    return {
        "results": [
            {"descriptors": [], "iso_3166_1": region, "rating": company.certificate(found, region)}
            for region in company.REGIONS
        ]
    }


def _watch_providers(found: InventedTitle) -> dict[str, Any]:
    """Everywhere but in Germany."""
    number, name = company.shown_by(found)
    offer = {
        "logo_path": logo_path(number),
        "provider_id": number,
        "provider_name": name,
        "display_priority": 1,
    }
    offers = {"link": f"https://example.org/watch/{found.tmdb_id}", "flatrate": [offer], "rent": [offer]}
    return {"results": {region: offers for region in company.REGIONS if region != "DE"}}


def _videos(found: InventedTitle) -> dict[str, Any]:
    return {
        "results": [
            {
                "iso_639_1": "en",
                "iso_3166_1": "US",
                "name": f"{found.name}: {kind}",
                "key": f"{kind[:2]}{found.tmdb_id:09d}",
                "site": "YouTube",
                "size": 1080,
                "type": kind,
                "official": True,
                "published_at": f"{found.released}T00:00:00.000Z",
                "id": f"v{found.tmdb_id}{kind[:1]}",
            }
            for kind in ("Teaser", "Trailer")
        ]
    }


def logo_path(provider_id: int) -> str:
    return f"/l{provider_id:012d}Invented.jpg"


APPENDED: dict[str, Callable[[InventedTitle], dict[str, Any]]] = {
    "credits": _credits,
    "external_ids": _external_ids,
    "release_dates": _release_dates,
    "content_ratings": _content_ratings,
    "watch/providers": _watch_providers,
    "videos": _videos,
}
