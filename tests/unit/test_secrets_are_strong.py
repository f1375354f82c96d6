"""What cannot be guessed cannot because of figures; these are the figures, and what they are good for."""

import base64

import pytest

from medianest.adapters.postgres import second_factor, tokens, vault
from medianest.adapters.security.claim_ids import HmacClaimIds
from medianest.adapters.security.passwords import Argon2Passwords
from medianest.adapters.security.totp import TotpCodes

ENOUGH = 128 // 8
ENOUGH_FOR_A_FAST_HASH = 112 // 8


@pytest.mark.parametrize("size", [tokens.TOKEN_BYTES, vault.KEY_BYTES])
def test_tokens_and_keys_have_256_random_bits(size: int) -> None:
    assert size == 32


def test_a_token_is_as_long_as_it_says_and_another_one_each_time() -> None:
    made = {tokens.new_token() for _ in range(100)}
    assert len(made) == 100
    assert {len(base64.urlsafe_b64decode(token + "=")) for token in made} == {tokens.TOKEN_BYTES}


def test_a_seed_and_a_recovery_code_are_random_enough() -> None:
    assert len(base64.b32decode(TotpCodes().seed())) >= ENOUGH
    assert second_factor.CODE_BYTES >= ENOUGH_FOR_A_FAST_HASH


async def test_a_password_costs_what_owasp_says() -> None:
    hasher = Argon2Passwords(threads=1)
    assert (await hasher.hash("correct horse")).startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    hasher.close()


async def test_all_of_a_password_counts_and_every_case_of_it() -> None:
    hasher = Argon2Passwords(threads=1, memory=64, time=1)
    long = "Pass phrase of many words, " * 4 + "end of it"
    kept = await hasher.hash(long)
    assert await hasher.verify(kept, long)
    for other in (long[:-1], long[:-1] + "T", long.lower(), long + " ", " " + long, long[:72]):
        assert not await hasher.verify(kept, other)
    hasher.close()


def test_the_same_name_at_two_providers_is_two_accounts() -> None:
    claims = HmacClaimIds(bytes(32))
    accounts = [("plex", "7"), ("home", "7"), ("hom", "e7"), ("plex7", ""), ("", "plex7"), ("home", "7 ")]
    assert len({claims.of_account(*account) for account in accounts}) == len(accounts)
    assert claims.of_account("plex", "7") != claims.of_email("plex7")
