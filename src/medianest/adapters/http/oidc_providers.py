"""`/admin/oidc-providers`: the OpenID providers by whose word people come in."""

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

from litestar import Response, Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, UnsetType, field
from msgspec.structs import asdict

from medianest.adapters.http.acting import WITHOUT_VERSION, Acting
from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.access import Access
from medianest.adapters.http.foundation.schema import SLUG, Body, Resource, Secret, ShortText
from medianest.adapters.http.resources import encode
from medianest.domain.oidc_provider import OIDC_PROVIDER, ProviderTerms, provider_id
from medianest.ports.front_door import Answer, Decided, Wording
from medianest.projections.oidc_providers import OIDC_PROVIDERS, AddedProvider

MANAGE_SETTINGS: Final = {"access": Access.permission("manage_settings")}
WEIGHTY: Final = {**MANAGE_SETTINGS, "fresh": True}
VIEWS: Final = ("oidc_providers",)

Slug = Annotated[str, Meta(pattern=SLUG)]
Issuer = Annotated[str, Meta(max_length=500)]
Words = Annotated[list[ShortText], Meta(max_length=20)]


class NewProvider(Body, kw_only=True):
    """`slug` is its short name for ever. Without `clientSecret` it is a public client, which PKCE alone protects.
    `roleClaim` names the claim (dots lead into one) whose values in `adminValues` make an administrator; null, it has
    no say. `linksByVerifiedEmail` is for a provider that verifies addresses, and whose owner you trust with every
    account whose address a letter proved here. `mayRegister`: strangers become members at their first sign-in. Only an
    administrator gives it any of these three, changes one that has one, or removes it."""

    slug: Slug
    name: ShortText
    issuer: Issuer
    client_id: ShortText
    client_secret: Secret | None = None
    scopes: Words = field(default_factory=lambda: ["openid", "profile", "email"])
    role_claim: ShortText | None = None
    admin_values: Words = field(default_factory=list)
    links_by_verified_email: bool = False
    may_register: bool = False


class ProviderChange(Body, kw_only=True):
    """What is left out stays as it is; a `clientSecret` of null goes."""

    name: ShortText | UnsetType = UNSET
    issuer: Issuer | UnsetType = UNSET
    client_id: ShortText | UnsetType = UNSET
    client_secret: Secret | UnsetType | None = UNSET
    scopes: Words | UnsetType = UNSET
    role_claim: ShortText | UnsetType | None = UNSET
    admin_values: Words | UnsetType = UNSET
    links_by_verified_email: bool | UnsetType = UNSET
    may_register: bool | UnsetType = UNSET


class OidcProviderResource(Resource):
    """Never its secret. `source`: `settings` are changed where the server runs. `redirectUri` is to be registered at
    the provider. `version` is what an `If-Match` of a change may name (`W/"2"`); null for that of the settings."""

    slug: str
    name: str
    issuer: str
    client_id: str
    scopes: Sequence[str]
    role_claim: str | None
    admin_values: Sequence[str]
    links_by_verified_email: bool
    may_register: bool
    source: Literal["settings", "added"]
    redirect_uri: str
    version: int | None


class OidcProviderList(Resource):
    items: Sequence[OidcProviderResource]


@get("/", opt=MANAGE_SETTINGS, summary="Sign-in providers")
async def list_oidc_providers(door: NamedDependency[FrontDoor]) -> OidcProviderList:
    book = door.identity.oidc.providers
    shown = [_added(door, one) for one in await book.added()]
    if (own := book.own) is not None:
        shown.insert(0, _resource(door, own, tuple(own.roles), "settings"))
    return OidcProviderList(items=shown)


@post("/", status_code=201, opt=WEIGHTY, dependencies=WITHOUT_VERSION, summary="Add a sign-in provider")
async def add_oidc_provider(
    data: JSONBody[NewProvider], acting: NamedDependency[Acting]
) -> Response[OidcProviderResource]:
    """It is asked first whether people could be sent there; its address is refused where it leads into a private
    network (`MEDIANEST_ALLOW_PRIVATE_ADDRESSES`)."""
    door, caller = acting.door, acting.caller
    terms = ProviderTerms(
        name=data.name,
        issuer=data.issuer,
        client_id=data.client_id,
        scopes=tuple(data.scopes),
        role_claim=data.role_claim,
        admin_values=tuple(data.admin_values),
        links_by_verified_email=data.links_by_verified_email,
        may_register=data.may_register,
    )
    return await acting.answer(
        lambda context, idempotency: door.identity.oidc.providers.add(
            caller.user_id,
            data.slug,
            terms,
            data.client_secret,
            context,
            wording=_wording(door, data.slug, 201),
            idempotency=idempotency,
        ),
        views=VIEWS,
    )


@patch("/{slug:str}", opt=WEIGHTY, summary="Change a sign-in provider")
async def change_oidc_provider(
    slug: FromPath[str], data: JSONBody[ProviderChange], acting: NamedDependency[Acting]
) -> Response[OidcProviderResource]:
    door, caller = acting.door, acting.caller
    given = {name: value for name, value in asdict(data).items() if value is not UNSET and name != "client_secret"}
    changed = {name: tuple(value) if isinstance(value, list) else value for name, value in given.items()}
    return await acting.answer(
        lambda context, idempotency: door.identity.oidc.providers.change(
            caller.user_id,
            slug,
            changed,
            data.client_secret,
            context,
            wording=_wording(door, slug, 200),
            idempotency=idempotency,
            expected=acting.expected(OIDC_PROVIDER, provider_id(slug)),
        ),
        views=VIEWS,
    )


@delete("/{slug:str}", status_code=204, opt=WEIGHTY, summary="Remove a sign-in provider")
async def remove_oidc_provider(slug: FromPath[str], acting: NamedDependency[Acting]) -> Response[None]:
    """Whoever has another way in keeps it; links come back with the provider."""
    door, caller = acting.door, acting.caller
    return await acting.answer(
        lambda context, idempotency: door.identity.oidc.providers.remove(
            caller.user_id,
            slug,
            context,
            idempotency=idempotency,
            expected=acting.expected(OIDC_PROVIDER, provider_id(slug)),
        ),
        views=VIEWS,
    )


def _wording(door: FrontDoor, slug: str, status: int) -> Wording:
    async def worded(decided: Decided) -> Answer:
        provider: AddedProvider | None = None
        for recorded in await decided.history(OIDC_PROVIDER.category, provider_id(slug)):
            provider = OIDC_PROVIDERS.apply(provider, recorded)
        return Answer(status=status, body=encode(_added(door, provider) if provider else None))

    return worded


def _added(door: FrontDoor, provider: AddedProvider) -> OidcProviderResource:
    return _resource(door, provider, provider.admin_values, "added", version=provider.version)


def _resource(
    door: FrontDoor,
    one: Any,
    admin_values: Sequence[str],
    source: Literal["settings", "added"],
    *,
    version: int | None = None,
) -> OidcProviderResource:
    return OidcProviderResource(
        slug=one.slug,
        name=one.name,
        issuer=one.issuer,
        client_id=one.client_id,
        scopes=one.scopes,
        role_claim=one.role_claim,
        admin_values=admin_values,
        links_by_verified_email=one.links_by_verified_email,
        may_register=one.may_register,
        source=source,
        redirect_uri=door.identity.oidc.redirect_uri(one.slug),
        version=version,
    )


oidc_providers_router = Router(
    path="/admin/oidc-providers",
    route_handlers=[list_oidc_providers, add_oidc_provider, change_oidc_provider, remove_oidc_provider],
    tags=["People"],
)
