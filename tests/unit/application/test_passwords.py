"""Which passwords may be taken: long enough, in nobody's list, and no name or address."""

import unicodedata
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.application import passwords
from medianest.application.passwords.rules import (
    PasswordPersonal,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
    check_password,
    common_passwords,
)

ADA = {"email": "ada.lovelace@example.org", "name": "Ada King"}


@pytest.mark.parametrize("password", ["", "1234567", "sieben7", "👀👀👀👀👀👀👀", "e\u0301" * 7])
def test_seven_characters_are_too_few_whatever_they_are_made_of(password: str) -> None:
    with pytest.raises(PasswordTooShort):
        check_password(password, **ADA)


@pytest.mark.parametrize(
    "password",
    [
        "tr0mbone",
        "nur kleine",
        "        ",
        "слово 👀👀",
        "👀👂👃👄👅👆👇👈",
        "e\u0301" * 128,
        "x" * 127 + " ",
        "ZZZZQQQQ",
    ],
)
def test_eight_to_128_characters_of_any_kind_will_do(password: str) -> None:
    check_password(password, **ADA)


@pytest.mark.parametrize("password", ["x y" * 43, "👀" * 129])
def test_129_characters_are_too_many(password: str) -> None:
    assert len(password) == 129
    with pytest.raises(PasswordTooLong):
        check_password(password, **ADA)


@pytest.mark.parametrize("password", ["password", "12345678", "Iloveyou", "TRUSTNO1", "1qaz2wsx", "\uff50assword"])
def test_what_many_people_use_is_refused_in_any_case(password: str) -> None:
    with pytest.raises(PasswordTooCommon):
        check_password(password, **ADA)


@pytest.mark.parametrize(
    "password",
    [
        "ada.lovelace@example.org",
        "AdaLovelace",
        "ada-lovelace-1815",
        "Ada King",
        "king1843!",
        "medianest",
        "MediaNest2026!",
    ],
)
def test_a_name_or_an_address_with_a_few_signs_around_it_is_refused(password: str) -> None:
    with pytest.raises(PasswordPersonal):
        check_password(password, **ADA)


def test_a_name_among_other_words_is_none_of_our_business() -> None:
    check_password("ada likes medianest", **ADA)
    check_password("20261122!", email="1@example.org", name="7")


@given(password=st.text(min_size=8, max_size=60))
def test_there_are_no_rules_of_composition(password: str) -> None:
    """Whatever is refused is refused for its length, or for being known."""
    try:
        check_password(password, **ADA)
    except (PasswordTooShort, PasswordTooLong):
        assert not 8 <= len(unicodedata.normalize("NFKC", password)) <= 128
    except PasswordTooCommon:
        assert unicodedata.normalize("NFKC", password).casefold() in common_passwords()
    except PasswordPersonal:
        assert {"ada", "king", "adaking", "adalovelace", "adalovelaceexampleorg", "medianest"} & {
            "".join(sign for sign in unicodedata.normalize("NFKC", password).casefold() if sign.isalpha())
        }


def test_the_list_has_more_than_three_thousand_that_length_alone_would_let_through() -> None:
    """ASVS 5.0, 6.2.4."""
    words = common_passwords()
    assert len(words) == 11_611
    assert all(len(word) >= 8 and word == unicodedata.normalize("NFKC", word).casefold() for word in words)


def test_the_list_says_where_it_is_from_and_under_which_licence() -> None:
    licence = (files(passwords) / "LICENSE-common_passwords.txt").read_text("utf-8")
    assert "MIT License" in licence
    assert f"{len(common_passwords()):,} entries" in licence


@pytest.mark.parametrize("refusal", [PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordPersonal])
def test_a_refusal_says_what_to_do_and_repeats_nothing(refusal: type[PasswordTooShort]) -> None:
    assert refusal.kind == "invalid"
    assert refusal.text.endswith(" one.")
