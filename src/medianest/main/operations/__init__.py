"""What the commands of the CLI do, one function each. Each imports what it needs when it runs: the parent and the
worker hold no HTTP."""

from medianest.main.operations.copies import export_log, import_log
from medianest.main.operations.demonstration import fill_demo, run_demo
from medianest.main.operations.history import audit_log, replay
from medianest.main.operations.people import AccountInvalid, create_administrator, setup_token
from medianest.main.operations.processes import database_url, migrate, openapi, serve, up, work
from medianest.main.operations.questions import ask, event_catalogue
from medianest.main.operations.seals import rotate_seal_key, seal_anchor, verify_seals
from medianest.main.operations.traces import trace
from medianest.main.operations.upkeep import retry_parked, skip_parked, undo, undo_offer
from medianest.main.operations.views import build_missing, projection_states, rebuild, verify_view

__all__ = [
    "AccountInvalid",
    "ask",
    "audit_log",
    "build_missing",
    "create_administrator",
    "database_url",
    "event_catalogue",
    "export_log",
    "fill_demo",
    "import_log",
    "migrate",
    "openapi",
    "projection_states",
    "rebuild",
    "replay",
    "retry_parked",
    "rotate_seal_key",
    "run_demo",
    "seal_anchor",
    "serve",
    "setup_token",
    "skip_parked",
    "trace",
    "undo",
    "undo_offer",
    "up",
    "verify_seals",
    "verify_view",
    "work",
]
