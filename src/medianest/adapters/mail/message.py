"""A letter as it travels: headers and text by RFC 5322 and MIME, whatever stands in the letter."""

import re
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from uuid import UUID

from medianest.application.mail_domains import in_dns
from medianest.ports.mail import Letter, MailRefused

_SENDER: Final = re.compile(r"(?:(?P<name>[^<>]*?)\s*<)?(?P<address>[^<>\s]+)>?")
_LABEL: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_LONGEST: Final = 254
_LONGEST_LOCAL_PART: Final = 64
"""Characters of an address, and of what stands before its @ (RFC 5321, 4.5.3.1)."""


def message_of(letter: Letter, *, sender: Address, at: datetime, message_id: UUID) -> EmailMessage:
    """The letter, ready to be sent. Raises MailRefused where `letter.to` is no address that mail can reach.

    `Auto-Submitted` (RFC 3834, 5) keeps holiday notices from answering. The message id ends with the sender's domain,
    since the name of this machine is nobody's business.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = address_of(letter.to)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{message_id}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text, charset="utf-8")
    if letter.html is not None:
        message.add_alternative(letter.html, subtype="html", charset="utf-8")
    return message


def sender_of(text: str) -> Address:
    """`MediaNest <nest@example.org>`, or the address alone. Raises ValueError."""
    found = _SENDER.fullmatch(text.strip())
    if found is None or ("<" in text) != text.strip().endswith(">"):
        raise ValueError("The sender must look like MediaNest <nest@example.org>.")
    try:
        address = address_of(found["address"])
    except MailRefused as error:
        raise ValueError("The sender must look like MediaNest <nest@example.org>.") from error
    name = _one_line(found["name"] or "").strip('"')
    return Address(name, address.username, address.domain)


def address_of(text: str) -> Address:
    """The address, quoted where it has to be, its domain as DNS writes it. Raises MailRefused: what is no address must
    never reach the line of a command."""
    local, at, domain = text.rpartition("@")
    if not (at and local and local.isprintable() and not set(" @") & set(local)) or len(text) > _LONGEST:
        raise MailRefused("It is no e-mail address.")
    if (ascii_domain := in_dns(domain)) is None:
        raise MailRefused("The domain of the e-mail address is none.")
    if len(local) > _LONGEST_LOCAL_PART or not all(_LABEL.fullmatch(label) for label in ascii_domain.split(".")):
        raise MailRefused("It is no e-mail address.")
    return Address(username=local, domain=ascii_domain)


def _one_line(text: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
