"""The lines of a copied log: NDJSON, the header first and the end last.

Between them come the secrets, if they are in it, and then the events in their order, each seal behind the last event
that it covers. An event is the row as it is stored: its body is the stored text, sealed fields stay sealed, and times
have their microseconds, so its canonical form is the same wherever it is read (see `row_form`).
"""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta

from medianest.adapters.eventlog.rows import StoredRow
from medianest.adapters.eventlog.seals.seal import Seal
from medianest.adapters.eventlog.transfer.secrecy import Wrapping

Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=0)]


class Header(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """`head` is the last position of the log, `events` and `seals` are how many lines of each there are, and `keys`
    is how the secrets are sealed (null: there are none)."""

    format: Literal["medianest-log"]
    format_version: Literal[1]
    medianest: Annotated[str, Meta(pattern=r"^[\w.+-]{1,40}$")]
    exported_at: Moment
    head: Count
    events: Count
    seals: Count
    keys: Wrapping | None


class Copied(msgspec.Struct, frozen=True, kw_only=True):
    """What one copy holds; `head` is the last position in it."""

    events: int
    seals: int
    head: int
    has_keys: bool


class EventLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="line", tag="event"):
    """A row of `events`."""

    position: Annotated[int, Meta(gt=0)]
    category: str
    stream_id: UUID
    version: Annotated[int, Meta(gt=0)]
    tag: str
    schema: Annotated[int, Meta(gt=0, lt=2**15)]
    event_id: UUID
    actor: UUID
    session_id: UUID | None
    correlation_id: str
    causation_id: UUID | None
    occurred_at: Moment
    recorded_at: Moment
    body: str

    def row(self) -> StoredRow:
        *fields, body = (getattr(self, name) for name in StoredRow._fields)
        return StoredRow._make([*fields, body.encode()])


class SealLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="line", tag="seal"):
    """A row of `seals`; bytes in base64."""

    number: Count
    after: Count
    last: Count
    positions: list[int]
    digests: bytes
    key_id: int
    sealed_at: Moment
    mac: bytes

    def seal(self) -> Seal:
        return Seal(*(getattr(self, name) for name in Seal._fields))


class SecretLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="secret"):
    """One of `secrecy.Secret`, sealed under the passphrase."""

    sealed: bytes


class EndLine(msgspec.Struct, frozen=True, kw_only=True, tag_field="line", tag="end"):
    """`lines` is how many come before this one, `sha256` the hash over them with their line ends, in hex."""

    lines: int
    sha256: str


Line = EventLine | SealLine | SecretLine | EndLine

encode: Final = msgspec.json.Encoder().encode
header_decoder: Final = msgspec.json.Decoder(Header)
line_decoder: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def event_line(row: StoredRow) -> EventLine:
    fields: dict[str, Any] = row._asdict()
    return EventLine(**{**fields, "body": row.body.decode()})


def seal_line(seal: Seal, mac: bytes) -> SealLine:
    return SealLine(**seal._asdict(), mac=mac)
