"""What is asked of the audit trail, from its words to the filter: names, people and titles become tags and ids."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol, TypeVar
from uuid import UUID

from medianest.application.narrowing import UnknownName, both, tags_of_action, tags_of_category
from medianest.application.periods import FORMS, Period, period
from medianest.application.phrase import PhraseInvalid, Term
from medianest.domain.catalog import EVENT_TYPES
from medianest.domain.kernel import SYSTEM
from medianest.ports.audit import AuditFilter

T = TypeVar("T")


class Known(Protocol):
    """Who and what a phrase may name."""

    @property
    def me(self) -> UUID | None:
        """Whoever asks; None where nobody is signed in."""

    def people(self, text: str) -> frozenset[UUID]:
        """Those who are called so, or have this e-mail address."""

    def titles(self, text: str) -> frozenset[UUID]:
        """Requests whose titles hold these words. Raises TooMany."""


class TooMany(Exception):
    """More titles hold these words than can be looked at together."""


def texts_in(terms: Iterable[Term]) -> Sequence[str]:
    """The texts that `criteria_of` will look up in titles."""
    return [term.value for term in terms if term.key is None]


def criteria_of(terms: Sequence[Term], known: Known) -> AuditFilter:
    """The filter that `terms` mean. Raises PhraseInvalid."""
    reading = _Reading(known)
    criteria = AuditFilter()
    for key in dict.fromkeys(term.key for term in terms):
        criteria = both(criteria, _MEANINGS[key](reading, [term for term in terms if term.key == key]))
    return criteria


@dataclass(frozen=True, slots=True)
class _Reading:
    """The meaning of all terms of one key."""

    known: Known

    def actor(self, terms: Sequence[Term]) -> AuditFilter:
        wanted, unwanted = _union(terms, self._actors)
        return AuditFilter(actors=wanted, without_actors=unwanted)

    def action(self, terms: Sequence[Term]) -> AuditFilter:
        return _of_tags(terms, tags_of_action)

    def category(self, terms: Sequence[Term]) -> AuditFilter:
        return _of_tags(terms, tags_of_category)

    def stream(self, terms: Sequence[Term]) -> AuditFilter:
        wanted, unwanted = _union(terms, lambda term: frozenset({_stream(term)[1]}))
        categories = [_stream(term)[0] for term in terms if not term.is_negated]
        named = [tags_of_category(category) for category in categories if category is not None]
        tags = frozenset[str]().union(*named) if named and len(named) == len(categories) else None
        return AuditFilter(streams=wanted, without_streams=unwanted, tags=tags)

    def correlation(self, terms: Sequence[Term]) -> AuditFilter:
        return AuditFilter(correlation=_only(terms).value)

    def causation(self, terms: Sequence[Term]) -> AuditFilter:
        return AuditFilter(causation=_id(_only(terms)))

    def session(self, terms: Sequence[Term]) -> AuditFilter:
        return AuditFilter(session=_id(_only(terms)))

    def created(self, terms: Sequence[Term]) -> AuditFilter:
        criteria = AuditFilter()
        for term in terms:
            since, until = _period(term)
            criteria = both(criteria, AuditFilter(since=since, until=until))
        return criteria

    def text(self, terms: Sequence[Term]) -> AuditFilter:
        """Someone's own stream has their id, so leaving out what names it is one set of ids for both."""
        found = [(term.is_negated, self._about(term)) for term in terms]
        without = frozenset[UUID]().union(*(ids for is_negated, ids in found if is_negated))
        about = tuple(ids for is_negated, ids in found if not is_negated)
        return AuditFilter(about=about, without_actors=without, without_streams=without)

    def _about(self, term: Term) -> frozenset[UUID]:
        try:
            return self.known.titles(term.value) | self.known.people(term.value) | _as_id(term.value)
        except TooMany:
            complaint = "too many titles hold this. Add words, all in one pair of quotes."
            raise PhraseInvalid(term.offset, complaint) from None

    def _actors(self, term: Term) -> frozenset[UUID]:
        if not term.is_quoted and term.value.lower() == "system":
            return frozenset({SYSTEM})
        if not term.is_quoted and term.value.lower() == "me":
            if self.known.me is None:
                raise PhraseInvalid(term.offset, "nobody is signed in here, so there is no `me`. Give a name.")
            return frozenset({self.known.me})
        found = _as_id(term.value) or self.known.people(term.value)
        if not found:
            # What was typed is somebody's name, or nearly: the answer does not repeat it.
            complaint = "nobody here is called so. Give a name, an e-mail address, an id, `me` or `system`."
            raise PhraseInvalid(term.offset, complaint)
        return found


_MEANINGS: Final[dict[str | None, Callable[[_Reading, Sequence[Term]], AuditFilter]]] = {
    "actor": _Reading.actor,
    "action": _Reading.action,
    "category": _Reading.category,
    "stream": _Reading.stream,
    "correlation": _Reading.correlation,
    "causation": _Reading.causation,
    "session": _Reading.session,
    "created": _Reading.created,
    None: _Reading.text,
}


def _union(terms: Sequence[Term], meaning: Callable[[Term], frozenset[T]]) -> tuple[frozenset[T] | None, frozenset[T]]:
    """What is wanted (None: anything), and what is not."""
    wanted = [meaning(term) for term in terms if not term.is_negated]
    unwanted = [meaning(term) for term in terms if term.is_negated]
    return frozenset[T]().union(*wanted) if wanted else None, frozenset[T]().union(*unwanted)


def _of_tags(terms: Sequence[Term], tags_of: Callable[[str], frozenset[str]]) -> AuditFilter:
    def meaning(term: Term) -> frozenset[str]:
        try:
            return tags_of(term.value)
        except UnknownName as error:
            raise PhraseInvalid(term.offset, str(error)) from None

    wanted, unwanted = _union(terms, meaning)
    return AuditFilter(tags=(frozenset(EVENT_TYPES) if wanted is None else wanted) - unwanted)


def _only(terms: Sequence[Term]) -> Term:
    for term in terms:
        if term.is_negated:
            raise PhraseInvalid(term.offset, f'"{term.key}:" cannot be left out, only asked for.')
    if len(terms) > 1:
        raise PhraseInvalid(terms[1].offset, f'"{terms[1].key}:" can be given only once.')
    return terms[0]


def _as_id(text: str) -> frozenset[UUID]:
    try:
        return frozenset({UUID(text)})
    except ValueError:
        return frozenset()


def _id(term: Term) -> UUID:
    try:
        return UUID(term.value)
    except ValueError:
        raise PhraseInvalid(term.offset, f'"{term.key}:" wants an id, such as {SYSTEM}.') from None


def _stream(term: Term) -> tuple[str | None, UUID]:
    category, slash, stream_id = term.value.rpartition("/")
    try:
        if slash:
            tags_of_category(category)
        return category.lower() or None, UUID(stream_id)
    except UnknownName as error:
        raise PhraseInvalid(term.offset, str(error)) from None
    except ValueError:
        raise PhraseInvalid(term.offset, f'"stream:" wants an id, or media_request/{SYSTEM}.') from None


def _period(term: Term) -> Period:
    if term.is_negated:
        raise PhraseInvalid(term.offset, '"created:" cannot be left out; ask for what lies before or after it.')
    try:
        return period(term.value)
    except ValueError:
        raise PhraseInvalid(term.offset, f"no time. Write {FORMS}.") from None
