"""The letters that people get about their account: short, plain, and each with what to do if it was not you.

They greet nobody by name and hold no words of strangers: whoever registers somebody else's address could write to them
through us otherwise. The two exceptions, names of devices and of API keys, are cut short and cannot look like a link.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from medianest.ports.mail import Letter

RESET_LIFETIME: Final = timedelta(minutes=30)
"""For how long the link in `password_reset` works."""

DEVICE_LENGTH: Final = 60
"""Characters of a device's name that a letter shows."""

SHUT: Final = 20
"""Ways in that a letter names."""

CLOSING: Final = "\n\nMediaNest\n"


def password_reset(to: str, *, link: str, address: str | None) -> Letter:
    """For whoever forgot their password. `link` works once; `address` is where it was asked for."""
    minutes = RESET_LIFETIME // timedelta(minutes=1)
    return Letter(
        to=to,
        subject="Choose a new password",
        text=f"Hello,\n\n"
        f"somebody{_at(address)} asked for a new password for your MediaNest account. If that was you, choose it "
        f"here:\n\n"
        f"{link}\n\n"
        f"The link works once, for {minutes} minutes.\n\n"
        f"If it was not you, there is nothing to do: without this link, your password stays as it is."
        f"{CLOSING}",
    )


def password_changed(to: str, *, at: datetime, address: str | None, home: str, shut: Sequence[str] = ()) -> Letter:
    """Once it has happened, by whichever way. `shut`: other ways in that were shut with it. `home` is where people
    reach MediaNest, without a slash at the end."""
    others = "".join(f"\n  - {it}" for it in shut[:SHUT])
    if len(shut) > SHUT:
        others += f"\n  - and {len(shut) - SHUT} more"
    return Letter(
        to=to,
        subject="Your password was changed",
        text=f"Hello,\n\n"
        f"the password of your MediaNest account was changed{_at(address)} on {_when(at)}. All other devices were "
        f"signed out."
        f"{f' These open nothing any more:{chr(10)}{others}' if others else ''}\n\n"
        f"If that was you, there is nothing to do.\n\n"
        f'If it was not you, somebody else may be in your account. Choose a new password at once, by "Forgot your '
        f'password?" at\n\n'
        f"{home}\n\n"
        f"and tell whoever runs this MediaNest."
        f"{CLOSING}",
    )


WHAT_CHANGED: Final[Mapping[str, str]] = {
    "second_factor.enrolled": "a second factor was enrolled for",
    "second_factor.removed": "the second factor was removed from",
    "linked_account.linked": "an account elsewhere was linked to",
    "linked_account.unlinked": "an account elsewhere was unlinked from",
    "api_key.made": "an API key was made for",
    "user.locked_out": "too many wrong attempts to sign in locked",
}
"""By the stored name of the event; each goes on with "your MediaNest account"."""


def account_changed(to: str, *, what: str, at: datetime, address: str | None, home: str) -> Letter:
    """Another way in, one less, or somebody who tries. `what` is a name in `WHAT_CHANGED`."""
    return Letter(
        to=to,
        subject="Something about your account changed",
        text=f"Hello,\n\n"
        f"{WHAT_CHANGED[what]} your MediaNest account{_at(address)} on {_when(at)}.\n\n"
        f"If that was you, there is nothing to do.\n\n"
        f'If it was not you, choose a new password at once, by "Forgot your password?" at\n\n'
        f"{home}\n\n"
        f"and tell whoever runs this MediaNest."
        f"{CLOSING}",
    )


def new_device(to: str, *, device: str | None, at: datetime, address: str | None, home: str) -> Letter:
    """For a sign-in from a device that was not seen before."""
    return Letter(
        to=to,
        subject="A new device signed in to your account",
        text=f"Hello,\n\n"
        f"a device that we had not seen before signed in to your MediaNest account:\n\n"
        f"  Device:  {written(device)}\n"
        f"  Address: {address or 'unknown'}\n"
        f"  Time:    {_when(at)}\n\n"
        f"If that was you, there is nothing to do.\n\n"
        f'If it was not you, somebody knows your password. Choose a new one, which signs out every device, by "Forgot '
        f'your password?" at\n\n'
        f"{home}"
        f"{CLOSING}",
    )


def _at(address: str | None) -> str:
    return f" at the address {address}" if address else ""


def _when(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def written(name: str | None) -> str:
    """One line, and nothing that a mail program would make a link of."""
    words = " ".join(re.sub(r"[^\w ,()+-]", " ", name or "").split())
    cut = words if len(words) <= DEVICE_LENGTH else f"{words[: DEVICE_LENGTH - 3]}..."
    return cut or "unknown"
