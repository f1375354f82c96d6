"""Everything by which somebody comes into an account, for trials of shutting them out."""

from uuid import UUID

from medianest.application.identity.linking import OutsideAccount
from tests.unit.application.passwords_desk import Passwords
from tests.unit.application.rig import CLICK

AT_HOME = OutsideAccount(method="oidc", provider="home", subject="https://id.example 1", name="Ada")


async def everything_of(desk: Passwords) -> tuple[UUID, str, str]:
    """Ada with a session, a key, a link and a remembered device; herself, the key and the device's token."""
    ada = await desk.ada()
    await desk.lets_in()
    made = await desk.key_desk.make(ada, name="The clock", scopes=frozenset({"read"}), expires_at=None, context=CLICK)
    await desk.links.link(ada, AT_HOME, CLICK)
    return ada, made.secret, await desk.devices.remember(ada, desk.rig.clock.now())


async def is_anything_open(desk: Passwords, ada: UUID, key: str, device: str) -> bool:
    now = desk.rig.clock.now()
    return bool(
        await desk.session_desk.of(ada)
        or await desk.keys.read(key, now)
        or await desk.links.of(ada)
        or await desk.devices.knows(ada, device, now)
    )
