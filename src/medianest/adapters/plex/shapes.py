"""Plex's answers, and how they become our words. Nothing in them is believed unchecked.

Sources: the OpenAPI document of Plex Media Server and plex.tv, and, for PINs and pings, what clients of plex.tv read.
"""

import re
from typing import Any, Final, TypeVar

import msgspec

from medianest.ports.plex import PlexAccount, PlexToken

CODE: Final = re.compile(r"[A-Za-z0-9_-]{4,200}")
TOKEN: Final = re.compile(r"[!-~]{1,4096}")
"""What a header can carry."""
MACHINE: Final = re.compile(r"[A-Za-z0-9_-]{8,200}")
EMAIL: Final = re.compile(r"[^\s@]+@[^\s@]+")
AVATAR: Final = re.compile(r"https://[!-~]{4,1000}")

LONGEST_PIN: Final = 86400  # seconds; Plex says 1800
LONGEST_NAME: Final = 100
LONGEST_EMAIL: Final = 254

T = TypeVar("T")


class Nonsense(ValueError):
    """The answer is not what Plex says it is."""


class Pin(msgspec.Struct, rename="camel"):
    """`POST /api/v2/pins` and `GET /api/v2/pins/{id}`. `expires_in` counts down, in seconds."""

    id: int
    code: str
    expires_in: int
    auth_token: str | None = None


class _User(msgspec.Struct, rename="camel"):
    id: int
    username: Any = None
    title: Any = None
    friendly_name: Any = None
    email: Any = None
    confirmed: Any = None
    thumb: Any = None


class _Resource(msgspec.Struct, rename="camel"):
    client_identifier: str | None = None
    provides: str | None = None


class _Pong(msgspec.Struct):
    pong: bool


class _Refusal(msgspec.Struct):
    errors: list[Any]


class _Identity(msgspec.Struct, rename="camel"):
    machine_identifier: str


class _IdentityAnswer(msgspec.Struct, rename="pascal"):
    media_container: _Identity


def pin_from(body: bytes) -> Pin:
    """Raises Nonsense, as all of these do."""
    pin = decode(body, Pin)
    if pin.id <= 0 or not CODE.fullmatch(pin.code) or pin.expires_in > LONGEST_PIN:
        raise Nonsense
    return pin


def token_from(pin: Pin) -> PlexToken | None:
    if not pin.auth_token:
        return None
    if not TOKEN.fullmatch(pin.auth_token):
        raise Nonsense
    return PlexToken(pin.auth_token)


def account_from(body: bytes) -> PlexAccount:
    user = decode(body, _User)
    if user.id <= 0:
        raise Nonsense
    names = (line(name) for name in (user.username, user.title, user.friendly_name))
    email = line(user.email)
    return PlexAccount(
        plex_id=str(user.id),
        username=next(filter(None, names), f"Plex {user.id}")[:LONGEST_NAME],
        email=email if EMAIL.fullmatch(email) and len(email) <= LONGEST_EMAIL else None,
        is_email_confirmed=user.confirmed is True,
        avatar=user.thumb if isinstance(user.thumb, str) and AVATAR.fullmatch(user.thumb) else None,
    )


def servers_from(body: bytes) -> frozenset[str]:
    """The machine identifiers of the media servers among somebody's resources, their own and those shared with them."""
    return frozenset(
        each.client_identifier
        for each in decode(body, list[_Resource])
        if each.client_identifier and "server" in (each.provides or "").split(",")
    )


def machine_from(body: bytes) -> str:
    """The machine identifier in what a media server says at `/identity`."""
    machine = decode(body, _IdentityAnswer).media_container.machine_identifier
    if not MACHINE.fullmatch(machine):
        raise Nonsense
    return machine


def check_pong(body: bytes) -> None:
    if not decode(body, _Pong).pong:
        raise Nonsense


def check_refusal(body: bytes) -> None:
    """Plex says no with a list of reasons; a page of whatever stands in front of it has none."""
    decode(body, _Refusal)


def line(text: object) -> str:
    """In single spaces and printable; empty for what is no text."""
    if not isinstance(text, str):
        return ""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def decode(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Nonsense from None
