"""What the commands ask of the rest of MediaNest, and how they get it: late, so that `--help` is quick."""

import asyncio
import importlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

import typer

if TYPE_CHECKING:
    from medianest.main.settings import Settings
    from medianest.ports.views import ViewState

T = TypeVar("T")


class Operations(Protocol):
    """The functions of `medianest.main.operations`. They raise Refused, Unavailable, ServersUnavailable and
    SettingsError; each becomes one line and an exit status."""

    async def serve(self, settings: "Settings") -> None: ...

    async def work(self, settings: "Settings") -> None: ...

    async def up(self, settings: "Settings") -> int:
        """Run everything until a signal comes; the exit status."""

    async def migrate(self, settings: "Settings") -> list[int]:
        """The numbers of the migrations that were applied now."""

    async def setup_token(self, settings: "Settings") -> str | None:
        """None: an administrator exists, no token is needed."""

    async def create_administrator(self, settings: "Settings", email: str, name: str, password: str) -> str:
        """The new person's id."""

    async def projection_states(self, settings: "Settings") -> "Sequence[ViewState]": ...

    async def rebuild(self, settings: "Settings", name: str, on_progress: Callable[[int, int], None]) -> None:
        """`on_progress` is told (events done, events in all)."""

    def openapi(self) -> Mapping[str, Any]: ...

    async def database_url(self, settings: "Settings") -> str: ...


def operations(ctx: typer.Context) -> Operations:
    """Those that the caller of the application gave as its `obj` (tests do), else the real ones."""
    given = ctx.find_root().obj
    return cast("Operations", importlib.import_module("medianest.main.operations") if given is None else given)


def settings() -> "Settings":
    """Of this process; what is ignored in the environment is said on stderr. Raises SettingsError."""
    from medianest.main.settings_source import load_settings

    return load_settings(warn=lambda line: typer.secho(line, fg=typer.colors.YELLOW, err=True))


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop, or on asyncio's own loop where there is none (Windows)."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(coroutine)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(coroutine)
