"""`Mailer` in memory."""

from collections.abc import Sequence

from medianest.adapters.mail.message import address_of
from medianest.ports.failures import MailUnavailable
from medianest.ports.mail import Letter, MailRefused


class FakeMailer:
    """Implements `Mailer`. `letters` were sent; while `outage` is set, `send` raises it; `strangers` are refused."""

    def __init__(self, *, is_configured: bool = True) -> None:
        self._is_configured = is_configured
        self.letters: list[Letter] = []
        self.strangers: set[str] = set()
        self.outage: MailUnavailable | None = None

    @property
    def is_configured(self) -> bool:
        return self._is_configured

    async def send(self, letter: Letter) -> None:
        if not self._is_configured:
            raise MailUnavailable("No mail server is set up.")
        address_of(letter.to)
        if self.outage is not None:
            raise self.outage
        if letter.to in self.strangers:
            raise MailRefused("The mail server refused the recipient for good.")
        self.letters.append(letter)

    def to(self, address: str) -> Sequence[Letter]:
        return [letter for letter in self.letters if letter.to == address]
