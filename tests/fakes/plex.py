"""`PlexAccounts` in memory."""

from datetime import timedelta

from medianest.ports.failures import PlexNotConfigured, PlexUnavailable
from medianest.ports.plex import PinExpired, PlexAccount, PlexPin, PlexToken, PlexTokenRejected
from medianest.ports.surroundings import Clock

LIFETIME = timedelta(minutes=30)


class FakePlexAccounts:
    """Implements `PlexAccounts`. `with_access` holds the `plex_id` of whoever may use the server; `pinged` are the
    tokens that were kept alive. While `is_away` is set, every method raises PlexUnavailable; while `is_server_away` is,
    `has_access` does."""

    def __init__(self, clock: Clock, *, is_configured: bool = True) -> None:
        self._clock = clock
        self._is_configured = is_configured
        self._pins: dict[int, PlexPin] = {}
        self._claimed: dict[int, PlexToken] = {}
        self._accounts: dict[PlexToken, PlexAccount] = {}
        self._granted = 0
        self.with_access: set[str] = set()
        self.pinged: list[PlexToken] = []
        self.is_away = False
        self.is_server_away = False

    @property
    def is_configured(self) -> bool:
        return self._is_configured

    def confirm(self, code: str, account: PlexAccount) -> PlexToken:
        """What happens in the browser."""
        [pin] = [pin for pin in self._pins.values() if pin.code == code]
        self._claimed[pin.pin_id] = token = self.grant(account)
        return token

    def grant(self, account: PlexAccount) -> PlexToken:
        """A token of theirs, without a PIN."""
        self._granted += 1
        token = PlexToken(f"token-{self._granted}-of-{account.plex_id}")
        self._accounts[token] = account
        return token

    def expire(self, code: str) -> None:
        self._pins = {pin_id: pin for pin_id, pin in self._pins.items() if pin.code != code}

    def revoke(self, plex_id: str) -> None:
        """All tokens of theirs end."""
        self._accounts = {token: whose for token, whose in self._accounts.items() if whose.plex_id != plex_id}

    async def begin(self) -> PlexPin:
        self._answer()
        number = 1 + max(self._pins, default=0)
        code = f"code-{number}"
        link = f"https://app.plex.example/auth#?code={code}"
        pin = PlexPin(pin_id=number, code=code, link=link, expires_at=self._clock.now() + LIFETIME)
        self._pins[number] = pin
        return pin

    async def claim(self, pin_id: int, code: str) -> PlexToken | None:
        self._answer()
        pin = self._pins.get(pin_id)
        if pin is None or pin.code != code or pin.expires_at <= self._clock.now():
            raise PinExpired
        return self._claimed.get(pin_id)

    async def account(self, token: PlexToken) -> PlexAccount:
        return self._whose(token)

    async def has_access(self, token: PlexToken) -> bool:
        if self.is_server_away:
            raise PlexUnavailable
        return self._whose(token).plex_id in self.with_access

    async def ping(self, token: PlexToken) -> None:
        self._whose(token)
        self.pinged.append(token)

    def _whose(self, token: PlexToken) -> PlexAccount:
        self._answer()
        if token not in self._accounts:
            raise PlexTokenRejected
        return self._accounts[token]

    def _answer(self) -> None:
        if not self._is_configured:
            raise PlexNotConfigured
        if self.is_away:
            raise PlexUnavailable
