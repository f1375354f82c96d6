"""The world said no. (The domain's no is `Refused`; anything else is a bug.)"""

from typing import ClassVar, Literal


class Unavailable(Exception):
    """Something outside did not answer as it should; trying again later may help.

    `code` is stable, `retry_after` is in seconds. The text is for people and never holds a secret or an address
    with credentials.
    """

    code: ClassVar[str] = "unavailable"
    text: ClassVar[str] = "A part of MediaNest is not reachable at the moment. Try again shortly."

    def __init__(self, detail: str | None = None, *, retry_after: float = 5.0) -> None:
        super().__init__(detail or self.text)
        self.retry_after = retry_after


def asked_wait(retry_after: str | None) -> float:
    """Seconds that an answer's Retry-After asks for; 5 where it has none, or none that can be used."""
    value = retry_after or ""
    return float(value) if value.isascii() and value.isdigit() and len(value) < 6 else 5.0


class LogUnavailable(Unavailable):
    code = "log_unavailable"
    text = "The database is not reachable at the moment. Nothing was lost; try again shortly."


class ViewsBehind(Unavailable):
    code = "views_behind"
    text = "The views have not caught up yet. It is tried again by itself."


class ViewNotBuilt(Unavailable):
    code = "view_not_built"
    text = "What this shows is being built from the log. Try again shortly."


class TooBusy(Unavailable):
    code = "too_busy"
    text = "Too many people changed the same thing at once. Try again."


class MetadataUnavailable(Unavailable):
    code = "metadata_unavailable"
    text = "The Movie Database does not answer at the moment. Try again shortly."


class MetadataNotConfigured(Unavailable):
    code = "metadata_not_configured"
    text = "No key for The Movie Database is set. The owner sets MEDIANEST_TMDB_TOKEN and starts again."


class GatewayUnavailable(Unavailable):
    code = "gateway_unavailable"
    text = "The request gateway does not answer at the moment. It is tried again by itself."


class PlexUnavailable(Unavailable):
    code = "plex_unavailable"
    text = "Plex does not answer at the moment. Try again shortly."


class PlexNotConfigured(Unavailable):
    code = "plex_not_configured"
    text = "No Plex server is set up. The owner sets MEDIANEST_PLEX_URL and MEDIANEST_PLEX_TOKEN and starts again."


class PlexRefusesToken(Unavailable):
    code = "plex_refuses_token"
    text = "The Plex server takes our token no more. The owner gives it another one, where its address is set."


class NotAPicture(Unavailable):
    code = "not_a_picture"
    text = "What the other server sent in place of the picture is none, or is too large."


class OidcUnavailable(Unavailable):
    """`reason` is stable, for logs and for those who set providers up."""

    code = "oidc_unavailable"
    text = "The sign-in provider does not answer at the moment. Try again shortly."

    def __init__(
        self,
        reason: Literal["unreachable", "too_slow", "broken_off", "http_error", "nonsense"],
        *,
        retry_after: float = 5.0,
    ) -> None:
        super().__init__(retry_after=retry_after)
        self.reason = reason


class MailUnavailable(Unavailable):
    code = "mail_unavailable"
    text = "The mail server does not answer at the moment. It is tried again by itself."


class MailNotConfigured(Unavailable):
    code = "mail_not_configured"
    text = "This server sends no letters. Ask an administrator to set a new password for you."


class SealBroken(Exception):
    """What was sealed does not open under its key: it, its place or the key was tampered with, or the server runs
    with another secret than the one it was set up with. Trying again does not help; the text names no secret."""


class UnreadableEvent(Exception):
    """The log holds an event that this release cannot read: a newer one wrote it, or it is damaged. It helps to upgrade
    this process, and not to try again with it. The text names its stored name and schema, never its content."""
