"""The lines of a copied log on their way into the database: events by batches, each before the seal that covers it."""

from collections.abc import Mapping
from typing import Any, Final, Protocol

import msgspec
import psycopg
from psycopg import AsyncConnection

from medianest.adapters.eventlog.seals.seal import Seal, SealKeys
from medianest.adapters.eventlog.transfer.checking import Inspection, Wrong
from medianest.adapters.eventlog.transfer.files import LineReader
from medianest.adapters.eventlog.transfer.lines import EndLine, EventLine, Header, Line, SealLine, line_decoder
from medianest.adapters.eventlog.transfer.row_form import insert
from medianest.adapters.eventlog.transfer.secrecy import (
    Credential,
    EnrolledFactor,
    Passphrase,
    PassphraseWrong,
    SealKey,
    Secret,
    ServerKey,
    SubjectKey,
    VaultSecret,
)
from medianest.domain.kernel import Event
from medianest.ports.failures import SealBroken

BATCH: Final = 5000
ADD_SUBJECT_KEY: Final = """
INSERT INTO subject_keys (user_id, wrapped_key, created_at, destroyed_at) VALUES (%s, %s, %s, %s)"""
ADD_SEAL_KEY: Final = """
INSERT INTO seal_keys (key_id, wrapped_key, created_at) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)"""
ADD_CREDENTIAL: Final = "INSERT INTO credentials (user_id, password_hash, changed_at) VALUES (%s, %s, %s)"
ADD_FACTOR: Final = "INSERT INTO second_factors (user_id, last_step, enrolled_at) VALUES (%s, %s, %s)"
ADD_CODES: Final = "INSERT INTO recovery_codes (user_id, code_hash) SELECT %s, unnest(%s::bytea[])"
ADD_VAULT_KEY: Final = """
INSERT INTO vault_keys (key_id, wrapped_key, made_at) OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s)
ON CONFLICT DO NOTHING"""
ADD_SEALED: Final = """
INSERT INTO secrets (kind, owner, key_id, sealed, changed_at) VALUES (%s, %s, %s, %s, %s)"""
ADD_SEAL: Final = f"""
INSERT INTO seals ({", ".join(Seal._fields)}, mac) VALUES ({", ".join(["%s"] * len(Seal._fields))}, %s)"""


class KeyPlace(Protocol):
    """Where the server keeps its own key."""

    def check(self, key: bytes) -> None:
        """Raises whatever says that this key could not be installed."""

    def install(self, key: bytes) -> None: ...


class Taking:
    """`take` each line, then `end`. `passphrase` is None where the file holds no secrets; its seals are then compared
    with the events and left behind, because nobody could check them any more."""

    def __init__(
        self,
        connection: AsyncConnection[Any],
        file: LineReader,
        header: Header,
        types: Mapping[str, type[Event]],
        *,
        passphrase: Passphrase | None,
        key_place: KeyPlace,
    ) -> None:
        self._connection = connection
        self._file = file
        self._passphrase = passphrase
        self._key_place = key_place
        self._inspection = Inspection(header, types)
        self._forms: list[bytes] = []
        self._secrets = 0
        self._master: bytes | None = None
        self._seal_keys: dict[int, bytes] = {}
        self._is_ended = False

    @property
    def events(self) -> int:
        """How many have been taken."""
        return self._inspection.events

    async def take(self, line: bytes) -> None:
        """Raises LogFileRefused, PassphraseWrong."""
        try:
            await self._take(line_decoder.decode(line))
        except Wrong as wrong:
            raise self._file.refused(str(wrong)) from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise self._file.refused("it is no line of a copied log") from None
        except SealBroken:
            raise self._file.refused("a key in it does not open under the server's own") from None
        except (psycopg.IntegrityError, psycopg.DataError) as error:
            # The first line alone: what comes after it quotes the row.
            why = error.diag.message_primary or type(error).__name__
            raise self._file.refused(f"the database does not take it, or one shortly before ({why})") from None

    def end(self) -> bytes | None:
        """The server's key that came with it, if any did. Raises LogFileRefused where the end is missing."""
        if not self._is_ended:
            raise self._file.refused("the end is missing: the file was cut off behind it")
        return self._master

    async def _take(self, line: Line) -> None:
        if self._is_ended:
            raise Wrong("something follows the end")
        match line:
            case EventLine():
                self._forms.append(self._inspection.event(line))
                if len(self._forms) >= BATCH:
                    await self._flush()
            case SealLine():
                await self._flush()
                await self._take_seal(line)
            case EndLine(lines=lines, sha256=digest):
                if (lines, digest) != (self._file.number - 1, self._file.digest):
                    raise Wrong("the lines before it are not those that were written")
                await self._flush()
                self._inspection.end()
                self._is_ended = True
            case _:
                if self._passphrase is None or self.events:
                    raise Wrong("a secret does not belong here")
                await self._take_secret(self._passphrase.open(line.sealed, self._secrets))
                self._secrets += 1

    async def _flush(self) -> None:
        if forms := self._forms:
            self._forms = []
            await insert(self._connection, forms)

    async def _take_seal(self, line: SealLine) -> None:
        self._inspection.seal(line, self._seal_keys)
        if self._master is not None:
            await self._connection.execute(ADD_SEAL, (*line.seal(), line.mac))

    async def _take_secret(self, secret: Secret) -> None:
        match secret:
            case ServerKey(key=key):
                self._key_place.check(key)
                self._master = key
            case _ if self._master is None:
                raise PassphraseWrong  # no export begins so
            case SubjectKey():
                values = (secret.user_id, secret.wrapped_key, secret.created_at, secret.destroyed_at)
                await self._connection.execute(ADD_SUBJECT_KEY, values)
            case SealKey(key_id=key_id, wrapped_key=wrapped):
                self._seal_keys[key_id] = SealKeys(self._master).opened(wrapped)
                await self._connection.execute(ADD_SEAL_KEY, (key_id, wrapped, secret.created_at))
            case Credential(user_id=user_id, password_hash=password_hash):
                await self._connection.execute(ADD_CREDENTIAL, (user_id, password_hash, secret.changed_at))
            case EnrolledFactor(user_id=user_id):
                await self._connection.execute(ADD_FACTOR, (user_id, secret.last_step, secret.enrolled_at))
                await self._connection.execute(ADD_CODES, (user_id, secret.code_hashes))
            case VaultSecret(key_id=key_id):
                await self._connection.execute(ADD_VAULT_KEY, (key_id, secret.wrapped_key, secret.made_at))
                row = (secret.secret_kind, secret.owner, key_id, secret.sealed, secret.changed_at)
                await self._connection.execute(ADD_SEALED, row)
