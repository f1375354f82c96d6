"""MediaNest: one place for the people around a home media server."""


def __getattr__(name: str) -> str:
    """`__version__`, read when somebody asks: what reads it takes its time, and most processes never say it."""
    if name == "__version__":
        from importlib.metadata import version

        return version("medianest")
    raise AttributeError(f"module 'medianest' has no attribute {name!r}")
