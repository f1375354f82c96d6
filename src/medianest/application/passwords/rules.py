"""What a new password has to be: long enough, and nothing that others would try first. No rules of composition: they
make passwords harder to remember and hardly harder to guess (NIST SP 800-63B-4, 3.1.1.2; ASVS 5.0, 6.2)."""

import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

from medianest.domain.kernel import Refused

SHORTEST: Final = 8
LONGEST: Final = 128
"""Characters, as Unicode counts them (code points), in the form in which passwords are hashed (NFKC)."""

PRODUCT: Final = "medianest"
LIST: Final = "common_passwords.txt"


class PasswordTooShort(Refused):
    code, kind = "password_too_short", "invalid"
    text = f"A password has at least {SHORTEST} characters. A few words in a row make a good one."


class PasswordTooLong(Refused):
    code, kind = "password_too_long", "invalid"
    text = f"A password has at most {LONGEST} characters. Choose a shorter one."


class PasswordTooCommon(Refused):
    code, kind = "password_too_common", "invalid"
    text = "Many people use this password, so it is among the first that are tried. Choose another one."


class PasswordPersonal(Refused):
    code, kind = "password_personal", "invalid"
    text = "This password is little more than a name or an address that others know. Choose another one."


def check_password(password: str, *, email: str, name: str) -> None:
    """Whether this person may take this password. Raises PasswordTooShort, PasswordTooLong, PasswordTooCommon,
    PasswordPersonal."""
    length = len(unicodedata.normalize("NFKC", password))
    if length < SHORTEST:
        raise PasswordTooShort
    if length > LONGEST:
        raise PasswordTooLong
    if _folded(password) in common_passwords():
        raise PasswordTooCommon
    if _letters(password) in set(_known(email, name)):
        raise PasswordPersonal


@cache
def common_passwords() -> frozenset[str]:
    """Some 11,600 of at least eight characters, in lower case. Read when first asked for: a megabyte."""
    return frozenset((files(__package__) / LIST).read_text("utf-8").split())


def _known(email: str, name: str) -> Iterator[str]:
    """The letters of what is no secret about somebody. What has none, such as a name of digits, is not looked for."""
    local, _, _ = email.partition("@")
    for words in (PRODUCT, email, local, name, *name.split()):
        if letters := _letters(words):
            yield letters


def _letters(text: str) -> str:
    """`Ada-Lovelace_1815` is as easy to guess as `adalovelace`."""
    return "".join(sign for sign in _folded(text) if sign.isalpha())


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
