"""The people of a house whose front door does not open yet: the setup token, and administrators from the terminal."""

from uuid import uuid4

import msgspec

from medianest.domain.kernel import Refused
from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.event_log import Context


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
    from medianest.adapters.http.foundation.schema import Email, Password, ShortText

    for value, bounds, complaint in (
        (email, Email, "This is no e-mail address. It looks like ada@example.org."),
        (name, ShortText, "A name has 1 to 200 characters."),
        (password, Password, "A password has 8 to 1024 characters."),
    ):
        try:
            msgspec.convert(value, bounds)
        except msgspec.ValidationError:
            raise AccountInvalid(complaint) from None
    async with connected_container(settings) as container:
        accounts = container.accounts()
        context = Context(correlation_id=uuid4().hex)
        return str(await accounts.add_administrator(email=email, name=name, password=password, context=context))
