"""MediaNest: one place for the people around a home media server."""

from importlib.metadata import version

__version__ = version("medianest")
