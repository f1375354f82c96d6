"""The server's own key: from the settings, or made at the first start and kept in the data directory."""

import os
import secrets
from pathlib import Path

from medianest.adapters.embedded.account import ServersUnavailable, make_directory
from medianest.main.settings import Settings, SettingsError

FILE_NAME = "secret.key"
SIZE = 32  # bytes of randomness; written as hexadecimal digits


def server_key(settings: Settings) -> bytes:
    """At least 32 bytes that never change for this installation; further keys are derived from them.

    Processes that start at the same moment agree on one. Raises SettingsError when the file cannot be made, or when
    it was damaged: a new key in its place would cut every identifier signed under the old one off its person.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / FILE_NAME
    try:
        if not path.exists():
            make_directory(settings.data_dir)
            _make(path)
        key = path.read_bytes().strip()
    except ServersUnavailable as error:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {error}") from error
    except OSError as error:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {path} cannot be made or read ({error.strerror}).") from error
    if len(key) < SIZE:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {path} is damaged. Restore it from a backup of the data directory.")
    return key


def _make(path: Path) -> None:
    """Write whole and to the disk under a name of our own, then link: whoever links first has made the key."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_hex(SIZE).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
