"""Who people are at Plex, and whether they may use our media server there."""

from datetime import datetime
from typing import Protocol

import msgspec


class PlexToken:
    """What Plex lets somebody in by. It is worth a password: it shows itself nowhere by accident, and `value` is for
    its encrypted place and for Plex alone."""

    __slots__ = ("value",)

    def __init__(self, value: str) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlexToken) and other.value == self.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return "PlexToken('***')"


class PlexPin(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in under way. The person confirms it at `link`, in their browser. Until `expires_at` it may be asked for
    by `pin_id` and `code`, about once a second. Whoever holds both may claim it: the code is for the one who began."""

    pin_id: int
    code: str
    link: str
    expires_at: datetime


class PlexAccount(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody at Plex. `plex_id` never changes; name and e-mail may. `email` is None where the account has none (a
    managed user of a Plex Home), and proves nothing unless `is_email_confirmed`. `avatar` is an https address."""

    plex_id: str
    username: str
    email: str | None = None
    is_email_confirmed: bool = False
    avatar: str | None = None


class PinExpired(Exception):
    """Nobody confirmed the PIN in time, or there is no such PIN: begin anew."""


class PlexTokenRejected(Exception):
    """Plex knows the token no more: it was revoked, or the password was changed. The person signs in there anew."""


class PlexAccounts(Protocol):
    """Raises `PlexUnavailable` when Plex does not answer as it should, and `PlexNotConfigured` where no media server
    is set up. Nothing that it raises or logs holds a token, a code or an address."""

    @property
    def is_configured(self) -> bool: ...

    async def begin(self) -> PlexPin:
        """A new PIN."""

    async def claim(self, pin_id: int, code: str) -> PlexToken | None:
        """The token, once the person confirmed; None until then. Raises PinExpired."""

    async def account(self, token: PlexToken) -> PlexAccount:
        """Whose token it is. Raises PlexTokenRejected."""

    async def has_access(self, token: PlexToken) -> bool:
        """Whether our media server is theirs or shared with them. Raises PlexTokenRejected; and PlexUnavailable, never
        a False, while it is not known which server is ours."""

    async def ping(self, token: PlexToken) -> None:
        """Keep the token alive: Plex forgets those that nobody uses. Raises PlexTokenRejected."""
