"""Makes the history of a demonstration, with accounts that can sign in, and the views of it."""

from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from medianest.adapters.postgres.rebuild import rebuild
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.security.passwords import Argon2Passwords
from medianest.main.demo.fill import LogBegun, fill
from medianest.main.demo.script import CAST, demonstration
from medianest.main.demo.story import Story
from medianest.projections.catalog import PROJECTIONS

if TYPE_CHECKING:
    from medianest.main.container import Container

SEED: Final = 1
Progress = Callable[[str, int, int], None]
"""Is told what is being made, and how much of how much there is."""


async def make(container: "Container", key: bytes, password: str, events: int, on_progress: Progress) -> int:
    """About so many events; how many there are. A history that is there already stays as it is."""
    story = Story(SEED, demonstration(events, container.clock().now()), HmacClaimIds(key).of_email)
    if await container.log().head() == 0:
        await _give_passwords(container, story, password)  # secrets first, as ever
        with suppress(LogBegun):  # somebody else has made it meanwhile
            await fill(container.direct_url(), key, story, lambda done: on_progress("history", done, max(done, events)))
    await rebuild(
        list(PROJECTIONS.values()),
        container.log(),
        container.direct_url(),
        resume=True,
        on_progress=lambda done, total: on_progress("views", done, total),
    )
    made: int = await container.log().head()
    return made


async def _give_passwords(container: "Container", story: Story, password: str) -> None:
    hasher = Argon2Passwords()
    try:
        for number, character in enumerate(CAST):
            if character.kind != "deleted":
                await container.credentials().put(story.ids[number], await hasher.hash(password))
    finally:
        hasher.close()
