"""The words of a question to the audit trail, as people type them: `actor:anna -category:user created:>2026-01 "dune"`.

    phrase  = [ term *( 1*SPACE term ) ]
    term    = [ "-" ] ( key ":" value / value )
    key     = "actor" / "action" / "category" / "stream" / "correlation" / "causation" / "session" / "created"
    value   = bare / quoted
    bare    = 1*<any character but a space and a double quote; without a key, no colon either>
    quoted  = DQUOTE 1*( <any character but DQUOTE and "\"> / "\" DQUOTE / "\\" ) DQUOTE

Every term narrows; several of one key (but `created`, which narrows each time) widen one another, and "-" leaves out.
A value without a key is looked for in titles and names. Keys and stored names may be written in any case. Nothing is
ever ignored: whatever does not fit raises PhraseInvalid. `medianest.application.criteria` says what a term means.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from medianest.domain.kernel import Refused

KEYS: Final = ("actor", "action", "category", "stream", "correlation", "causation", "session", "created")

LONGEST: Final = 500
"""Characters of a phrase."""

MOST: Final = 30
"""Terms of a phrase."""

_KEY: Final = re.compile(r'([^\s":]*):')
_BARE: Final = re.compile(r'[^\s"]+')
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\["\\])*)"')
_ESCAPED: Final = re.compile(r'\\(["\\])')


class PhraseInvalid(Refused):
    """`offset` counts characters from 0 to where the term begins that is wrong."""

    code, kind = "invalid_phrase", "invalid"

    def __init__(self, offset: int, complaint: str) -> None:
        super().__init__(f"At character {offset + 1} of the phrase: {complaint}")
        self.offset = offset


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """`key` None: text to look for. `is_quoted`: the value is meant word for word."""

    key: str | None
    value: str
    offset: int
    is_negated: bool = False
    is_quoted: bool = False


def terms_of(phrase: str) -> list[Term]:
    """The terms in their order. Raises PhraseInvalid."""
    if len(phrase) > LONGEST:
        raise PhraseInvalid(LONGEST, f"a phrase has at most {LONGEST} characters.")
    for offset, character in enumerate(phrase):
        if unicodedata.category(character) in ("Cc", "Cs") and not character.isspace():
            raise PhraseInvalid(offset, "a control character, which no text holds.")
    terms = list(_terms(phrase))
    if len(terms) > MOST:
        raise PhraseInvalid(terms[MOST].offset, f"a phrase has at most {MOST} terms.")
    return terms


def suggestion(word: str, words: tuple[str, ...]) -> str:
    """` Did you mean "action"?`, or nothing."""
    close = get_close_matches(word, words, n=1)
    return f' Did you mean "{close[0]}"?' if close else ""


def _terms(phrase: str) -> Iterator[Term]:
    place = 0
    while place < len(phrase):
        if phrase[place].isspace():
            place += 1
            continue
        term, place = _term(phrase, place)
        yield term


def _term(phrase: str, begin: int) -> tuple[Term, int]:
    """The term that begins there, and where it ends."""
    is_negated = phrase[begin] == "-"
    place = begin + is_negated
    key = None
    if found := _KEY.match(phrase, place):
        key = _known_key(found[1], begin)
        place = found.end()
    if place < len(phrase) and phrase[place] == '"':
        quoted = _QUOTED.match(phrase, place)
        if quoted is None:
            raise PhraseInvalid(begin, 'a quote that does not end. Within quotes, write \\" for " and \\\\ for \\.')
        value, place = _ESCAPED.sub(r"\1", quoted[1]), quoted.end()
    else:
        quoted, bare = None, _BARE.match(phrase, place)
        value, place = (bare[0], bare.end()) if bare else ("", place)
    if not value.strip():
        what = f'"{key}:" needs a value right behind it.' if key else "there is nothing to look for."
        raise PhraseInvalid(begin, what)
    if place < len(phrase) and not phrase[place].isspace():
        raise PhraseInvalid(begin, "a quote in the middle of a word. Put a space in front of it or behind it.")
    term = Term(key=key, value=value, offset=begin, is_negated=is_negated, is_quoted=quoted is not None)
    return term, place


def _known_key(word: str, offset: int) -> str:
    key = word.lower()
    if key not in KEYS:
        hint = suggestion(key, KEYS)
        raise PhraseInvalid(offset, f"no such key.{hint} There are {', '.join(KEYS)}. Put text with a colon in quotes.")
    return key
