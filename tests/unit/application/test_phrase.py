"""The grammar of questions to the audit trail."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medianest.application.criteria import TooMany, criteria_of
from medianest.application.narrowing import NOTHING, both, tags_of_category
from medianest.application.phrase import KEYS, LONGEST, MOST, PhraseInvalid, terms_of
from medianest.domain.catalog import AGGREGATES, EVENT_TYPES
from medianest.domain.kernel import SYSTEM
from medianest.ports.audit import AuditFilter

ANNA, BEN, DUNE, OTHER = (UUID(int=n) for n in (0xA, 0xB, 0xD, 0xE))


class House:
    """Implements Known."""

    me = BEN

    def people(self, text: str) -> frozenset[UUID]:
        return frozenset({"anna": [ANNA], "ben": [BEN], "me": [OTHER]}.get(text.lower(), []))

    def titles(self, text: str) -> frozenset[UUID]:
        if text == "the":
            raise TooMany
        return frozenset([DUNE] if text.lower() in ("dune", "dune part two") else [])


def criteria(phrase: str) -> AuditFilter:
    return criteria_of(terms_of(phrase), House())


def some(*values: UUID) -> frozenset[UUID]:
    return frozenset(values)


def day(month: int, number: int) -> datetime:
    return datetime(2026, month, number, tzinfo=UTC)


ALL = frozenset(EVENT_TYPES)
REQUESTS = tags_of_category("media_request")


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("", AuditFilter()),
        ("  \t ", AuditFilter()),
        ("actor:anna", AuditFilter(actors=some(ANNA))),
        ("actor:anna Actor:BEN", AuditFilter(actors=some(ANNA, BEN))),
        ("actor:me", AuditFilter(actors=some(BEN))),
        ('actor:"me"', AuditFilter(actors=some(OTHER))),
        ("actor:system", AuditFilter(actors=some(SYSTEM))),
        (f"actor:{DUNE}", AuditFilter(actors=some(DUNE))),
        ("-actor:anna -actor:system", AuditFilter(without_actors=some(ANNA, SYSTEM))),
        ("action:media_request.approved", AuditFilter(tags=frozenset({"media_request.approved"}))),
        ("action:Media_Request.*", AuditFilter(tags=REQUESTS)),
        ("category:media_request", AuditFilter(tags=REQUESTS)),
        ("-category:media_request", AuditFilter(tags=ALL - REQUESTS)),
        ("category:user action:media_request.*", NOTHING),
        ("action:**approved*", AuditFilter(tags=frozenset({"media_request.approved"}))),
        (
            "action:u*e*.*o*_*ed",
            AuditFilter(
                tags=frozenset(
                    {"user.role_changed", "user.permission_granted", "user.permission_revoked", "user.password_changed"}
                )
            ),
        ),
        (
            "category:*_claim",
            AuditFilter(
                tags=tags_of_category("title_claim") | tags_of_category("email_claim") | tags_of_category("link_claim")
            ),
        ),
        ("category:user category:media_request", AuditFilter(tags=REQUESTS | tags_of_category("user"))),
        ("action:*.approved -action:media_request.approved", NOTHING),
        (f"stream:{DUNE}", AuditFilter(streams=some(DUNE))),
        (f"stream:media_request/{DUNE}", AuditFilter(streams=some(DUNE), tags=REQUESTS)),
        (f"-stream:{DUNE}", AuditFilter(without_streams=some(DUNE))),
        ("correlation:click-1", AuditFilter(correlation="click-1")),
        (f"causation:{DUNE} session:{ANNA}", AuditFilter(causation=DUNE, session=ANNA)),
        ("dune", AuditFilter(about=(some(DUNE),))),
        ('"Dune Part Two" anna', AuditFilter(about=(some(DUNE), some(ANNA)))),
        ("nothing-has-this-name", AuditFilter(about=(some(),))),
        ("-dune", AuditFilter(without_actors=some(DUNE), without_streams=some(DUNE))),
        (f"{OTHER}", AuditFilter(about=(some(OTHER),))),
        ("created:2026-02", AuditFilter(since=day(2, 1), until=day(3, 1))),
        ("created:2026-12", AuditFilter(since=day(12, 1), until=day(12, 31) + timedelta(days=1))),
        ("created:2026", AuditFilter(since=day(1, 1), until=datetime(2027, 1, 1, tzinfo=UTC))),
        ("created:>2026-01-01", AuditFilter(since=day(1, 2))),
        ("created:>=2026-01-01 created:<2026-02-01", AuditFilter(since=day(1, 1), until=day(2, 1))),
        ("created:<=2026-01-01", AuditFilter(until=day(1, 2))),
        ("created:2026-01-01..2026-01-03", AuditFilter(since=day(1, 1), until=day(1, 4))),
        ("created:>=2026-01-02T01:00:00+01:00", AuditFilter(since=day(1, 2))),
        ('created:">2026-01-02t00:00:00z"', AuditFilter(since=day(1, 2) + timedelta(microseconds=1))),
    ],
)
def test_a_phrase_means(phrase: str, meaning: AuditFilter) -> None:
    assert criteria(phrase) == meaning


def test_all_of_it_together_as_people_write_it() -> None:
    found = criteria('actor:anna action:media_request.* -category:user created:>2026-01-01 "dune"')
    assert found == AuditFilter(actors=some(ANNA), tags=REQUESTS, since=day(1, 2), about=(some(DUNE),))


@pytest.mark.parametrize(
    ("phrase", "offset", "hint"),
    [
        ("actr:anna", 0, 'Did you mean "actor"?'),
        ("dune  12:30", 6, "in quotes"),
        (":dune", 0, "no such key"),
        ("actor:nobody", 0, "nobody here is called so"),
        ("dune actor:", 5, "needs a value"),
        ('actor:""', 0, "needs a value"),
        ("action:media_request.aproved", 0, "media_request.approved"),
        ("action:*.nonsense", 0, "no event"),
        ("action:media_request.approve?", 0, "media_request.approved"),
        (f"category:{'*' * 400}x", 0, "no such category"),
        (f"action:{'*e' * 200}", 0, "no event"),
        ("action:user.registered.*registered", 0, "no event"),
        ("x category:usr", 2, 'Did you mean "user"?'),
        ("stream:seven", 0, "wants an id"),
        (f"stream:nonsense/{DUNE}", 0, "no such category"),
        ("causation:seven", 0, "wants an id"),
        ("correlation:a correlation:b", 14, "only once"),
        ("-session:a", 0, "cannot be left out"),
        ("-created:2026", 0, "cannot be left out"),
        ("created:yesterday", 0, "no time"),
        ("created:2026-02-30", 0, "no time"),
        ("created:2026-01-01T10:00:00", 0, "no time"),
        ("created:0000", 0, "no time"),
        ("created:9999", 0, "no time"),
        ("created:..", 0, "no time"),
        ('x "dune', 2, "does not end"),
        ('"dune"part', 0, "middle of a word"),
        ('du"ne', 0, "middle of a word"),
        ("-", 0, "nothing to look for"),
        ("the", 0, "too many titles"),
        ("du\x00ne", 2, "control character"),
        ("x " * (MOST + 1), 2 * MOST, f"at most {MOST} terms"),
        ("x" * (LONGEST + 1), LONGEST, f"at most {LONGEST} characters"),
    ],
)
def test_what_fits_the_grammar_nowhere_is_refused_with_its_place(phrase: str, offset: int, hint: str) -> None:
    with pytest.raises(PhraseInvalid) as refused:
        criteria(phrase)
    assert (refused.value.offset, refused.value.code) == (offset, "invalid_phrase")
    assert str(refused.value).startswith(f"At character {offset + 1} ")
    assert hint in str(refused.value)


TIMES = ("2026-01", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "0001-01-01T00:00:00+14:00")
SIGNS = ("*", "-", '"', "\\", "..", ">", "<=", " ", "/")
PIECES = st.sampled_from(
    [*(f"{key}:" for key in KEYS), *AGGREGATES, *EVENT_TYPES, *TIMES, *SIGNS, "anna", "me", str(DUNE)]
)


@given(st.one_of(st.text(max_size=60), st.lists(st.one_of(PIECES, st.text(max_size=3)), max_size=12).map("".join)))
def test_any_text_is_a_filter_or_is_refused(phrase: str) -> None:
    refused = None
    try:
        assert isinstance(criteria(phrase), AuditFilter)
    except PhraseInvalid as error:
        refused = error
    assert refused is None or 0 <= refused.offset <= len(phrase)


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=40))
def test_any_text_can_be_quoted(text: str) -> None:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    if text.strip():
        assert [term.value for term in terms_of(f'"{escaped}" -"{escaped}"')] == [text, text]


def test_two_filters_together_fit_what_each_of_them_fits() -> None:
    one = AuditFilter(actors=some(ANNA, BEN), correlation="a", since=day(1, 1), about=(some(DUNE),))
    other = AuditFilter(actors=some(BEN), since=day(2, 1), until=day(3, 1), about=(some(OTHER),))
    assert both(one, other) == AuditFilter(
        actors=some(BEN), correlation="a", since=day(2, 1), until=day(3, 1), about=(some(DUNE), some(OTHER))
    )
    assert both(one, AuditFilter(correlation="b")) == NOTHING
