"""`/admin/settings`: the rules of the house that change while it runs."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from litestar import Request, Response, Router, delete, get, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access, ensure_fresh
from medianest.adapters.http.foundation.caller import caller_of
from medianest.adapters.http.foundation.problems import PreconditionFailed
from medianest.adapters.http.foundation.schema import Body, Moment, Resource, ShortText
from medianest.adapters.http.foundation.told_headers import RECORDS, VERSIONED
from medianest.adapters.http.foundation.versions import IfMatch, expected_version, version_tag
from medianest.adapters.http.resources import Somebody
from medianest.adapters.http.writing import context_of
from medianest.application.rules_in_force import RuleInForce
from medianest.domain.house_rules import Value
from medianest.domain.setting import rule_of
from medianest.ports.front_door import VersionMoved

MANAGE_SETTINGS: Final = {"access": Access.permission("manage_settings")}
WEIGHTY: Final = {**MANAGE_SETTINGS, "fresh": "for who may come in"}

Words = Annotated[list[ShortText], Meta(max_length=100)]
Given = bool | int | Annotated[str, Meta(max_length=500)] | Words | None
Key = Annotated[str, Meta(min_length=1, max_length=64)]


class SettingsChange(Body, kw_only=True):
    """`values`: what each is to be, by its key; null sets it back to its default. What is left out stays as it is, and
    either all of it is done or nothing."""

    values: Annotated[dict[Key, Given], Meta(min_length=1, max_length=50)]


class SettingResource(Resource):
    """`allowed` says in words what it may be. `source`: what the `environment` says is changed where the server runs; a
    `setting` was changed here. `changedBy` and `changedAt` are of the last change here, if there was one."""

    key: str
    value: bool | int | str | Sequence[str]
    default: bool | int | str | Sequence[str]
    allowed: str
    source: Literal["environment", "setting", "default"]
    changed_by: Somebody | None
    changed_at: Moment | None


class SettingList(Resource):
    items: Sequence[SettingResource]


@get("/", opt=MANAGE_SETTINGS, summary="The rules of the house, and who changed them")
async def list_settings(door: NamedDependency[FrontDoor]) -> Response[SettingList]:
    """Its `ETag` is what an `If-Match` of a change may name: it is another one as soon as anybody changes any rule."""
    await door.people.catch_up()
    return _shown(door, {})


@patch("/", opt={**WEIGHTY, RECORDS: True, VERSIONED: True}, summary="Change one or several of them")
async def change_settings(
    data: JSONBody[SettingsChange],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    if_match: IfMatch = None,
) -> Response[SettingList]:
    """They are in force everywhere within a second. Only an administrator says who may come in and what is asked of
    them."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.values.items()}
    return _shown(door, await _changed(request, door, values, if_match))


@delete(
    "/{setting:str}", status_code=204, opt={**WEIGHTY, RECORDS: True}, summary="Set one of them back to its default"
)
async def reset_setting(
    setting: FromPath[str],
    request: Request[Any, Any, Any],
    door: NamedDependency[FrontDoor],
    if_match: IfMatch = None,
) -> Response[None]:
    return Response(None, status_code=204, headers=await _changed(request, door, {setting: None}, if_match))


async def _changed(
    request: Request[Any, Any, Any], door: FrontDoor, values: Mapping[str, Value | None], if_match: str | None
) -> dict[str, str]:
    caller = caller_of(request)
    if any(rule_of(key).is_weighty for key in values):
        ensure_fresh(caller)
    if (expected := expected_version(if_match)) is not None:
        await door.people.catch_up()  # what is compared with is what stands in the log, and not what was heard of it
    try:
        outcome = await door.settings.change(caller.user_id, values, context_of(request), expected=expected)
    except VersionMoved as moved:
        await door.people.catch_up()
        raise PreconditionFailed(door.settings.version) from moved
    return await door.writing.settle(outcome, ())


def _shown(door: FrontDoor, headers: Mapping[str, str]) -> Response[SettingList]:
    listed = SettingList(items=[_resource(door, one) for one in door.settings.shown()])
    return Response(listed, headers={"ETag": version_tag(door.settings.version), **headers})


def _resource(door: FrontDoor, one: RuleInForce) -> SettingResource:
    by = None if one.changed_by is None else Somebody(id=one.changed_by, name=door.people.name(one.changed_by))
    return SettingResource(
        key=one.rule.key,
        value=one.value,
        default=one.rule.default,
        allowed=one.rule.form,
        source=one.source,
        changed_by=by,
        changed_at=one.changed_at,
    )


settings_router = Router(
    path="/admin/settings", route_handlers=[list_settings, change_settings, reset_setting], tags=["Settings"]
)
