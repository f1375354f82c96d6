"""Times as people write them on the command line."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

import typer

AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
FORMS: Final = "2026-11-17T20:15:00Z (RFC 3339), 2026-11-17 (its first moment, in UTC), or 36h, 7d, 2w ago"


def moment(text: str, now: datetime) -> datetime:
    """The time, aware, that `text` means when it is `now`. Raises typer.BadParameter, which says what can be read."""
    try:
        if ago := AGO.fullmatch(text):
            return now - timedelta(**{UNITS[ago[2]]: int(ago[1])})
        found = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise typer.BadParameter(f"{text!r} is no time. Write {FORMS}.") from None
    if DAY.fullmatch(text):
        return found.replace(tzinfo=UTC)
    if found.tzinfo is None:
        raise typer.BadParameter(f"Say which time zone is meant: {text}Z for UTC.")
    return found
