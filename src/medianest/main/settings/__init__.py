"""Every setting that MediaNest has, in one frozen struct. `docs/configuration.md` is written from it.

The chapters follow one another as classes, since a msgspec struct can inherit from one alone.
"""

from medianest.main.settings.form import PREFIX, SYSTEM_DIRECTORY, Secret, SettingsError, default_data_dir
from medianest.main.settings.limits import Limits


class Settings(Limits, frozen=True, kw_only=True):
    """Where MediaNest listens, what it keeps where, and whom it talks to. Read once, at the start."""


__all__ = ["PREFIX", "SYSTEM_DIRECTORY", "Secret", "Settings", "SettingsError", "default_data_dir"]
