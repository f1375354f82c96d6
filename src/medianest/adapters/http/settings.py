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
from medianest.adapters.http.foundation.schema import Body, Moment, Resource, ShortText
from medianest.adapters.http.resources import Somebody
from medianest.adapters.http.writing import context_of
from medianest.application.rules_in_force import RuleInForce
from medianest.domain.house_rules import Value
from medianest.domain.setting import rule_of

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
async def list_settings(door: NamedDependency[FrontDoor]) -> SettingList:
    await door.people.catch_up()
    return _shown(door)


@patch("/", opt=WEIGHTY, summary="Change one or several of them")
async def change_settings(
    data: JSONBody[SettingsChange], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[SettingList]:
    """They are in force everywhere within a second. Only an administrator says who may come in and what is asked of
    them."""
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in data.values.items()}
    headers = await _changed(request, door, values)
    return Response(_shown(door), headers=headers)


@delete("/{setting:str}", status_code=204, opt=WEIGHTY, summary="Set one of them back to its default")
async def reset_setting(
    setting: FromPath[str], request: Request[Any, Any, Any], door: NamedDependency[FrontDoor]
) -> Response[None]:
    return Response(None, status_code=204, headers=await _changed(request, door, {setting: None}))


async def _changed(
    request: Request[Any, Any, Any], door: FrontDoor, values: Mapping[str, Value | None]
) -> dict[str, str]:
    caller = caller_of(request)
    if any(rule_of(key).is_weighty for key in values):
        ensure_fresh(caller)
    outcome = await door.settings.change(caller.user_id, values, context_of(request))
    return await door.writing.settle(outcome, ())


def _shown(door: FrontDoor) -> SettingList:
    return SettingList(items=[_resource(door, one) for one in door.settings.shown()])


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
