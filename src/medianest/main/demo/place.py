"""Where a demonstration lives: a directory of its own, which says so, and settings that lead nowhere else."""

import os
import secrets
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from medianest.adapters.embedded.account import make_directory
from medianest.domain.kernel import Refused
from medianest.main.demo.script import CAST
from medianest.main.demo.words import address
from medianest.main.settings import Secret, Settings
from medianest.main.settings.catalogue import settings_catalogue

MARK: Final = "demo.json"
"""Beside the servers' files: what made the directory, and what is needed to go on with it. For scripts, too."""

DRAFT: Final = f".{MARK}"

ELSEWHERE: Final = (
    "config",
    "database_url",
    "database_direct_url",
    "redis_url",
    "secret_key",
    "tmdb_token",
    "overseerr_url",
    "overseerr_api_key",
    "plex_url",
    "plex_token",
    "smtp_host",
    "smtp_user",
    "smtp_password",
    "smtp_from",
    "oidc_issuer",
    "oidc_client_id",
    "oidc_client_secret",
)
"""Settings that lead to servers, keys and files of somebody: a demonstration has its own."""


class NotADemonstration(Refused):
    code, kind = "not_a_demonstration", "conflict"


class Account(msgspec.Struct, frozen=True):
    """An address to sign in with, and what that person may do."""

    email: str
    kind: str


class Demonstration(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What the mark holds. `events` of history are there; 0 until all of it is."""

    password: Secret
    webhook: Secret
    accounts: tuple[Account, ...]
    events: int = 0


ACCOUNTS: Final = tuple(
    Account(address(number), character.kind) for number, character in enumerate(CAST) if character.kind != "deleted"
)


def directory_beside(settings: Settings) -> Path:
    """Where a demonstration is made unless somebody says otherwise: not within what is backed up."""
    return settings.data_dir.with_name(f"{settings.data_dir.name}-demo")


def settings_within(settings: Settings, directory: Path, webhook: Secret) -> Settings:
    """Those that say how to listen and to log are the caller's; all others lead into `directory`."""
    nowhere = dict.fromkeys(ELSEWHERE)
    return replace(
        settings,
        **nowhere,
        data_dir=directory,
        overseerr_webhook_authorization=webhook,
        plex_webhook_secret=webhook,
    )


def environment_of(settings: Settings) -> dict[str, str]:
    """What makes a child see these settings and no others; but for the servers', which its parent adds."""
    named = [setting for setting in settings_catalogue() if setting.field not in ("database_url", "redis_url")]
    return {setting.variable: _text(getattr(settings, setting.field)) for setting in named}


def _text(value: Any) -> str:
    """As it is written in the environment; empty counts as not set."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return "" if value is None else str(value)


def taken_up(directory: Path) -> Demonstration:
    """The one in `directory`, or the beginnings of a new one where there is nothing yet.

    Raises NotADemonstration, ServersUnavailable, OSError.
    """
    mark = directory / MARK
    if mark.exists():
        try:
            return msgspec.json.decode(mark.read_bytes(), type=Demonstration, dec_hook=lambda kind, text: kind(text))
        except msgspec.MsgspecError as error:
            raise NotADemonstration(f"{mark} is damaged. Delete {directory} and start anew.") from error
    if directory.exists() and (not directory.is_dir() or {path.name for path in directory.iterdir()} - {DRAFT}):
        raise NotADemonstration(
            f"{directory} was not made by `medianest demo`, which touches nothing else. Name another --directory."
        )
    make_directory(directory)
    fresh = Demonstration(
        password=Secret(f"demo-{secrets.token_hex(4)}"), webhook=Secret(secrets.token_hex(16)), accounts=ACCOUNTS
    )
    keep(directory, fresh)
    return fresh


def keep(directory: Path, demonstration: Demonstration) -> None:
    """Write the mark, whole or not at all, for its owner's eyes alone."""
    written = msgspec.json.format(msgspec.json.encode(demonstration, enc_hook=str))
    draft = directory / DRAFT
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "wb") as file:
        file.write(written + b"\n")
    draft.rename(directory / MARK)
