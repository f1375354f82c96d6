"""Walking through a list page by page."""

from collections.abc import Awaitable, Callable
from typing import Any

from medianest.ports.views import Page

Key = tuple[str, ...] | None


async def all_pages(turn: Callable[[Key], Awaitable[Page[Any]]], limit: int) -> list[Any]:
    """All items. A page but the last holds `limit` items, and none is empty unless the whole list is."""
    items: list[Any] = []
    after: Key = None
    while True:
        page = await turn(after)
        items.extend(page.items)
        if page.next_key is None:
            assert len(page.items) <= limit
            assert page.items or after is None
            return items
        assert len(page.items) == limit
        after = page.next_key
