"""Through whom MediaNest sends letters."""

from typing import Annotated, Literal

from msgspec import Meta

from medianest.main.settings.form import Secret, about
from medianest.main.settings.outside import Outside


class Mail(Outside, frozen=True, kw_only=True):
    """A mail server, and how to speak with it."""

    smtp_host: Annotated[
        str | None,
        about(
            "The mail server that letters are handed to (SMTP). Unset, nobody can reset a password by mail. Goes "
            "together with `MEDIANEST_SMTP_FROM` and `MEDIANEST_PUBLIC_URL`.",
            example="smtp.example.org",
            form="a host name or an IP address",
            pattern=r"[A-Za-z0-9.:_-]+",
        ),
    ] = None
    smtp_port: Annotated[
        Annotated[int, Meta(ge=1, le=65535)] | None,
        about(
            "Its TCP port.",
            example="587",
            form="a port from 1 to 65535",
            pattern=r"\d+",
            default="`587`; where `MEDIANEST_SMTP_SECURITY` is `tls` `465`, where it is `none` `25`",
        ),
    ] = None
    smtp_user: Annotated[
        str | None,
        about(
            "The name to sign in with there. Goes together with `MEDIANEST_SMTP_PASSWORD`.",
            example="nest@example.org",
            form="a text of one line",
            pattern=r".+",
        ),
    ] = None
    smtp_password: Annotated[
        Secret | None,
        about(
            "The password for it.",
            example="<the password of that mailbox>",
            form="a text of one line",
            pattern=r".+",
        ),
    ] = None
    smtp_from: Annotated[
        str | None,
        about(
            "Whom letters come from: an address that may send there, with a name in front of it if you like.",
            example="MediaNest <nest@example.org>",
            form="an e-mail address, or a name with an e-mail address in angle brackets",
            pattern=r"([^<>\"\r\n]*<[^<>\"@\s]+@[^<>\"@\s]+>|[^<>\"@\s]+@[^<>\"@\s]+)",
        ),
    ] = None
    smtp_security: Annotated[
        Literal["starttls", "tls", "none"],
        about(
            "How the connection is secured: `starttls` (it begins in clear and must change), `tls` from the start, or "
            "`none`, which refuses to send a password to another machine. The certificate is always checked.",
            example="tls",
            form="starttls, tls or none",
        ),
    ] = "starttls"
