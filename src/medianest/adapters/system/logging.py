"""Logs: one form for our own lines and for those of the libraries, and nothing secret or personal in either."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from functools import lru_cache
from typing import Any, Final, Literal, TextIO

import msgspec
import structlog
from structlog.types import Processor

LogFormat = Literal["console", "json"]

_REDACTED: Final = "[redacted]"
_SECRET_NAMES: Final = ("password", "token", "authorization", "api_key", "apikey", "secret", "cookie")
_IN_TEXT: Final = (
    (re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]+", re.IGNORECASE), rf"\1 {_REDACTED}"),
    (
        re.compile(
            r"""\b((?:x-)?(?:plex[_-]?|access[_-]?|refresh[_-]?|setup[_-]?)?(?:api[_-]?key|token|password|secret))"""
            r"""(["']?\s*[=:]\s*["']?)[^&\s"',;)}]+""",
            re.IGNORECASE,
        ),
        rf"\1\2{_REDACTED}",
    ),
    (re.compile(r"://[^/@\s]+@"), f"://{_REDACTED}@"),
    # Postgres quotes rows there, and so what people are called and write.
    (
        re.compile(
            r"(^[ |]*|\\n)(DETAIL|CONTEXT):.*?(?=\n[ |]*(?:HINT|CONTEXT):|\n+[ |]*(?:The above exc|During handl)|\Z)",
            re.MULTILINE | re.DOTALL,
        ),
        rf"\1\2: {_REDACTED}",
    ),
)
_MAY_HOLD_ONE: Final = re.compile(r"[\s:=]")
"""Without one of these in it, none of the patterns above can match a text: an id or a path need not be searched."""
_CHATTY: Final = {
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "uvicorn": logging.WARNING,
    "procrastinate": logging.WARNING,
}
"""Loggers that say too much: httpx writes whole URLs, the access log is our own, and a job's arguments are its own."""


def configure_logging(format: LogFormat = "console", level: str = "INFO", *, stream: TextIO | None = None) -> None:  # noqa: A002
    """Set up structlog and the standard library's logging, on `stream` (standard error unless told).

    Console lines are for people, JSON lines for machines. Start uvicorn with `log_config=None`.
    """
    target = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        redact,
    ]
    renderer: Processor = (
        structlog.processors.JSONRenderer(serializer=_to_json)
        if format == "json"
        else structlog.dev.ConsoleRenderer(colors=target.isatty(), pad_event_to=0)
    )
    handler = logging.StreamHandler(target)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in list(logging.root.manager.loggerDict):
        other = logging.getLogger(name)
        other.handlers.clear()
        other.propagate = True
    for name, quieter in _CHATTY.items():
        logging.getLogger(name).setLevel(quieter)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: hides values by the name of their key, and secrets and rows inside of text."""
    for name, value in event.items():
        if not name.startswith("_"):
            event[name] = _clean(name, value)
    return event


def _clean(name: str, value: object) -> object:
    if isinstance(value, bool | int | float):  # a count or a position, whatever it is called: secrets are text
        return value
    if _is_secret(name):
        return _REDACTED
    if isinstance(value, str):
        if not _MAY_HOLD_ONE.search(value):
            return value
        for pattern, instead in _IN_TEXT:
            value = pattern.sub(instead, value)
        return value
    if isinstance(value, Mapping):
        return {key: _clean(str(key), member) for key, member in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_clean("", item) for item in value]
    if isinstance(value, BaseException):
        return _clean("", repr(value))
    return value


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    plain = name.lower().replace("-", "_")
    return any(secret in plain for secret in _SECRET_NAMES)


def _to_json(event: object, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
