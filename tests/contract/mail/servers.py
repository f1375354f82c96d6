"""A mailer that hands its letters to a mailbox of the test."""

import ssl
from typing import Any

from medianest.adapters.mail import MailServer, SmtpMailer
from medianest.adapters.mail.message import sender_of
from medianest.ports.mail import Letter
from tests.fakes.clock import FakeClock
from tests.fakes.ids import SeededIds
from tests.mailbox import Mailbox

ADA = "ada@example.org"
LETTER = Letter(to=ADA, subject="Choose a new password", text="Hello,\n\nhttps://nest.example.org/reset?token=1\n")
QUICK = 0.3
"""Seconds that a mailer here waits for a server that says nothing."""


def mailer_at(
    mailbox: Mailbox, *, timeout: float = 10.0, tls: ssl.SSLContext | None = None, **instead: Any
) -> SmtpMailer:
    """`instead`: other fields of its `MailServer`."""
    given = mailbox.settings()
    server: dict[str, Any] = {
        "host": given["smtp_host"],
        "port": given["smtp_port"],
        "security": given["smtp_security"],
        "sender": sender_of(given["smtp_from"]),
        "calling": "nest.example.org",
        "user": given.get("smtp_user"),
        "password": given.get("smtp_password"),
    }
    return SmtpMailer(MailServer(**(server | instead)), FakeClock(), SeededIds(), timeout=timeout, tls=tls)
