"""Plex, an OpenID provider, and a house that lets people in by both."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

from medianest.adapters.standin import PlexServerStandin, PlexTvStandin
from medianest.adapters.standin.plex_people import PlexPerson
from medianest.adapters.system.surroundings import UtcClock
from medianest.main.settings import Secret
from tests.e2e.house import House, Person, eventually, ok, opened_house
from tests.fakes.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider

PUBLIC_URL = "https://nest.example.org"
Json = Any


@dataclass
class Elsewhere:
    """Where else people have accounts, and the house that knows of it."""

    house: House
    plex: PlexTvStandin
    server: PlexServerStandin
    oidc: OidcProvider

    def somebody_at_plex(self, name: str, *, may_use: bool = True) -> str:
        """Their user name there."""
        self.plex.people[name] = PlexPerson(
            plex_id=900_000 + len(self.plex.people),
            username=name,
            email=f"{name}@plex.example.org",
            may_use=may_use,
        )
        return name

    async def begun(self) -> Json:
        return ok(await self.house.public.post("/auth/plex/pin"), 201)

    async def answer_to(self, pin: Mapping[str, Json]) -> httpx.Response:
        """What asking to come in by it ends with."""

        async def poll() -> httpx.Response | None:
            answer = await self.house.public.post("/auth/plex/claim", json={"id": pin["id"]})
            return None if answer.status_code == 202 else answer

        answer = await eventually(poll)
        assert answer is not None
        return answer

    async def seen(self, pin: Mapping[str, Json]) -> Json:
        """What looking at it says, once it is confirmed."""
        answer = await self.house.public.get(f"/auth/plex/pin/{pin['id']}")
        return answer.json() if answer.status_code == 200 else None

    async def by_plex(self, username: str) -> httpx.Response:
        pin = await self.begun()
        self.plex.confirm(pin["code"], username)
        return await self.answer_to(pin)

    def somebody_at_oidc(self, name: str, **claims: Json) -> None:
        """Whoever comes next to the provider's page."""
        self.oidc.person = {"sub": name, "email": f"{name}@oidc.example.org", "name": name.title(), **claims}

    async def linked(self, person: Person) -> Mapping[str, str]:
        """They link the account of whoever comes next to the provider's page: what their browser is told."""
        async with Browser(self.house) as browser:
            browser.headers["Authorization"] = person.headers["Authorization"]
            return await browser.sent_back(await browser.post("/auth/links/oidc/oidc", json={"returnTo": "/me"}))


class Browser(httpx.AsyncClient):
    """It keeps cookies, and follows nobody by itself."""

    def __init__(self, house: House) -> None:
        super().__init__(base_url=f"{house.url}/api/v1", timeout=20, trust_env=False, verify=False)

    async def sent_back(self, answer: httpx.Response) -> Mapping[str, str]:
        """Go to the provider, say yes, come back: what the fragment of the last address holds."""
        assert answer.status_code in (200, 303), answer.text
        url = answer.headers["location"] if answer.status_code == 303 else answer.json()["url"]
        async with httpx.AsyncClient(trust_env=False, verify=False) as elsewhere:
            back = (await elsewhere.get(url)).headers["location"]
        assert back.startswith(f"{PUBLIC_URL}/api/v1/auth/oidc/oidc/callback?")
        return fragment_of(await self.get(f"/auth/oidc/oidc/callback?{urlsplit(back).query}&session_state=x"))

    async def through(self, return_to: str = "/") -> httpx.Response:
        """Sign in by the provider of the settings."""
        told = await self.sent_back(await self.get("/auth/oidc/oidc/begin", params={"returnTo": return_to}))
        return await self.post("/auth/oidc/exchange", json={"code": told["code"]})


def fragment_of(answer: httpx.Response) -> Mapping[str, str]:
    assert answer.status_code == 303, answer.text
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).fragment).items()}


async def is_out(person: Person) -> bool:
    return (await person.get("/auth/me")).status_code == 401


async def was_told(person: Person) -> bool:
    """That somebody lost access elsewhere."""
    return any(notice["kind"] == "access_lost" for notice in await person.news())


@asynccontextmanager
async def opened_elsewhere(database_url: str, redis_url: str) -> AsyncIterator[Elsewhere]:
    """A house that lets people in by both, with its administrator."""
    async with AsyncExitStack() as stack:
        plex = await stack.enter_async_context(PlexTvStandin())
        server = await stack.enter_async_context(PlexServerStandin())
        oidc = await stack.enter_async_context(OidcProvider(UtcClock()))
        house = await stack.enter_async_context(
            opened_house(
                database_url,
                redis_url,
                public_url=PUBLIC_URL,
                plex_url=server.url,
                plex_token=Secret(server.token),
                plex_tv_url=plex.url,
                oidc_issuer=oidc.url,
                oidc_client_id=CLIENT_ID,
                oidc_client_secret=Secret(CLIENT_SECRET),
                oidc_role_claim="groups",
                oidc_admin_values="owners",
                oidc_link_by_email=True,
                oidc_registration=True,
                allow_private_addresses="127.0.0.0/8",
            )
        )
        await house.admin()
        yield Elsewhere(house, plex, server, oidc)
