"""What every `OidcClient` does, over a fake, a provider of our own and one of somebody else's."""

import msgspec
import pytest

from medianest.ports.failures import OidcUnavailable
from medianest.ports.oidc import OidcRejected, Rejection
from tests.contract.oidc import REDIRECT
from tests.contract.oidc.conftest import World

# oidc-provider-mock uses parts of authlib that will go.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


async def test_whoever_agrees_there_comes_back_as_who_they_are_there(world: World) -> None:
    start = await world.begin()
    assert await world.client.finish(world.provider, start, await world.agree(start)) == world.ada


async def test_every_sign_in_has_words_of_its_own(world: World) -> None:
    starts = [await world.begin() for _ in range(3)]
    words = [word for start in starts for word in (start.state, start.nonce, start.code_verifier)]
    assert len(set(words)) == 9
    assert all(start.issuer == world.provider.issuer for start in starts)
    assert all(start.redirect_uri == REDIRECT for start in starts)


async def test_two_people_who_sign_in_at_once_do_not_meet(world: World) -> None:
    first, second = await world.begin(), await world.begin()
    there, here = await world.agree(second), await world.agree(first)
    assert await world.client.finish(world.provider, first, here) == world.ada
    assert await world.client.finish(world.provider, second, there) == world.ada


async def test_whoever_says_no_there_is_not_let_in(world: World) -> None:
    start = await world.begin()
    assert await _reason(world, start, await world.deny(start)) == "access_denied"


@pytest.mark.parametrize("state", [None, "", "made-up", "\udc80"])
async def test_a_browser_that_was_not_sent_is_not_let_in(world: World, state: str | None) -> None:
    start = await world.begin()
    callback = msgspec.structs.replace(await world.agree(start), state=state)
    assert await _reason(world, start, callback) == "wrong_state"


async def test_a_no_that_nobody_asked_for_is_no_answer_either(world: World) -> None:
    start = await world.begin()
    callback = msgspec.structs.replace(await world.deny(start), state="made-up")
    assert await _reason(world, start, callback) == "wrong_state"


async def test_a_code_from_another_browser_is_not_taken(world: World) -> None:
    """Somebody slips a code of their own into somebody else's way back."""
    mine, theirs = await world.begin(), await world.begin()
    slipped = msgspec.structs.replace(await world.agree(theirs), state=mine.state)
    assert await _reason(world, mine, slipped) in ("code_refused", "nonce_wrong")


async def test_a_code_is_good_once(world: World) -> None:
    start = await world.begin()
    callback = await world.agree(start)
    await world.client.finish(world.provider, start, callback)
    assert await _reason(world, start, callback) == "code_refused"


@pytest.mark.parametrize("code", [None, "", "made-up", "x" * 9000])
async def test_a_code_that_is_none_is_refused(world: World, code: str | None) -> None:
    start = await world.begin()
    callback = msgspec.structs.replace(await world.agree(start), code=code)
    assert await _reason(world, start, callback) == "code_refused"


async def test_a_sign_in_ends_where_it_began(world: World) -> None:
    start = await world.begin()
    other = msgspec.structs.replace(start, issuer="https://other.example.org")
    assert await _reason(world, other, await world.agree(start)) == "wrong_provider"


async def test_an_answer_that_names_another_provider_is_not_taken(world: World) -> None:
    start = await world.begin()
    callback = msgspec.structs.replace(await world.agree(start), iss="https://other.example.org")
    assert await _reason(world, start, callback) == "foreign_issuer"


async def test_a_provider_that_answers_passes_the_check(world: World) -> None:
    await world.client.check(world.provider)


async def test_a_provider_that_is_away_is_unavailable_and_says_when_to_come_back(world: World) -> None:
    absent = msgspec.structs.replace(world.provider, issuer=world.absent)
    with pytest.raises(OidcUnavailable) as beginning:
        await world.client.begin(absent, REDIRECT)
    with pytest.raises(OidcUnavailable) as checking:
        await world.client.check(absent)
    assert beginning.value.reason == checking.value.reason == "unreachable"
    assert beginning.value.retry_after > 0


async def _reason(world: World, start: object, callback: object) -> Rejection:
    with pytest.raises(OidcRejected) as rejected:
        await world.client.finish(world.provider, start, callback)
    return rejected.value.reason
