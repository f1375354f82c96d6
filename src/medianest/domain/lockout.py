"""When guessing stops: what wrong attempts at one account, one second factor, or from one address lead to.

Five wrong ones shut the door for 15 minutes, five more for 30, and so on, twice as long each time, for a day at most. A
lockout is at least as long as the window, so never more than five fall into any 15 minutes (OWASP ASVS 5.0, 6.3.1).

At an account, a factor and a device those count that come in a row: only a right one, somebody who unlocks, or 30 days
without any end the row. After 100 the door stays shut (NIST SP 800-63B-4, 3.2.2) until it is unlocked or the password
reset.

On a device that an account knows, attempts are the device's and not the account's: whoever guesses elsewhere does not
shut its person out. Once it is locked itself, as whoever stole it brings about, it is one like any other (OWASP,
"device cookies").

From an address those count that have no pause of 15 minutes between them, and a lockout is forgotten a day after it has
ended: a house behind one router is not held to its typing errors for weeks, and an address is somebody else's tomorrow,
so it is never shut for good.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final, Literal

TargetKind = Literal["account", "address", "factor", "device"]
"""`factor` is the second factor of one person, `device` one on which somebody showed the password of an account, or is
signed in."""

LONGEST: Final = timedelta(days=1)
IN_A_ROW: Final = 100
FOR_GOOD: Final = timedelta(days=36_500)
REMEMBERED: Final = timedelta(days=30)
REMEMBERED_OF_ADDRESS: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many wrong attempts lock, and for how long the first time. At most 100 attempts at an account, and a day."""

    attempts: int = 5
    attempts_of_address: int = 5
    window: timedelta = timedelta(minutes=15)

    def of(self, kind: TargetKind) -> int:
        return self.attempts_of_address if kind == "address" else self.attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """`count` attempts since the last lockout ended, `lockouts` so far. Even when it has ended, a lockout stays in
    `locked_until` until the next attempt."""

    count: int = 0
    last_at: datetime
    lockouts: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        return self.locked_until is not None and now < self.locked_until


def taken(tally: Tally | None, kind: TargetKind, limits: Limits, now: datetime) -> Tally:
    """The tally with one more attempt, which counts as wrong until it turns out right. The last that the limit allows
    locks at once: those that come while its secret is still being checked are too many. `tally` is not locked."""
    if tally is None or is_forgotten(tally, kind, limits, now):
        tally = Tally(last_at=now)
    limit = limits.of(kind)
    is_first = tally.locked_until is not None or (kind == "address" and now - tally.last_at >= limits.window)
    one_more = Tally(count=1 if is_first else tally.count + 1, last_at=now, lockouts=tally.lockouts)
    if one_more.count < limit:
        return one_more
    return replace(one_more, lockouts=tally.lockouts + 1, locked_until=now + _length(tally.lockouts, kind, limits))


def given_back(tally: Tally) -> Tally:
    """One attempt was right after all: it counts no longer, and neither does the lockout that it was a part of."""
    lockouts = tally.lockouts if tally.locked_until is None else max(0, tally.lockouts - 1)
    return replace(tally, count=max(0, tally.count - 1), lockouts=lockouts, locked_until=None)


def household(address: str | None) -> str:
    """What one household has: an IPv4 address, and of IPv6 the /64, of which anybody has 2^64 addresses to guess from.
    "local" for None, and for what is no address, such as a Unix socket."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return "local"
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def is_forgotten(tally: Tally, kind: TargetKind, limits: Limits, now: datetime) -> bool:
    """Whether the tally makes no difference any more."""
    quiet_since = tally.last_at if tally.locked_until is None else max(tally.last_at, tally.locked_until)
    return now - quiet_since >= remembered(kind, limits, has_locked=tally.lockouts > 0)


def remembered(kind: TargetKind, limits: Limits, *, has_locked: bool) -> timedelta:
    """How long a tally matters after its last attempt, or after its lockout has ended."""
    if kind != "address":
        return REMEMBERED
    return REMEMBERED_OF_ADDRESS if has_locked else limits.window


def _length(lockouts: int, kind: TargetKind, limits: Limits) -> timedelta:
    """Of one more lockout after so many."""
    limit = limits.of(kind)
    if kind != "address" and (lockouts + 1) * limit >= IN_A_ROW:
        return FOR_GOOD
    return min(LONGEST, limits.window * (1 << min(lockouts, 20)))  # more doublings would only overflow
