"""API keys: made, listed, revoked; and when they were last used."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest

from medianest.application.identity.keys import KeyDesk
from medianest.application.identity.presence import Presence
from medianest.domain.api_key import SCOPES, ApiKeyExpiresInThePast, ApiKeyNotFound
from medianest.domain.authority import NotAnAdministrator
from medianest.domain.key_scopes import let_through
from medianest.domain.user.vocabulary import PERMISSIONS
from medianest.ports.api_keys import HeldKey
from medianest.ports.failures import LogUnavailable
from medianest.ports.sessions import Sighting
from tests.fakes.api_keys import FakeApiKeyList, FakeApiKeys
from tests.fakes.clock import FakeClock
from tests.unit.application.rig import CLICK, Rig

ONE, TWO = UUID(int=1), UUID(int=2)


class Desk(KeyDesk):
    """A desk on a rig."""

    def __init__(self, rig: Rig) -> None:
        self.rig, self.keys = rig, FakeApiKeys()
        listing = FakeApiKeyList(rig.views)
        super().__init__(rig.bus, rig.states, keys=self.keys, listing=listing, clock=rig.clock, ids=rig.ids)


@pytest.fixture
def desk() -> Desk:
    return Desk(Rig())


async def test_a_key_is_shown_once_and_listed_with_its_last_use(desk: Desk) -> None:
    ada = await desk.rig.person()
    made = await desk.make(ada, name=" Script ", scopes=["admin", "read", "read"], expires_at=None, context=CLICK)
    held = await desk.held(made.secret)
    assert held is not None
    assert held == HeldKey(key_id=made.card.key_id, user_id=ada, scopes=frozenset({"read", "admin"}))
    (seen,) = (await desk.of(ada, limit=20, after=None)).items
    assert (seen.card, seen.last_use) == (made.card, None)
    assert (seen.card.name, seen.card.scopes) == ("Script", ("read", "admin"))
    used = Sighting(at=desk.rig.clock.now(), address="192.0.2.1")
    await desk.keys.seen({held.key_id: used})
    assert (await desk.of(ada, limit=20, after=None)).items[0].last_use == used


async def test_a_key_that_is_refused_opens_nothing(desk: Desk) -> None:
    ada = await desk.rig.person()
    before = desk.rig.clock.now() - timedelta(seconds=1)
    with pytest.raises(ApiKeyExpiresInThePast):
        await desk.make(ada, name="Script", scopes=["read"], expires_at=before, context=CLICK)
    assert await desk.keys.read(f"mn_{1:043}", before - timedelta(seconds=1)) is None
    assert (await desk.of(ada, limit=20, after=None)).items == []


async def test_keys_are_revoked_by_their_person_and_those_above_them(desk: Desk) -> None:
    boss = await desk.rig.person(role="admin")
    porter = await desk.rig.person("manage_users")
    guest, other = await desk.rig.person(), await desk.rig.person()
    mine = [await desk.make(guest, name="x", scopes=["read"], expires_at=None, context=CLICK) for _ in range(3)]
    theirs = await desk.make(boss, name="x", scopes=["read"], expires_at=None, context=CLICK)
    with pytest.raises(ApiKeyNotFound):
        await desk.revoke(other, guest, mine[0].card.key_id, CLICK)
    with pytest.raises(ApiKeyNotFound):
        await desk.revoke(other, other, mine[0].card.key_id, CLICK)
    with pytest.raises(NotAnAdministrator):
        await desk.revoke(porter, boss, theirs.card.key_id, CLICK)
    for actor, made in zip((guest, porter, boss), mine, strict=True):
        await desk.revoke(actor, guest, made.card.key_id, CLICK)
        assert await desk.held(made.secret) is None
    assert await desk.held(theirs.secret) is not None
    assert all(seen.card.revoked_at for seen in (await desk.of(guest, limit=20, after=None)).items)


async def test_revoking_again_finishes_what_broke_off(desk: Desk) -> None:
    ada = await desk.rig.person()
    made = await desk.make(ada, name="x", scopes=["read"], expires_at=None, context=CLICK)
    await desk.revoke(ada, ada, made.card.key_id, CLICK)
    left_over = HeldKey(key_id=made.card.key_id, user_id=ada, scopes=frozenset())
    again = await desk.keys.issue(left_over)
    assert (await desk.revoke(ada, ada, made.card.key_id, CLICK)).recorded == ()
    assert await desk.held(again) is None


def test_a_key_never_may_more_than_its_person() -> None:
    assert let_through(PERMISSIONS, SCOPES) == frozenset(PERMISSIONS)
    assert let_through(["request"], SCOPES) == {"request"}
    assert let_through(PERMISSIONS, ["read"]) == frozenset()
    assert let_through(PERMISSIONS, ["admin"]) == {"view_audit"}
    each = [let_through(PERMISSIONS, [scope]) for scope in SCOPES]
    assert frozenset().union(*each) == frozenset(PERMISSIONS)
    assert sum(map(len, each)) == len(PERMISSIONS), "each permission needs exactly one scope"


class Ledger:
    """Where sightings are written down, while it is there."""

    def __init__(self) -> None:
        self.rounds: list[Mapping[UUID, Sighting]] = []
        self.is_away = False

    async def keep(self, sightings: Mapping[UUID, Sighting]) -> None:
        if self.is_away:
            raise LogUnavailable
        self.rounds.append(sightings)


async def test_each_is_written_down_at_most_once_a_minute() -> None:
    sessions, keys, clock = Ledger(), Ledger(), FakeClock()
    presence, began = Presence(sessions.keep, keys.keep, clock), clock.now()
    for _ in range(100):  # of a second and a half each
        presence.saw_session(ONE, "192.0.2.1")
        presence.saw_key(TWO, None)
        clock.advance(1.5)
        await presence.flush()
    ats = [began + timedelta(seconds=seconds) for seconds in (0, 60, 120)]
    assert sessions.rounds == [{ONE: Sighting(at=at, address="192.0.2.1")} for at in ats]
    assert keys.rounds == [{TWO: Sighting(at=at, address=None)} for at in ats]


async def test_what_cannot_be_written_waits_and_the_latest_counts() -> None:
    ledger, clock = Ledger(), FakeClock()
    presence = Presence(ledger.keep, Ledger().keep, clock)
    ledger.is_away = True
    for seen in (ONE, TWO):
        presence.saw_session(seen, None)
    await presence.flush()
    clock.advance(61)
    presence.saw_session(ONE, "192.0.2.9")
    await presence.flush()
    ledger.is_away = False
    await presence.flush()
    await presence.flush()
    earlier = Sighting(at=clock.now() - timedelta(seconds=61), address=None)
    assert ledger.rounds == [{ONE: Sighting(at=clock.now(), address="192.0.2.9"), TWO: earlier}]
