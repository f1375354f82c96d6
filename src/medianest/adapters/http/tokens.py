"""What every way in answers: tokens, and who somebody is."""

from uuid import UUID

from msgspec import UNSET, UnsetType

from medianest.adapters.http.door import FrontDoor
from medianest.adapters.http.foundation.problems import NotSignedIn
from medianest.adapters.http.foundation.schema import Resource
from medianest.adapters.http.resources import UserResource, user_resource
from medianest.application.identity.sessions import SignedIn


class Tokens(Resource, kw_only=True):
    """`accessToken` goes into `Authorization: Bearer`; it lives `expiresIn` seconds. `refreshToken` is good for one
    exchange; it is left out where the one at hand stays good. `mustEnrol`: until a second factor is enrolled this
    session can do nothing else. `rememberedDevice` is for later sign-ins on this device. In browser mode all three are
    cookies and left out here, and `csrfToken` goes into `X-CSRF-Token` of whatever changes something."""

    access_token: str | UnsetType = UNSET
    expires_in: int
    refresh_token: str | UnsetType = UNSET
    must_enrol: bool = False
    remembered_device: str | UnsetType = UNSET
    csrf_token: str | UnsetType = UNSET
    user: UserResource


async def tokens(door: FrontDoor, signed_in: SignedIn) -> Tokens:
    return Tokens(
        access_token=signed_in.access_token,
        expires_in=signed_in.expires_in,
        refresh_token=signed_in.refresh_token or UNSET,
        must_enrol=signed_in.session.is_limited,
        user=await user_of(door, signed_in.session.user_id),
    )


async def user_of(door: FrontDoor, user_id: UUID) -> UserResource:
    """From memory, which is as new as the log. Raises NotSignedIn for whoever may no longer come in."""
    await door.people.catch_up()
    person = door.people.find(user_id)
    if person is None or person.is_suspended or person.is_deleted:
        raise NotSignedIn
    return user_resource(person)
