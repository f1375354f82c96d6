"""What the items and collections of a media server look like outside."""

from collections.abc import Sequence

from medianest.adapters.http.foundation.schema import Moment, Resource
from medianest.adapters.http.titles_shapes import OwnRequestResource
from medianest.application.queries.media_server import CollectionSeen, PageSeen
from medianest.application.queries.shown_items import ItemSeen
from medianest.domain.media_request.vocabulary import MediaType, RequestStatus
from medianest.ports.media_server import ItemCollection, ItemType


class PlexItemResource(Resource):
    """A film, a series, a season or an episode. `thumb` and `art` are paths for `GET /plex/image`. `index` numbers a
    season or an episode; `episodes` is how many a series or a season holds, `isAway` says that its files were not to be
    found when the server looked last.

    `mediaType` and `tmdbId` are its film or series at The Movie Database, null where the server knows none, and
    `mediaStatus`, `mediaStatus4k` and `request` what became of that here, as with every title; but how many episodes of
    a series have aired is not looked up, and whatever is there of it counts as all."""

    rating_key: str
    type: ItemType
    title: str
    library_key: str | None
    year: int | None
    summary: str
    added_at: Moment | None
    index: int | None
    season: int | None
    parent_rating_key: str | None
    series_rating_key: str | None
    episodes: int | None
    has_4k: bool
    is_away: bool
    thumb: str | None
    art: str | None
    media_type: MediaType | None
    tmdb_id: int | None
    imdb_id: str | None
    tvdb_id: int | None
    media_status: RequestStatus | None
    media_status_4k: RequestStatus | None
    request: OwnRequestResource | None


class PlexPage(Resource):
    """Pages are counted from 1."""

    page: int
    total_pages: int
    total_results: int


class PlexItemPage(PlexPage):
    items: Sequence[PlexItemResource]


class PlexCollectionResource(Resource):
    """`isSmart`: a filter says what is in it, and nothing can be added by hand."""

    rating_key: str
    title: str
    library_key: str | None
    item_count: int
    summary: str
    thumb: str | None
    is_smart: bool


class PlexCollectionPage(PlexPage):
    items: Sequence[PlexCollectionResource]


class PlexCollectionContents(PlexItemPage):
    """A page of what is in a collection, in its order."""

    collection: PlexCollectionResource


def item_resource(seen: ItemSeen) -> PlexItemResource:
    item, own = seen.item, seen.standing.own
    media_type, tmdb_id = seen.title or (None, None)
    return PlexItemResource(
        rating_key=item.rating_key,
        type=item.type,
        title=item.title,
        library_key=item.library_key,
        year=item.year,
        summary=item.summary,
        added_at=item.added_at,
        index=item.index,
        season=item.season,
        parent_rating_key=item.parent_rating_key,
        series_rating_key=item.series_rating_key,
        episodes=item.leaf_count,
        has_4k=item.has_4k,
        is_away=item.is_away,
        thumb=item.thumb,
        art=item.art,
        media_type=media_type,
        tmdb_id=tmdb_id,
        imdb_id=item.guids.imdb_id,
        tvdb_id=item.guids.tvdb_id,
        media_status=seen.standing.media_status,
        media_status_4k=seen.standing.media_status_4k,
        request=OwnRequestResource(id=own.request_id, status=own.status, is_4k=own.is_4k) if own else None,
    )


def item_page(seen: PageSeen[ItemSeen]) -> PlexItemPage:
    return PlexItemPage(
        items=[item_resource(one) for one in seen.items],
        page=seen.page,
        total_pages=seen.total_pages,
        total_results=seen.total_results,
    )


def collection_resource(collection: ItemCollection) -> PlexCollectionResource:
    return PlexCollectionResource(
        rating_key=collection.rating_key,
        title=collection.title,
        library_key=collection.library_key,
        item_count=collection.item_count,
        summary=collection.summary,
        thumb=collection.thumb,
        is_smart=collection.is_smart,
    )


def collection_page(seen: PageSeen[ItemCollection]) -> PlexCollectionPage:
    return PlexCollectionPage(
        items=[collection_resource(one) for one in seen.items],
        page=seen.page,
        total_pages=seen.total_pages,
        total_results=seen.total_results,
    )


def contents_resource(seen: CollectionSeen) -> PlexCollectionContents:
    page = item_page(seen.items)
    return PlexCollectionContents(
        collection=collection_resource(seen.collection),
        items=page.items,
        page=page.page,
        total_pages=page.total_pages,
        total_results=page.total_results,
    )
