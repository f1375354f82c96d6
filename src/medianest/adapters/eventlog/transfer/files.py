"""The file itself: for its owner alone, compressed where its name ends in .gz, and under its own name only when it is
whole."""

import fcntl
import gzip
import os
import zlib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

from medianest.domain.kernel import Refused

GZIP: Final = b"\x1f\x8b"
LONGEST_LINE: Final = 64 * 2**20
LEVEL: Final = 3
"""Of compression: most of what there is to gain, at a third of the time."""


class LogFileRefused(Refused):
    code, kind = "log_file_refused", "invalid"
    text = "This file holds no log that can be imported."


class LogFileExists(Refused):
    code, kind = "log_file_exists", "conflict"


class LineWriter:
    """`with LineWriter(path) as file:`; `close_whole` gives it its name, and without that there is only a `.part`.

    Raises LogFileExists where there is a file of this name, and OSError. `lines` and `digest` are of what was written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f"{path.name}.part")
        self._digest = sha256()
        self.lines = 0

    def __enter__(self) -> "LineWriter":
        self._clear()
        try:
            descriptor = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            raise self._taken() from None
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # for as long as it is written
        self._raw = os.fdopen(descriptor, "wb")
        self._file: IO[bytes] | gzip.GzipFile = self._raw
        if self._path.suffix == ".gz":
            self._file = gzip.GzipFile(filename="", mode="wb", fileobj=self._raw, compresslevel=LEVEL)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def _clear(self) -> None:
        """Away with what an export left behind that broke off, but not with what one is writing now."""
        if self._path.exists():
            raise LogFileExists(f"{self._path} is there already. Name another file, or move it away.")
        try:
            descriptor = os.open(self._part, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
            self._part.unlink()
        except BlockingIOError:
            raise self._taken() from None
        finally:
            os.close(descriptor)

    def _taken(self) -> LogFileExists:
        return LogFileExists(f"Another export is writing {self._path} just now.")

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def write(self, line: bytes) -> None:
        self._digest.update(line)
        self._digest.update(b"\n")
        self._file.write(line)
        self._file.write(b"\n")
        self.lines += 1

    def close_whole(self) -> None:
        """On the disk, and under its name."""
        if self._file is not self._raw:
            self._file.close()
        self._raw.flush()
        os.fsync(self._raw.fileno())
        self._part.rename(self._path)


class LineReader:
    """`with LineReader(path) as file:`. Raises OSError, and LogFileRefused for what cannot be read to its end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = sha256()
        self.number = 0
        """Of the line read last; the first is 1."""

    def __enter__(self) -> "LineReader":
        self._raw = self._path.open("rb")
        is_compressed = self._raw.peek(2)[:2] == GZIP
        self._file: Any = gzip.GzipFile(fileobj=self._raw) if is_compressed else self._raw
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._raw.close()

    def __iter__(self) -> Iterator[bytes]:
        """The lines without their ends."""
        while line := self._line():
            self.number += 1
            if not line.endswith(b"\n"):
                raise self.refused("it is cut off, or much too long")
            yield line[:-1]
            self._digest.update(line)

    @property
    def digest(self) -> str:
        """Of all lines before the one read last, while whoever asked for it works on it."""
        return self._digest.hexdigest()

    def refused(self, why: str) -> LogFileRefused:
        return LogFileRefused(f"{self._path.name}, line {self.number}: {why}. Nothing was imported.")

    def _line(self) -> bytes:
        try:
            line: bytes = self._file.readline(LONGEST_LINE)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            self.number += 1
            raise self.refused("the file is damaged or cut off here") from None
        return line
