"""The command `medianest`."""

from medianest.main.cli.application import app

__all__ = ["app"]
