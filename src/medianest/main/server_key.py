"""The server's own key: from the settings, or made at the first start and kept in the data directory."""

import os
import secrets
import stat
from pathlib import Path

import structlog

from medianest.adapters.embedded.account import ServersUnavailable, make_directory
from medianest.main.settings import Settings, SettingsError

FILE_NAME = "secret.key"
SIZE = 32  # bytes of randomness; written as hexadecimal digits
OTHERS = stat.S_IRWXG | stat.S_IRWXO

logger = structlog.get_logger(__name__)


def server_key(settings: Settings) -> bytes:
    """At least 32 bytes that never change for this installation; further keys are derived from them.

    Processes that start at the same moment agree on one. A file that other accounts may read is closed to them, with
    a warning. Raises SettingsError when the file cannot be made or closed, or when it was damaged: a new key in its
    place would cut every identifier signed under the old one off its person.
    """
    if settings.secret_key:
        return settings.secret_key.encode()
    path = settings.data_dir / FILE_NAME
    try:
        if not path.exists():
            make_directory(settings.data_dir)
            _make(path)
        _close_to_others(path)
        key = path.read_bytes().strip()
    except ServersUnavailable as error:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {error}") from error
    except OSError as error:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {path} cannot be made or read ({error.strerror}).") from error
    if len(key) < SIZE:
        raise SettingsError(f"MEDIANEST_DATA_DIR: {path} is damaged. Restore it from a backup of the data directory.")
    return key


class ServerKeyPlace:
    """Where the key goes that comes with a copied log: into the data directory, unless the settings name one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, key: bytes) -> None:
        """Raises SettingsError where `install` could not make this the server's key."""
        if self._settings.secret_key and self._settings.secret_key.encode() != key:
            raise SettingsError(
                "MEDIANEST_SECRET_KEY: it names another key than the one in the file. Set it to the one of the "
                "installation that the file is from, or unset it to keep that in the data directory."
            )
        if not self._settings.secret_key and (len(key) < SIZE or key.strip() != key):
            raise SettingsError("MEDIANEST_SECRET_KEY: set it to what it is in the installation that the file is from.")

    def install(self, key: bytes) -> None:
        """In place of whatever key is there. Raises SettingsError, ServersUnavailable, OSError."""
        self.check(key)
        if not self._settings.secret_key:
            make_directory(self._settings.data_dir)
            path = self._settings.data_dir / FILE_NAME
            _draft(path, key).replace(path)
            _sync(path.parent)


def _close_to_others(path: Path) -> None:
    """Nothing to do where modes mean nothing, as on Windows: what is set there is not what is read."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name != "posix" or not mode & OTHERS:
        return
    try:
        path.chmod(0o600)
    except OSError as error:
        raise SettingsError(
            f"MEDIANEST_DATA_DIR: other accounts may read {path} (mode {mode:04o}), and that could not be changed "
            f"({error.strerror}). Let its owner run: chmod 600 {path}"
        ) from error
    logger.warning("secret_key_was_open_to_others", path=str(path), mode=f"{mode:04o}", now="0600")


def _make(path: Path) -> None:
    """Whole and on the disk under a name of our own, then linked: whoever links first has made the key."""
    draft = _draft(path, secrets.token_hex(SIZE).encode())
    try:
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
    _sync(path.parent)


def _draft(path: Path, key: bytes) -> Path:
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(key + b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        draft.unlink()
        raise
    return draft


def _sync(folder: Path) -> None:
    directory = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
