"""Libraries that others load whole where they find them, though nothing here asks for what they add.

structlog would draw stack traces with rich, httpx has a command line of its own, dependency-injector would read
settings through pydantic and YAML and wire the handlers of Flask, and Litestar take the models of pydantic and attrs.
They are installed because our own command line or the tests need them. A process that runs on would hold them for
nothing: some 10 MB each.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from typing import Final

FOR_LOGS: Final = ("rich",)
FOR_ROUTES: Final = ("attrs", "pydantic")
FOR_SERVE: Final = ("pydantic", "pydantic_settings", "pygments", "rich", "werkzeug")
FOR_WORK: Final = (*FOR_SERVE, "click", "yaml")
"""uvicorn and Litestar cannot do without these two."""


@contextmanager
def passed_over(names: Sequence[str]) -> Iterator[None]:
    """Meanwhile whoever looks for these libraries finds them absent, unless somebody has loaded them already."""
    finder = _Absent(names)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Absent(MetaPathFinder):
    """Asked before the other finders, it says no for all of them."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = frozenset(names)

    def find_spec(self, name: str, *_: object) -> None:
        if name in self._names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
