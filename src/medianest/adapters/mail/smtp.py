"""`SmtpMailer`: letters by SMTP, over a connection of its own for each. They are few, and servers close idle ones."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Final, Literal
from urllib.parse import urlsplit

import aiosmtplib

from medianest.adapters.mail.message import message_of
from medianest.application.mail_domains import in_dns
from medianest.ports.failures import MailUnavailable
from medianest.ports.mail import Letter, MailRefused
from medianest.ports.surroundings import Clock, Ids

Security = Literal["starttls", "tls", "none"]

AT_ONCE: Final = 4
"""Connections at the same time: mail servers turn away who opens many."""

FAREWELL: Final = 1.0
"""Seconds for the server to say good-bye. By then it has the letter."""

WANTS_SIGN_IN: Final = 530

NO_STARTTLS: Final = (
    "The mail server offers no STARTTLS. Set MEDIANEST_SMTP_SECURITY to tls, or none on your own network."
)
NO_SIGN_IN: Final = "The mail server offers no sign-in. Leave MEDIANEST_SMTP_USER unset, or secure the connection."


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where letters are handed in. `calling` is the name that we greet with: a domain or an address in brackets
    (RFC 5321, 4.1.1.1)."""

    host: str
    port: int
    security: Security
    sender: Address
    calling: str
    user: str | None = None
    password: str | None = field(default=None, repr=False)


def calling(public_url: str) -> str:
    """The host in this address, as `MailServer.calling`."""
    host = urlsplit(public_url).hostname or "localhost"
    try:
        address = ip_address(host)
    except ValueError:
        return in_dns(host) or "localhost"
    return f"[{address}]" if address.version == 4 else f"[IPv6:{address}]"


class SmtpMailer:
    """Implements `Mailer`. `server` is None where no mail is set up. `timeout` is in seconds and for a whole letter;
    `tls` judges certificates, by default as this machine does."""

    def __init__(
        self,
        server: MailServer | None,
        clock: Clock,
        ids: Ids,
        *,
        timeout: float = 20.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._clock = clock
        self._ids = ids
        self._timeout = timeout
        self._tls = tls
        self._places = asyncio.Semaphore(AT_ONCE)

    @property
    def is_configured(self) -> bool:
        return self._server is not None

    async def send(self, letter: Letter) -> None:
        if self._server is None:
            raise MailUnavailable("No mail server is set up. The owner sets MEDIANEST_SMTP_HOST.")
        message = message_of(letter, sender=self._server.sender, at=self._clock.now(), message_id=self._ids.new())
        async with self._places:
            try:
                await self._deliver(self._server, message)
            except aiosmtplib.SMTPNotSupported as error:
                raise MailRefused("The mail server takes no address with letters beyond ASCII in it.") from error
            except aiosmtplib.SMTPRecipientsRefused as error:
                raise _unless_for_good(error.recipients[0], "recipient") from error
            except aiosmtplib.SMTPDataError as error:
                raise _unless_for_good(error, "letter") from error
            except (aiosmtplib.SMTPException, OSError) as error:
                raise _outage(error) from error

    async def _deliver(self, server: MailServer, message: EmailMessage) -> None:
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            local_hostname=server.calling,
            timeout=self._timeout,
            use_tls=server.security == "tls",
            start_tls=False,  # done below, where it can be said what is missing
            tls_context=await self._context() if server.security != "none" else None,
        )
        try:
            async with asyncio.timeout(self._timeout):
                await client.connect()
                await client.ehlo()
                if server.security == "starttls":
                    if not client.supports_extension("starttls"):
                        raise MailUnavailable(NO_STARTTLS, retry_after=60.0)
                    await client.starttls()
                    await client.ehlo()
                if server.user is not None:
                    if not client.supported_auth_methods:
                        raise MailUnavailable(NO_SIGN_IN, retry_after=60.0)
                    await client.login(server.user, server.password or "")
                await client.send_message(message)
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=FAREWELL)
        finally:
            client.close()

    async def _context(self) -> ssl.SSLContext:
        if self._tls is None:  # reads every certificate authority of this machine
            self._tls = await asyncio.to_thread(ssl.create_default_context)
        return self._tls


def _unless_for_good(error: aiosmtplib.SMTPResponseException, what: str) -> Exception:
    """A no for ever is a refusal of this letter, any other one an outage. The server's own words repeat the address."""
    if 500 <= error.code < 600 and error.code != WANTS_SIGN_IN:
        return MailRefused(f"The mail server refused the {what} for good (SMTP {error.code}).")
    return _outage(error)


def _outage(error: Exception) -> MailUnavailable:
    if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        advice = "MEDIANEST_SMTP_HOST has to be the name in its certificate, and this machine has to trust who made it."
        return MailUnavailable(f"No safe connection to the mail server. {advice}", retry_after=60.0)
    code = error.code if isinstance(error, aiosmtplib.SMTPResponseException) else 0
    if isinstance(error, aiosmtplib.SMTPAuthenticationError) and code >= 500:
        wrong = "MEDIANEST_SMTP_USER or MEDIANEST_SMTP_PASSWORD is wrong there"
    elif code == WANTS_SIGN_IN:
        wrong = "It wants MEDIANEST_SMTP_USER, or a secure connection"
    elif isinstance(error, aiosmtplib.SMTPSenderRefused) and code >= 500:
        wrong = "MEDIANEST_SMTP_FROM may not send there"
    else:
        return MailUnavailable(f"{MailUnavailable.text} ({f'SMTP {code}' if code else type(error).__name__})")
    return MailUnavailable(f"The mail server refuses us. {wrong} (SMTP {code}).", retry_after=60.0)


def _causes(error: BaseException) -> Iterator[BaseException]:
    found: BaseException | None = error
    while found is not None:
        yield found
        found = found.__cause__
