"""What every way in answers: tokens, and who somebody is."""

from uuid import UUID

from msgspec import UNSET, UnsetType

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.problems import NotSignedIn
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.resources import UserResource, user_resource
from medianest.application.identity.sessions import SignedIn
from medianest.projections.user_directory import Person


class Tokens(Resource, kw_only=True):
    """`accessToken` goes into `Authorization: Bearer`; it lives `expiresIn` seconds. `refreshToken` is good for one
    exchange; it is left out where the one at hand stays good. `mustEnrol`: until a second factor is enrolled this
    session can do nothing else. `rememberedDevice` is for later sign-ins on this device, and so is `knownDevice`, after
    a password: with it, wrong passwords that others try elsewhere do not keep its person out. In browser mode all four
    are cookies and left out here, and `csrfToken` goes into `X-CSRF-Token` of whatever changes something."""

    access_token: str | UnsetType = UNSET
    expires_in: int
    refresh_token: str | UnsetType = UNSET
    must_enrol: bool = False
    remembered_device: str | UnsetType = UNSET
    known_device: str | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
    user: UserResource


async def tokens(door: FrontDoor, signed_in: SignedIn) -> Tokens:
    person = await _welcome(door, signed_in.session.user_id)
    return Tokens(
        access_token=signed_in.access_token,
        expires_in=signed_in.expires_in,
        refresh_token=signed_in.refresh_token or UNSET,
        known_device=signed_in.known_device or UNSET,
        must_enrol=door.people.is_limited(person),
        user=user_resource(person),
    )


async def user_of(door: FrontDoor, user_id: UUID) -> UserResource:
    """From memory, which is as new as the log. Raises NotSignedIn for whoever may no longer come in."""
    return user_resource(await _welcome(door, user_id))


async def _welcome(door: FrontDoor, user_id: UUID) -> Person:
    await door.people.catch_up()
    person = door.people.find(user_id)
    if person is None or person.is_suspended or person.is_deleted:
        raise NotSignedIn
    return person
