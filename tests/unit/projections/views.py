"""A view in memory: the same touches and folds that the adapter applies, one event at a time."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from medianest.domain.kernel import Recorded
from medianest.projections.kernel import AnyProjection


def folded(projection: AnyProjection, history: Iterable[Recorded]) -> dict[Any, Any]:
    rows: dict[Any, Any] = {}
    for recorded in history:
        if projection.events is not None and not isinstance(recorded.event, projection.events):
            continue
        for touch in projection.touches(recorded):
            keys = (
                [touch.value]
                if touch.column == projection.key
                else [key for key, row in rows.items() if getattr(row, touch.column) == touch.value]
            )
            for key in keys:
                row = projection.apply(rows.get(key), recorded)
                rows.pop(key, None)
                if row is not None:
                    rows[key] = row
    return rows


def counted(projection: AnyProjection, rows: Mapping[Any, Any]) -> dict[str, int]:
    assert projection.counters is not None
    return dict(Counter(name for row in rows.values() for name in projection.counters(row)))
