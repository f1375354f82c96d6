"""`/admin/streams`: one thing as it was at any version or time, and what changed between two versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from msgspec import UNSET, UnsetType

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.parameters import aware
from medianest.adapters.http.foundation.problems import FieldError, InvalidParameter
from medianest.adapters.http.foundation.schema import CursorText, Resource
from medianest.adapters.http.resources import EventResource, event_resource
from medianest.application.queries.streams import PAGE, Changes, ReadDifferences, ReadStream, StreamThen

VIEW_AUDIT = {"access": Access.permission("view_audit")}
LAST_VERSION = 2**31 - 1
Version = Annotated[int | None, QueryParameter(ge=1, le=LAST_VERSION, description="As it was at this version.")]
EventLimit = Annotated[int, QueryParameter(ge=1, le=1000, description="How many events a page holds at most.")]


class StreamResource(Resource):
    """The thing as it was at `version`: the state that all its events until then fold to (null: it does not exist, or
    no longer), and a page of those events, the oldest first."""

    category: str
    id: UUID
    version: int
    latest_version: int
    state: dict[str, Any] | None
    events: Sequence[EventResource]
    next_cursor: str | None


class DifferenceResource(Resource):
    """`field` is a JSON Pointer (RFC 6901) into the state. What was added has no `before`, what was removed no
    `after`."""

    field: str
    change: Literal["added", "removed", "changed"]
    before: Any | UnsetType = UNSET
    after: Any | UnsetType = UNSET


class ChangesResource(Resource):
    """What is different at version `to` from how it was at version `from`, and a page of the events in between, the
    oldest first."""

    category: str
    id: UUID
    from_: int
    to: int
    latest_version: int
    differences: Sequence[DifferenceResource]
    events: Sequence[EventResource]
    next_cursor: str | None


@get("/{category:str}/{stream_id:uuid}", opt=VIEW_AUDIT, summary="One thing as it was at any version or time")
async def get_stream(
    category: FromPath[str],
    stream_id: FromPath[UUID],
    door: NamedDependency[FrontDoor],
    *,
    version: Version = None,
    at: Annotated[datetime | None, QueryParameter(description="As it was recorded by this moment.")] = None,
    limit: EventLimit = PAGE,
    cursor: CursorText = None,
) -> StreamResource:
    if version is not None and at is not None:
        raise _wrong("at", "Say a version or a time, not both.", "ambiguous_moment")
    aware("at", at)
    query = ("stream", category, stream_id, version, at)
    key = door.cursors.read(query, cursor)
    # The pages after the first are of the version that the first one showed, whatever happened since.
    moment, after = (int(key[0]), int(key[1])) if key else (at or version, 0)
    then = await door.queries.ask(
        ReadStream(category=category, stream_id=stream_id, moment=moment, limit=limit, after=after)
    )
    return stream_resource(then, door.cursors.write(query, _key(then.version, then.next_after)))


@get("/{category:str}/{stream_id:uuid}/diff", opt=VIEW_AUDIT, summary="What changed in one thing, field by field")
async def get_differences(
    category: FromPath[str],
    stream_id: FromPath[UUID],
    door: NamedDependency[FrontDoor],
    *,
    from_: Annotated[
        int, QueryParameter(name="from", ge=0, le=LAST_VERSION, description="The version to begin at; 0: nothing yet.")
    ],
    to: Annotated[
        int | None, QueryParameter(ge=1, le=LAST_VERSION, description="The version to end at; absent: the latest.")
    ] = None,
    limit: EventLimit = PAGE,
    cursor: CursorText = None,
) -> ChangesResource:
    query = ("diff", category, stream_id, from_, to)
    key = door.cursors.read(query, cursor)
    moment, after = (int(key[0]), int(key[1])) if key else (to, 0)
    changes = await door.queries.ask(
        ReadDifferences(category=category, stream_id=stream_id, from_version=from_, to=moment, limit=limit, after=after)
    )
    return changes_resource(changes, door.cursors.write(query, _key(changes.to_version, changes.next_after)))


def stream_resource(then: StreamThen, next_cursor: str | None) -> StreamResource:
    return StreamResource(
        category=then.category,
        id=then.stream_id,
        version=then.version,
        latest_version=then.latest_version,
        state=then.state,
        events=[event_resource(line) for line in then.events],
        next_cursor=next_cursor,
    )


def changes_resource(changes: Changes, next_cursor: str | None) -> ChangesResource:
    return ChangesResource(
        category=changes.category,
        id=changes.stream_id,
        from_=changes.from_version,
        to=changes.to_version,
        latest_version=changes.latest_version,
        differences=[
            DifferenceResource(field=one.field, change=one.change, before=one.before, after=one.after)
            for one in changes.differences
        ],
        events=[event_resource(line) for line in changes.events],
        next_cursor=next_cursor,
    )


def _key(version: int, next_after: int | None) -> tuple[str, str] | None:
    return None if next_after is None else (str(version), str(next_after))


def _wrong(name: str, message: str, code: str = "invalid_parameter") -> InvalidParameter:
    return InvalidParameter(message, [FieldError(field=name, message=message)], code)


streams_router = Router(path="/admin/streams", route_handlers=[get_stream, get_differences], tags=["History"])
