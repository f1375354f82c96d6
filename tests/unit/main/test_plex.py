"""Plex, as the settings name it."""

from contextlib import asynccontextmanager

import pytest

from medianest.adapters.plex import client_identifier
from medianest.adapters.standin import PlexServerStandin, PlexTvStandin
from medianest.adapters.upstream.register import UpstreamRegister
from medianest.application.library.servers import TRIAL
from medianest.application.outgoing import AllowedAddresses
from medianest.main.media_servers import PlexConnections
from medianest.main.plex import plex_accounts, plex_server_at, plex_server_client, plex_tv_client
from medianest.main.settings import Secret, Settings, SettingsError
from medianest.ports.failures import PlexNotConfigured
from tests.fakes.clock import FakeClock

tv_client = asynccontextmanager(plex_tv_client)
server_client = asynccontextmanager(plex_server_client)
KEY = b"the key of a server that lets people in by Plex"


async def test_the_settings_lead_to_plex_and_to_our_server() -> None:
    async with PlexTvStandin() as tv, PlexServerStandin() as server:
        settings = Settings(plex_url=server.url, plex_token=Secret(server.token), plex_tv_url=tv.url)
        async with tv_client(settings) as to_plex, server_client(settings) as to_server:
            plex = plex_accounts(to_plex, to_server, FakeClock(), settings, KEY)
            assert plex.is_configured
            pin = await plex.begin()
            assert pin.link.startswith("https://app.plex.tv/auth#?")
            tv.confirm(pin.code, "ada")
            token = await plex.claim(pin.pin_id, pin.code)
            assert token is not None
            assert await plex.has_access(token)
    # What belongs to the owner's server is never sent to plex.tv.
    assert server.token not in str([each.headers for each in tv.received])
    assert token.value not in str([each.headers for each in server.received])


async def test_without_settings_there_is_no_plex() -> None:
    async with tv_client(Settings()) as to_plex, server_client(Settings()) as to_server:
        assert to_server is None
        plex = plex_accounts(to_plex, to_server, FakeClock(), Settings(), KEY)
        assert not plex.is_configured
        with pytest.raises(PlexNotConfigured):
            await plex.begin()


async def test_a_token_that_no_header_can_hold_is_told_at_the_start() -> None:
    with pytest.raises(SettingsError, match="key of plex"):
        async with server_client(Settings(plex_url="http://plex.local:32400", plex_token=Secret("schlüssel"))):
            pass


async def test_several_media_servers_are_asked_each_with_its_own_token() -> None:
    async with (
        PlexServerStandin(token="token-of-the-first") as first,
        PlexServerStandin(token="token-of-the-second", machine="another-machine") as second,
        plex_server_at("first", first.url, first.token, KEY) as one,
        plex_server_at("second", second.url, second.token, KEY) as other,
    ):
        machines = [(await each.media.identity()).machine_identifier for each in (one, other)]
        await one.collections.all("1")
        await other.activity.playing()
    assert machines == [first.machine, "another-machine"]
    assert first.token not in str([each.headers for each in second.received])
    assert first.received[0].headers["x-plex-client-identifier"] == client_identifier(KEY)


@pytest.mark.parametrize(("url", "token"), [("ftp://x", "t"), ("http://u:p@x", "t"), ("http://x", "t\u00fc")])
async def test_an_address_or_a_token_that_cannot_be_one_is_refused_unrepeated(url: str, token: str) -> None:
    with pytest.raises(ValueError, match="of attic") as refused:
        async with plex_server_at("attic", url, token, KEY):
            pass
    assert url not in str(refused.value)
    assert token not in str(refused.value).split()


async def test_every_way_to_a_media_server_is_shown_but_for_those_that_are_only_tried() -> None:
    """And the server of the settings has one way, for those who come in by it and for its libraries."""
    async with (
        PlexServerStandin() as own,
        PlexServerStandin(token="attic-token") as attic,
        server_client(Settings(plex_url=own.url, plex_token=Secret(own.token))) as to_own,
    ):
        assert to_own is not None
        register = UpstreamRegister({"plex": to_own})
        async with PlexConnections(KEY, AllowedAddresses.of("on"), to_own, register) as ways:
            await (await ways.to("plex", own.url, own.token, is_given=False)).libraries()
            media = await ways.to("attic", attic.url, attic.token, is_given=True)
            await media.libraries()
            await (await ways.to(f"{TRIAL} 1)", attic.url, attic.token, is_given=True)).libraries()
            shown = {each.name: (each.short.calls, each.token) for each in register.samples()}
            assert shown == {"plex": (1, "accepted"), "attic": (1, "accepted")}
            await ways.close("attic")
            assert await media.libraries(), "whoever is reading is not cut off"
