"""The views: how far each is, and making one anew."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from medianest.main.operations.connected import connected_container
from medianest.main.settings import Settings
from medianest.ports.views import ViewState

if TYPE_CHECKING:
    from medianest.ports.rebuilds import ViewCheck


async def projection_states(settings: Settings) -> Sequence[ViewState]:
    async with connected_container(settings) as container:
        states: Sequence[ViewState] = await container.progress().states()
        return states


async def rebuild(
    settings: Settings, names: Sequence[str], resume: bool, on_progress: Callable[[int, int], None]
) -> int:
    from medianest.adapters.postgres.rebuild import rebuild as rebuild_views
    from medianest.projections.catalog import PROJECTIONS

    views = [PROJECTIONS[name] for name in names]
    async with connected_container(settings) as container:
        return await rebuild_views(
            views, container.log(), container.direct_url(), resume=resume, on_progress=on_progress
        )


async def build_missing(settings: Settings, on_progress: Callable[[int, int], None]) -> Sequence[str]:
    from medianest.adapters.postgres.view_builder import ViewBuilder
    from medianest.projections.catalog import PROJECTIONS

    async with connected_container(settings) as container:
        builder = ViewBuilder(container.log(), container.direct_url(), tuple(PROJECTIONS.values()))
        return await builder.build_missing(on_progress)


async def verify_view(settings: Settings, name: str, on_progress: Callable[[int, int], None]) -> "ViewCheck":
    from medianest.adapters.postgres.view_checks import verify
    from medianest.projections.catalog import PROJECTIONS

    async with connected_container(settings) as container:
        return await verify(PROJECTIONS[name], container.log(), container.direct_url(), on_progress)
