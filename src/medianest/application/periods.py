"""Stretches of time as people write them: a year, a month, a day or a moment, what lies before or after, and a..b."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

FORMS: Final = (
    "2026, 2026-11, 2026-11-22 or 2026-11-22T08:00:00Z (days are those of UTC), with >, >=, < or <= in front, "
    "or two of them as 2026-11-01..2026-11-22"
)

_DATE: Final = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_COMPARED: Final = re.compile(r"(>=|<=|>|<)?(.*)", re.DOTALL)


class Period(NamedTuple):
    """From `since` on and before `until` (aware, UTC); None: no bound."""

    since: datetime | None
    until: datetime | None


def period(text: str) -> Period:
    """What `text` means. Raises ValueError where it means nothing."""
    earlier, dots, later = text.partition("..")
    if dots:
        return Period(_single(earlier)[0], _single(later)[1])
    compared = _COMPARED.fullmatch(text)
    sign, rest = (compared[1], compared[2]) if compared else (None, text)
    begin, end = _single(rest)
    match sign:
        case ">":
            return Period(end, None)
        case ">=":
            return Period(begin, None)
        case "<":
            return Period(None, begin)
        case "<=":
            return Period(None, end)
    return Period(begin, end)


def _single(text: str) -> tuple[datetime, datetime]:
    """The first moment of it, and the first after it."""
    try:
        if _MOMENT.fullmatch(text):
            moment = datetime.fromisoformat(text.upper()).astimezone(UTC)
            return moment, moment + timedelta(microseconds=1)
        if found := _DATE.fullmatch(text):
            return _of_date(*(int(part) for part in found.groups() if part is not None))
    except OverflowError:
        pass
    raise ValueError(f"no time: write {FORMS}")


def _of_date(year: int, month: int | None = None, day: int | None = None) -> tuple[datetime, datetime]:
    begin = datetime(year, 1 if month is None else month, 1 if day is None else day, tzinfo=UTC)
    if day is not None:
        return begin, begin + timedelta(days=1)
    if month is not None and month < 12:
        return begin, begin.replace(month=month + 1)
    return begin, begin.replace(year=year + 1, month=1)
