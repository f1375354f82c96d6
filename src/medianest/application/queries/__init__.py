"""Questions and their answers. A question is a frozen dataclass; its answer comes from the views, never the log's tail
(but for what is asked of the log itself)."""

from medianest.application.queries.bus import QueryBus

__all__ = ["QueryBus"]
