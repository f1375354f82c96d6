"""One account at each provider, however many somebody links at once, and all of them found when all have to go."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace

from medianest.application.identity.linking import OutsideAccount
from medianest.domain.link_claim import LinkedAlready
from medianest.domain.linked_account import LinkAccount
from tests.unit.application.desk import Desk
from tests.unit.application.rig import CLICK, Rig

THERE = OutsideAccount(method="oidc", provider="home", subject="https://id.example 1", name="Ben", may_register=True)


@pytest.fixture
def desk(rig: Rig) -> Desk:
    return Desk(rig)


async def test_of_two_accounts_at_one_provider_that_are_linked_at_once_one_is(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    another = replace(THERE, subject="https://id.example 2")
    account_id = desk.links.account_id("home", another.subject)
    rival = LinkAccount(**rig.by(ada), account_id=account_id, user_id=ada, provider="home", name="Ben")
    rig.log.rivals.append((rig.another_bus(), rival))
    with pytest.raises(LinkedAlready):
        await desk.links.link(ada, THERE, CLICK)
    assert [link.account_id for link in await desk.links.of(ada)] == [account_id]
    await desk.links.unlink(ada, ada, account_id, CLICK)
    await desk.links.link(ada, THERE, CLICK)


async def test_eight_accounts_that_are_linked_at_the_same_moment_are_one_link(rig: Rig, desk: Desk) -> None:
    ada = await desk.ada()
    accounts = [replace(THERE, provider="plex", subject=str(number)) for number in range(8)]
    done = await asyncio.gather(*(desk.links.link(ada, one, CLICK) for one in accounts), return_exceptions=True)
    assert sum(isinstance(it, LinkedAlready) for it in done) == 7
    assert len(await desk.links.of(ada)) == 1


async def test_links_of_which_the_view_has_not_heard_are_unlinked_too(desk: Desk) -> None:
    ada = await desk.ada()
    await desk.links.link(ada, THERE, CLICK)

    async def behind(_: UUID) -> list[Any]:
        return []

    desk.links.of = behind  # type: ignore[method-assign]
    assert await desk.links.unlink_all(ada, ada, CLICK) == ["home"]
    assert await desk.links.unlink_all(ada, ada, CLICK) == []
