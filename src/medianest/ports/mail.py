"""Who carries letters to people. Today: any mail server that speaks SMTP."""

from typing import Protocol

import msgspec


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """One letter to one person. `to` is a bare address; `subject` is one line (what breaks it is taken for a space);
    `text` is the whole letter, `html` the same for those who prefer it."""

    to: str
    subject: str
    text: str
    html: str | None = None


class MailRefused(Exception):
    """This letter will never arrive: the address is none, the mail server refuses it for good, or it is one too many.
    The text says why, and holds neither the address nor a secret."""


class Mailer(Protocol):
    """Raises `MailUnavailable` when the mail server does not answer, or will not have us; `MailRefused` when it will
    not have this letter."""

    @property
    def is_configured(self) -> bool: ...

    async def send(self, letter: Letter) -> None:
        """Hand the letter to the mail server. Having raised `MailUnavailable` it may still have been sent: a letter
        that is sent again may arrive twice."""
