"""Arbitrary commands and events, made from the types of their fields, all of one stream of each aggregate."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from medianest.domain.kernel import AnyAggregate, Command, Event
from medianest.domain.upkeep import UPKEEP
from tests.unit.domain.gwt import ADA, BOB, CAT, DAN, NOW, days

STREAM_FIELD: Mapping[str, str] = {
    "user": "user_id",
    "email_claim": "claim_id",
    "session": "session_id",
    "second_factor": "user_id",
    "linked_account": "account_id",
    "link_claim": "claim_id",
    "api_key": "key_id",
    "invitation": "invitation_id",
    "oidc_provider": "slug",
    "setting": "key",
    "media_request": "request_id",
    "title_claim": "claim_id",
    "quota": "user_id",
    "notification": "notification_id",
    "media_server": "slug",
    "library": "library_uuid",
    "upkeep": "matter_id",
}
"""The field that names the stream: the same in everything that is made, so that all of it meets."""

NAMED: Mapping[str, str] = {"slug": "home", "library_uuid": "home", "key": "open_registration"}
"""What stands in such a field, where it is no id."""

MATTERS = (("reaction", "position"), ("rebuild_id",), ("key_id",), ("upstream",))
"""An upkeep's stream is named by one of these, so each example is about one of the four, drawn once."""

# Few values of each type, so that they meet: the same people, seasons and sessions again and again.
PLAIN: Mapping[object, st.SearchStrategy[Any]] = {
    UUID: st.sampled_from([ADA, BOB, CAT, DAN]),
    str: st.sampled_from(["", " ", "17", "A few words."]),
    int: st.integers(min_value=0, max_value=4),
    bool: st.booleans(),
    datetime: st.integers(min_value=-400, max_value=400).map(lambda number: NOW + days(number)),
    types.NoneType: st.none(),
}


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type."""
    if hint in PLAIN:
        return PLAIN[hint]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return made(hint, {})
    arguments = typing.get_args(hint)
    match typing.get_origin(hint):
        case typing.Annotated:
            return of_type(arguments[0])
        case typing.Literal:
            return st.sampled_from(arguments)
        case types.UnionType | typing.Union:
            return st.one_of(*(of_type(argument) for argument in arguments))
        case origin if origin in (tuple, frozenset):
            return st.lists(of_type(arguments[0]), max_size=3).map(origin)
    raise TypeError(f"no way to make a value of {hint}")


def made(shape: type, fixed: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    hints = typing.get_type_hints(shape, include_extras=True)
    fields = {field.name: of_type(hints[field.name]) for field in dataclasses.fields(shape)}
    return st.builds(shape, **{**fields, **{name: fixed[name] for name in fixed if name in fields}})


def commands(aggregate: AnyAggregate) -> st.SearchStrategy[Command]:
    if aggregate is UPKEEP:
        return st.shared(st.sampled_from(MATTERS), key="matter").flatmap(_of_matter)
    return _any_of(aggregate, aggregate.commands)


@functools.cache
def _of_matter(names: tuple[str, ...]) -> st.SearchStrategy[Command]:
    of_stream: dict[str, st.SearchStrategy[Any]] = {
        "reaction": st.just("tell_people"),
        "position": st.just(17),
        "rebuild_id": st.just(ADA),
        "upstream": st.just("tmdb"),
    }
    fields = {shape: {field.name for field in dataclasses.fields(shape)} for shape in UPKEEP.commands}
    return st.one_of(*(made(shape, of_stream) for shape in UPKEEP.commands if fields[shape] >= set(names)))


def events(aggregate: AnyAggregate) -> st.SearchStrategy[Event]:
    return _any_of(aggregate, aggregate.events)


def _any_of(aggregate: AnyAggregate, shapes: tuple[type, ...]) -> st.SearchStrategy[Any]:
    field = STREAM_FIELD[aggregate.category]
    fixed = {field: st.just(NAMED.get(field, ADA)), "server": st.just("plex")}
    return st.one_of(*(made(shape, fixed) for shape in shapes))
