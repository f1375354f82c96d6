"""What the commands of the CLI do, one function each. A command loads the module of its own alone, and that imports
what it needs when it runs: the parent and the worker hold no HTTP."""

import importlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from medianest.main.optional_libraries import FOR_LOGS, passed_over

with passed_over(FOR_LOGS):
    import structlog as structlog  # by this first of all, and so without them

_PLACES: Final[Mapping[str, Sequence[str]]] = {
    "copies": ("export_log", "import_log"),
    "demonstration": ("fill_demo", "run_demo"),
    "history": ("audit_log", "replay"),
    "library": ("accept_machine", "decide_on_removals", "scan_libraries"),
    "people": ("AccountInvalid", "create_administrator", "reset_password", "setup_token", "unlock"),
    "processes": ("database_url", "migrate", "openapi", "serve", "up", "work"),
    "questions": ("ask", "event_catalogue"),
    "rules": ("change_rule", "list_rules"),
    "seals": ("rotate_seal_key", "seal_anchor", "verify_seals"),
    "secrets": ("count_secrets", "rotate_secrets"),
    "traces": ("trace",),
    "upkeep": ("retry_parked", "skip_parked", "undo", "undo_offer"),
    "views": ("build_missing", "projection_states", "rebuild", "verify_view"),
}


def __getattr__(name: str) -> Any:
    """The operation of this name, whose module is loaded now."""
    for module, names in _PLACES.items():
        if name in names:
            return getattr(importlib.import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"No operation is called {name}")


def __dir__() -> list[str]:
    return [name for names in _PLACES.values() for name in names]
