"""A mail server on loopback that keeps what it is given, and whose replies a test may choose.

`async with Mailbox() as mailbox:` listens; `Settings(**mailbox.settings(), ...)` sends its letters there, and
`link_in(await mailbox.letter_to("ada@example.org"))` is what Ada clicks on.
"""

# ruff: noqa: A005, N802 - it lies in a package of ours, and aiosmtpd names what it calls

import asyncio
import re
import ssl
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from medianest.main.settings import Secret

PUBLIC_URL = "https://nest.example.org"
LINK = re.compile(r"https?://\S+")


class Mailbox:
    """`letters` are all that came, with `X-RcptTo` naming whom the server was told to bring them to.

    `tls` lets it speak TLS: after STARTTLS, or at once where `is_wrapped`. `sign_in` is the name and password without
    which it takes nothing. `calling` are the names it was greeted by, `secured` says of each letter whether it came
    over TLS, `busy` how many wait for a reply, and `busiest` how many ever did at once.

    `replies` are said instead of its own, by verb (`{"RCPT": "550 5.1.1 Nobody"}`); one that is empty breaks the
    connection off. While `gate` is closed it says nothing more.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        is_wrapped: bool = False,
        sign_in: tuple[str, str] | None = None,
        smtputf8: bool = True,
    ) -> None:
        self.letters: list[EmailMessage] = []
        self.calling: list[str] = []
        self.secured: list[bool] = []
        self.busy = self.busiest = 0
        self.replies: dict[str, str] = {}
        self.gate = asyncio.Event()
        self.gate.set()
        self.port = 0
        self._tls, self._is_wrapped, self._sign_in, self._smtputf8 = tls, is_wrapped, sign_in, smtputf8
        self._arrived = asyncio.Condition()
        self._lines: list[SMTP] = []

    def settings(self) -> dict[str, Any]:
        """What a MediaNest is set to that sends its letters here."""
        security = "none" if self._tls is None else "tls" if self._is_wrapped else "starttls"
        given: dict[str, Any] = {
            "smtp_host": self.host,
            "smtp_port": self.port,
            "smtp_security": security,
            "smtp_from": "MediaNest <nest@example.org>",
            "public_url": PUBLIC_URL,
        }
        if self._sign_in is not None:
            given |= {"smtp_user": self._sign_in[0], "smtp_password": Secret(self._sign_in[1])}
        return given

    async def letter_to(self, address: str, *, about: str = "", within: float = 15.0) -> EmailMessage:
        """The oldest letter to this address (with these words in its subject) that was not taken out yet; waits for
        it. Fails when there is none `within` so many seconds."""

        def found() -> EmailMessage | None:
            fits = (
                letter
                for letter in self.letters
                if letter["X-RcptTo"] == address and about in letter["Subject"] and "X-Taken" not in letter
            )
            return next(fits, None)

        async with self._arrived:
            try:
                await asyncio.wait_for(self._arrived.wait_for(lambda: found() is not None), within)
            except TimeoutError:
                seen = [(letter["X-RcptTo"], letter["Subject"]) for letter in self.letters]
                raise AssertionError(f"No letter to {address} about {about!r}, but {seen}") from None
            letter = found()
            assert letter is not None
            letter["X-Taken"] = "yes"
            return letter

    def lines(self) -> int:
        """The connections that are open."""
        return sum(line.transport is not None for line in self._lines)

    async def __aenter__(self) -> Self:
        wrapped = self._tls if self._is_wrapped else None
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._line, self.host, self.port, ssl=wrapped)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        await self._server.wait_closed()
        for line in self._lines:
            if line.transport is not None:
                line.transport.close()
        await asyncio.sleep(0)  # what was closed is told so in the next turn of the loop

    def _line(self) -> SMTP:
        line = SMTP(
            self,
            hostname="mailbox.example.org",
            enable_SMTPUTF8=self._smtputf8,
            tls_context=None if self._is_wrapped else self._tls,
            require_starttls=self._tls is not None,
            auth_require_tls=False,
            auth_required=False,
            authenticator=self._knows,
            loop=asyncio.get_running_loop(),
        )
        if self._sign_in is None:
            line._auth_methods = {}
        self._lines.append(line)
        return line

    def _knows(self, server: SMTP, session: Session, envelope: Envelope, way: str, given: LoginPassword) -> AuthResult:
        is_known = self._sign_in == (given.login.decode(), given.password.decode())
        return AuthResult(success=is_known, handled=False)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.calling.append(hostname)
        return responses

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        return await self._reply("QUIT", server, "221 Bye")

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        if self._sign_in is not None and not session.authenticated:
            return "530 5.7.0 Authentication required"
        return await self._reply("MAIL", server)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        reply = await self._reply("RCPT", server)
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        reply = await self._reply("DATA", server)
        if reply.startswith("2"):
            letter = message_from_bytes(envelope.content or b"", policy=default)
            assert isinstance(letter, EmailMessage)
            letter["X-MailFrom"], letter["X-RcptTo"] = envelope.mail_from, ", ".join(envelope.rcpt_tos)
            async with self._arrived:
                self.letters.append(letter)
                self.secured.append(session.ssl is not None or self._is_wrapped)
                self._arrived.notify_all()
        return reply

    async def _reply(self, verb: str, server: SMTP, usual: str = "250 OK") -> str:
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            await self.gate.wait()
        finally:
            self.busy -= 1
        reply = self.replies.get(verb, usual)
        if not reply and server.transport is not None:
            server.transport.close()
        return reply or "421 Gone"


def text_of(letter: EmailMessage) -> str:
    """The plain text, its lines ended as in Python."""
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def link_in(letter: EmailMessage) -> str:
    """The one link in it."""
    (link,) = LINK.findall(text_of(letter))
    return link
