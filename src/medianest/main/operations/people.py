"""People for whom the front door does not open: the setup token, administrators from the terminal, and whoever forgot
their password or locked themselves out."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import msgspec

from medianest.domain.email_claim import EMAIL_CLAIM
from medianest.domain.kernel import SYSTEM, Refused
from medianest.domain.user.refusals import UserNotFound
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context

if TYPE_CHECKING:
    from medianest.main.container import Container


async def setup_token(settings: Settings) -> str | None:
    async with connected_container(settings) as container:
        if await container.people().has_administrator():
            return None
        token: str = await container.setup_tokens().current()
        return token


class AccountInvalid(Refused):
    code, kind = "account_invalid", "invalid"


async def create_administrator(settings: Settings, email: str, name: str, password: str) -> str:
    """The same bounds as over HTTP, where this person has to sign in afterwards."""
    from medianest.adapters.http.foundation.schema import Email, ShortText
    from medianest.application.passwords import check_password

    for value, bounds, complaint in (
        (email, Email, "This is no e-mail address. It looks like ada@example.org."),
        (name, ShortText, "A name has 1 to 200 characters."),
    ):
        try:
            msgspec.convert(value, bounds)
        except msgspec.ValidationError:
            raise AccountInvalid(complaint) from None
    check_password(password, email=email, name=name)
    async with connected_container(settings) as container:
        registration = container.registration()
        context = Context(correlation_id=uuid4().hex)
        return str(await registration.add_administrator(email=email, name=name, password=password, context=context))


async def reset_password(settings: Settings, email: str, password: str, *, keep_other_ways: bool = False) -> None:
    async with connected_container(settings) as container:
        user_id = await _living_at(email, container)
        context = Context(correlation_id=uuid4().hex)
        passwords = container.identity().passwords
        await passwords.set_at_the_machine(user_id, password, context, keep_other_ways=keep_other_ways)


async def unlock(settings: Settings, email: str) -> None:
    async with connected_container(settings) as container:
        user_id = await _living_at(email, container)
        await container.guard().unlock(SYSTEM, user_id, email, Context(correlation_id=uuid4().hex))


async def _living_at(email: str, container: "Container") -> UUID:
    """Raises UserNotFound."""
    claimed = await container.states().load(EMAIL_CLAIM, container.claim_ids().of_email(email))
    if claimed[0] is None or claimed[0].holder is None:
        raise UserNotFound
    return UUID(str(claimed[0].holder))
