"""What changed, field by field: nothing more, nothing less, and the same told backwards."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from medianest.application.differences import Difference, differences

SCALARS = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([1.0, 2.5]) | st.sampled_from(["", "a", "b"])
KEYS = st.sampled_from(["a", "b", "a/b", "~", "~1", "", "0"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def same(one: Any, other: Any) -> bool:
    """Equal as JSON is, where true is no 1 and 1 is no 1.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def copied(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if isinstance(value, list) else value


def applied(before: Any, changes: list[Difference]) -> Any:
    """`before` after these changes, by the rules of RFC 6901 alone."""
    root = {"root": copied(before)}
    # Of what goes from an array, the last item first, so that the others stay where the pointers say.
    removed = [one for one in reversed(changes) if one.change == "removed"]
    for one in [*(one for one in changes if one.change != "removed"), *removed]:
        steps = ["root", *(step.replace("~1", "/").replace("~0", "~") for step in one.field.split("/")[1:])]
        holder: Any = root
        for step in steps[:-1]:
            holder = holder[int(step) if isinstance(holder, list) else step]
        last: Any = int(steps[-1]) if isinstance(holder, list) else steps[-1]
        if one.change == "removed":
            assert same(holder.pop(last), one.before)
        elif one.change == "added" and isinstance(holder, list):
            assert last == len(holder)
            holder.append(one.after)
        else:
            holder[last] = one.after
    return root["root"]


def inverted(one: Difference) -> Difference:
    change = {"added": "removed", "removed": "added", "changed": "changed"}[one.change]
    return Difference(field=one.field, change=change, before=one.after, after=one.before)


@given(VALUES, VALUES)
def test_nothing_differs_exactly_between_what_is_equal(before: Any, after: Any) -> None:
    assert (not differences(before, after)) == same(before, after)
    assert not differences(before, copied(before))


@given(VALUES, VALUES)
def test_applying_what_changed_to_what_was_gives_what_is(before: Any, after: Any) -> None:
    assert same(applied(before, list(differences(before, after))), after)


@given(VALUES, VALUES)
def test_told_backwards_everything_is_inverted(before: Any, after: Any) -> None:
    assert repr([inverted(one) for one in differences(before, after)]) == repr(list(differences(after, before)))


def test_a_side_that_is_not_there_is_left_out_and_a_null_is_there() -> None:
    changes = differences({"a": None, "b": 1}, {"a": 2, "c/d": [3]})
    assert list(changes) == [
        Difference(field="/a", change="changed", before=None, after=2),
        Difference(field="/b", change="removed", before=1, after=UNSET),
        Difference(field="/c~1d", change="added", before=UNSET, after=[3]),
    ]
