"""`/media/collections` and `/media/people`; and asking for all of a collection."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.asking import VIEWS, wording_of_wish
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import Body, Note, Resource, TmdbId
from medianest.adapters.http.resources import RequestResource, encode
from medianest.adapters.http.titles_shapes import TitleResource, title_fields, title_resource
from medianest.adapters.http.writing import viewer_of
from medianest.application.asking_collections import PartAsked, What
from medianest.application.queries.titles import CreditSeen, FindCollection, FindSomebody
from medianest.ports.front_door import Answer

SIGNED_IN = {"access": Access.SIGNED_IN}


class CollectionResource(Resource):
    """`parts` are its films, the oldest first, and those without a date last."""

    tmdb_id: int
    name: str
    overview: str
    poster_path: str | None
    backdrop_path: str | None
    parts: Sequence[TitleResource]


class CreditResource(TitleResource, tag_field="kind", tag="title"):
    """`roles` are characters, or jobs."""

    roles: Sequence[str]


class PersonResource(Resource):
    """`playedIn` and `workedOn` come newest first. Dates are "YYYY-MM-DD"."""

    tmdb_id: int
    name: str
    department: str | None
    profile_path: str | None
    biography: str
    born_on: str | None
    died_on: str | None
    born_in: str | None
    imdb_id: str | None
    played_in: Sequence[CreditResource]
    worked_on: Sequence[CreditResource]


class WishForAll(Body):
    is_4k: bool = False
    note: Note | None = None


class WishedPart(Resource):
    """What came of the wish for one film: a request was `asked`, or somebody's `joined`; or it is `already_available`,
    or `refused`, and then `code` and `text` say why."""

    tmdb_id: int
    title: str
    outcome: What
    request: RequestResource | None
    code: str | None
    text: str | None


class WishedCollection(Resource):
    items: Sequence[WishedPart]


@get("/collections/{tmdb_id:int}", opt=SIGNED_IN, summary="Films that belong together")
async def get_collection(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> CollectionResource:
    seen = await door.queries.ask(FindCollection(viewer=viewer_of(request), tmdb_id=tmdb_id))
    collection = seen.collection
    return CollectionResource(
        tmdb_id=collection.tmdb_id,
        name=collection.name,
        overview=collection.overview,
        poster_path=collection.poster_path,
        backdrop_path=collection.backdrop_path,
        parts=[title_resource(each) for each in seen.parts],
    )


@get("/people/{tmdb_id:int}", opt=SIGNED_IN, summary="Somebody, and what they made")
async def get_somebody(
    tmdb_id: TmdbId, request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> PersonResource:
    seen = await door.queries.ask(FindSomebody(viewer=viewer_of(request), tmdb_id=tmdb_id))
    person = seen.person
    return PersonResource(
        tmdb_id=person.tmdb_id,
        name=person.name,
        department=person.department,
        profile_path=person.profile_path,
        biography=person.biography,
        born_on=person.born_on,
        died_on=person.died_on,
        born_in=person.born_in,
        imdb_id=person.imdb_id,
        played_in=[_credit(each) for each in seen.played_in],
        worked_on=[_credit(each) for each in seen.worked_on],
    )


@post(
    "/collections/{tmdb_id:int}/request",
    status_code=200,
    opt={"access": Access.permission("request"), "rate": "requests"},
    dependencies=WITHOUT_VERSION,
    summary="Ask for all films of a collection",
)
async def ask_for_collection(
    tmdb_id: TmdbId,
    acting: NamedDependency[Acting],
    data: JSONBody[WishForAll | None] = None,
) -> Response[WishedCollection]:
    """Each film is asked for by itself, and each counts towards a quota; `items` say what came of it, in the order of
    the collection. With an Idempotency-Key, what was asked for is answered as before, and what was refused is tried
    again. Broken off by a 503, ask again: whatever you asked for already you merely join."""
    wish = data or WishForAll()
    return await acting.answer(
        lambda context, idempotency: acting.door.asking_for_all.ask(
            actor=acting.caller.user_id,
            collection_id=tmdb_id,
            is_4k=wish.is_4k,
            note=wish.note or None,
            context=context,
            wording=lambda film: wording_of_wish(acting, "movie", film, wish.is_4k),
            summary=_summary,
            idempotency=idempotency,
        ),
        views=VIEWS,
    )


def _summary(parts: Sequence[PartAsked]) -> Answer:
    items = [
        WishedPart(
            tmdb_id=part.title.tmdb_id,
            title=part.title.title,
            outcome=part.what,
            request=_worded(part.answer),
            code=part.code,
            text=part.text,
        )
        for part in parts
    ]
    return Answer(status=200, body=encode(WishedCollection(items=items)))


def _worded(answer: bytes | None) -> Any:
    """A request that is worded already, as it is."""
    return None if answer is None else msgspec.Raw(answer)


def _credit(credit: CreditSeen) -> CreditResource:
    return CreditResource(**title_fields(credit.seen.title, credit.seen.standing), roles=credit.roles)


collection_routes = (get_collection, get_somebody, ask_for_collection)
