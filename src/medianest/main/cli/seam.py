"""What the commands ask of the rest of MediaNest, and how they get it: late, so that `--help` is quick."""

import asyncio
import gc
import importlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

import typer

if TYPE_CHECKING:
    from pathlib import Path

    from medianest.adapters.eventlog.seals.anchor import Anchor
    from medianest.adapters.eventlog.seals.findings import SealReport
    from medianest.adapters.eventlog.transfer.lines import Copied
    from medianest.application.library.reading import ScanProgress
    from medianest.application.queries.lines import AuditLine
    from medianest.application.queries.trace import Trace
    from medianest.application.rules_in_force import RuleInForce
    from medianest.application.undoing import UndoOffer
    from medianest.domain.kernel import Recorded
    from medianest.main.demo.place import Demonstration
    from medianest.main.event_catalogue import EventEntry
    from medianest.main.settings import Settings
    from medianest.ports.audit import AuditFilter
    from medianest.ports.front_door import Query
    from medianest.ports.library import ScannedLibrary
    from medianest.ports.rebuilds import ViewCheck
    from medianest.ports.views import ViewState

T = TypeVar("T")


class Operations(Protocol):
    """The functions of `medianest.main.operations`. They raise Refused, Unavailable, ServersUnavailable and
    SettingsError; each becomes one line and an exit status."""

    async def serve(self, settings: "Settings") -> None: ...

    async def work(self, settings: "Settings") -> None: ...

    async def up(self, settings: "Settings") -> int:
        """Run everything until a signal comes; the exit status."""

    async def fill_demo(
        self,
        settings: "Settings",
        directory: "Path | None",
        events: int,
        on_progress: Callable[[str, int, int], None],
    ) -> "tuple[Settings, Demonstration]":
        """Make the demonstration where there is none yet, with about so many events; the settings to run it with.
        `on_progress` is told (what is being made, events done, events in all)."""

    async def run_demo(self, settings: "Settings", arrival: float, told: Callable[[str], None]) -> int:
        """Run the demonstration until a signal comes; the exit status. `told` hears its address once it answers."""

    async def migrate(self, settings: "Settings") -> list[int]:
        """The numbers of the migrations that were applied now."""

    async def setup_token(self, settings: "Settings") -> str | None:
        """None: an administrator exists, no token is needed."""

    async def create_administrator(self, settings: "Settings", email: str, name: str, password: str) -> str:
        """The new person's id."""

    async def reset_password(
        self, settings: "Settings", email: str, password: str, *, keep_other_ways: bool
    ) -> None: ...

    async def unlock(self, settings: "Settings", email: str) -> None: ...

    async def projection_states(self, settings: "Settings") -> "Sequence[ViewState]": ...

    async def rebuild(
        self, settings: "Settings", names: "Sequence[str]", resume: bool, on_progress: Callable[[int, int], None]
    ) -> int:
        """The position that the views stand at then. `on_progress` is told (events done, events in all)."""

    async def build_missing(self, settings: "Settings", on_progress: Callable[[int, int], None]) -> "Sequence[str]":
        """The names of the views that were not there in the shape of this release, and are now."""

    async def verify_view(
        self, settings: "Settings", name: str, on_progress: Callable[[int, int], None]
    ) -> "ViewCheck": ...

    async def scan_libraries(
        self,
        settings: "Settings",
        server: str | None,
        library: str | None,
        on_progress: "Callable[[ScanProgress], None]",
    ) -> "Sequence[ScannedLibrary]":
        """How each scan ended: of all libraries, those of one server, or one by its uuid."""

    async def accept_machine(self, settings: "Settings", server: str) -> str:
        """What this media server calls itself now, and is known by from now on."""

    async def decide_on_removals(self, settings: "Settings", server: str, library: str, is_allowed: bool) -> None: ...

    async def ask(self, settings: "Settings", query: "Query[T]") -> T:
        """The answer to a question of the front door, with the names of today."""

    async def export_log(
        self, settings: "Settings", path: "Path", passphrase: str | None, on_progress: Callable[[int, int], None]
    ) -> "Copied":
        """With the keys where there is a passphrase. `on_progress` is told (events done, events in all)."""

    async def import_log(
        self,
        settings: "Settings",
        path: "Path",
        ask_passphrase: Callable[[], str],
        on_progress: Callable[[int, int], None],
    ) -> "Copied":
        """The passphrase is asked for where the file holds keys."""

    def event_catalogue(self) -> "Sequence[EventEntry]": ...

    async def verify_seals(
        self, settings: "Settings", after: int, anchor: bytes | None, on_progress: Callable[[int, int], None]
    ) -> "SealReport":
        """Behind position `after`; `anchor` is the document that was kept. `on_progress` is told (positions done,
        positions in all), from another thread."""

    async def seal_anchor(self, settings: "Settings") -> "Anchor": ...

    async def rotate_seal_key(self, settings: "Settings") -> int:
        """The number of the new key."""

    async def rotate_secrets(self, settings: "Settings", on_progress: Callable[[int, int], None]) -> int:
        """How many were sealed anew. `on_progress` is told (secrets done, secrets in all)."""

    async def count_secrets(self, settings: "Settings") -> Mapping[str, int]:
        """By kind."""

    async def audit_log(
        self, settings: "Settings", phrase: str, limit: int, is_followed: bool, told: Callable[["AuditLine"], None]
    ) -> None:
        """`told` hears the last `limit` of what fits the phrase, the oldest first; then, if followed, what comes."""

    async def replay(
        self,
        settings: "Settings",
        criteria: "AuditFilter",
        after: int,
        until: int | None,
        told: Callable[["Sequence[Recorded]", int, int], None],
    ) -> None:
        """`told` hears what fits with `after` < position <= `until`, batch by batch: (events, the position that all
        is read up to, the position it ends at)."""

    async def trace(self, settings: "Settings", correlation_id: str) -> "Trace":
        """All that followed from one click."""

    async def list_rules(self, settings: "Settings") -> "Sequence[RuleInForce]": ...

    async def change_rule(self, settings: "Settings", key: str, text: str | None) -> None:
        """None: back to its default."""

    async def retry_parked(self, settings: "Settings", reaction: str, position: int) -> None: ...

    async def skip_parked(self, settings: "Settings", reaction: str, position: int, reason: str) -> None: ...

    async def undo_offer(self, settings: "Settings", position: int) -> "UndoOffer":
        """What undoing the event at `position` would do."""

    async def undo(self, settings: "Settings", position: int) -> "Sequence[AuditLine]":
        """The events that came of it."""

    def openapi(self) -> Mapping[str, Any]: ...

    async def database_url(self, settings: "Settings") -> str: ...


def operations(ctx: typer.Context) -> Operations:
    """Those that the caller of the application gave as its `obj` (tests do), else the real ones."""
    given = ctx.find_root().obj
    return cast("Operations", importlib.import_module("medianest.main.operations") if given is None else given)


def settings() -> "Settings":
    """Of this process; what is ignored in the environment is said on stderr. Raises SettingsError."""
    from medianest.main.settings.source import load_settings

    return load_settings(warn=lambda line: typer.secho(line, fg=typer.colors.YELLOW, err=True))


COLLECT_AFTER: Final = 50_000
"""New objects after which Python looks for cycles. At its own 700 it goes through every page of events again and again
while they are being made, finds nothing, and takes a quarter of the time of a rebuild."""


def finish(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run to the end on uvloop, or on asyncio's own loop where there is none (Windows)."""
    gc.set_threshold(COLLECT_AFTER)
    try:
        from uvloop import new_event_loop
    except ImportError:
        return asyncio.run(coroutine)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(coroutine)
