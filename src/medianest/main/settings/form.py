"""What a setting is made of: its words for people, the forms that values take, and what never shows itself."""

import os
from pathlib import Path

from msgspec import Meta

PREFIX = "MEDIANEST_"
SYSTEM_DIRECTORY = Path("/var/lib/medianest")


class SettingsError(Exception):
    """A setting has a value that cannot be used. The text is one line for people and never holds a secret."""


class Secret(str):
    """A text that shows itself nowhere by accident: its `repr` hides it. Where it is needed, it is a plain str."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret('***')"


def default_data_dir() -> Path:
    """/var/lib/medianest for root, else `medianest` in the user's data directory (XDG Base Directory 0.8)."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return SYSTEM_DIRECTORY
    xdg = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (xdg if xdg.is_absolute() else Path.home() / ".local" / "share") / "medianest"


POSTGRES = r"postgres(ql)?://\S+"
ORIGIN = r"https?://(\[[0-9a-fA-F:]+\]|[^\s/?#@:\[\]]+)(:\d{1,5})?"
HTTP = ORIGIN + r"(/[^\s?#@]*)?"


def about(
    description: str,
    *,
    form: str,
    example: str,
    pattern: str | None = None,
    default: str | None = None,
    is_exact: bool = False,
) -> Meta:
    """What a person needs to set a thing right.

    `form` completes the sentence "... is not <form>", a text has to match `pattern` as a whole, and `default` is for
    the documentation, where the real one depends on the machine. An address loses its slash at the end unless it
    `is_exact`.
    """
    extra = {"form": form, "example": example, "pattern": pattern, "default": default, "is_exact": is_exact}
    return Meta(description=description, extra=extra)
