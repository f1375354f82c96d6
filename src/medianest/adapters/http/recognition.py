"""Whom the credentials of a request speak for, and what is remembered of their use."""

from typing import Any

from litestar import Request
from litestar.types import HTTPScope

from medianest.adapters.http.foundation.caller import Authenticate, Caller, Notice
from medianest.adapters.http.whereabouts import arrival_of
from medianest.application.identity.desks import IdentityDesks
from medianest.application.identity.keys import KeyDesk
from medianest.application.people import PeopleBook, permissions_of
from medianest.ports.api_keys import PREFIX


def with_api_keys(tokens: Authenticate, keys: KeyDesk, people: PeopleBook) -> Authenticate:
    """Reads API keys: the person as they are now, within the scopes of the key. Everything else is for `tokens`."""

    async def authenticate(credential: str) -> Caller | None:
        if not credential.startswith(PREFIX):
            return await tokens(credential)
        held = await keys.held(credential)
        person = await people.admit(held.user_id, held.key_id) if held is not None else None
        if held is None or person is None:
            return None
        return Caller(
            user_id=person.user_id,
            session_id=held.key_id,
            role=person.role if "admin" in held.scopes else "member",
            permissions=permissions_of(person, held.scopes),
            scopes=held.scopes,
            is_limited=people.is_limited(person),
            expires_at=held.expires_at,
        )

    return authenticate


def noticing(identity: IdentityDesks) -> Notice:
    """Remembers when sessions and keys were last used, and keys that were refused."""

    async def notice(scope: HTTPScope, credential: str, caller: Caller | None) -> None:
        client = scope.get("client")
        address = client[0] if client else None
        if caller is None:
            if credential.startswith(PREFIX):
                request: Request[Any, Any, Any] = Request(scope)
                await identity.guard.note("api_key", "not_good", arrival_of(request))
        elif caller.scopes is None:
            identity.presence.saw_session(caller.session_id, address)
        else:
            identity.presence.saw_key(caller.session_id, address)

    return notice
