"""The tokens of the media servers, used once a day where Plex forgets those that nobody uses."""

import pytest
from structlog.testing import capture_logs

from medianest.application.library.guarding import TokenGuard
from medianest.domain.media_server import ServerNotFound
from medianest.ports.failures import PlexUnavailable
from medianest.ports.plex import PlexAccount, PlexToken
from tests.fakes.media_server import FakeMediaServer
from tests.fakes.plex import FakePlexAccounts
from tests.unit.application.libraries import FakeServers
from tests.unit.application.rig import Rig

OWNER = PlexAccount(plex_id="4001", username="ada")


class House:
    """Two servers, whose tokens plex.tv knows."""

    def __init__(self, rig: Rig) -> None:
        self.accounts = FakePlexAccounts(rig.clock)
        self.plex, self.attic = FakeMediaServer("plex"), FakeMediaServer("attic")
        self.servers = FakeServers(plex=self.plex, attic=self.attic)
        self.servers.tokens = {slug: self.accounts.grant(OWNER) for slug in ("plex", "attic")}
        self.guard = TokenGuard(self.servers, self.servers, self.accounts)


@pytest.fixture
def house(rig: Rig) -> House:
    return House(rig)


async def test_every_token_is_used_and_the_servers_are_left_in_peace(house: House) -> None:
    await house.guard.keep_alive()
    assert house.accounts.pinged == [*house.servers.tokens.values()]
    assert (house.plex.asked, house.attic.asked, house.servers.heard) == ([], [], [])


async def test_a_token_that_plex_and_its_server_refuse_is_told(house: House) -> None:
    house.servers.tokens["plex"] = PlexToken("forgotten")
    house.plex.refuses_token = True
    await house.guard.keep_alive()
    assert house.servers.heard == ["plex refuses"]
    assert house.accounts.pinged == [house.servers.tokens["attic"]]


async def test_a_token_that_its_server_still_takes_is_no_news_and_no_word_of_it_is_logged(house: House) -> None:
    house.servers.tokens["plex"] = PlexToken("unknown-there")
    with capture_logs() as logged:
        await house.guard.keep_alive()
    assert house.servers.heard == []
    assert [(line["event"], line["server"]) for line in logged] == [("plex_tv_rejects_token", "plex")]
    assert "unknown-there" not in str(logged)


async def test_what_cannot_be_learned_now_keeps_no_other_token_from_being_used_and_is_tried_again(house: House) -> None:
    house.servers.tokens["plex"] = PlexToken("forgotten")
    house.plex.is_away = True
    with pytest.raises(PlexUnavailable):
        await house.guard.keep_alive()
    assert house.accounts.pinged == [house.servers.tokens["attic"]]
    house.accounts.is_away = True
    with pytest.raises(PlexUnavailable):
        await house.guard.keep_alive()
    assert house.servers.heard == []


async def test_a_server_without_a_token_or_removed_meanwhile_is_left_out(house: House) -> None:
    del house.servers.tokens["plex"]
    house.servers.tokens["attic"] = PlexToken("forgotten")

    async def is_removed(slug: str) -> FakeMediaServer:
        raise ServerNotFound

    house.servers.open = is_removed  # type: ignore[method-assign, assignment]
    await house.guard.keep_alive()
    assert (house.accounts.pinged, house.servers.heard) == ([], [])
