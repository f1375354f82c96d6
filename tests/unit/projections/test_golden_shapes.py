"""A table whose definition changes under its old name would be taken for what it no longer is: its shape must grow.

A golden file is written once, for a new view or a new shape of one, with `REGENERATE_GOLDEN=1`; a file that is there is
never written again.
"""

import os
from pathlib import Path

import pytest

from medianest.adapters.postgres.view_schema import completion, creation
from medianest.projections.catalog import PROJECTIONS
from medianest.projections.kernel import AnyProjection

GOLDEN = Path(__file__).parents[2] / "golden" / "views"


def definition(view: AnyProjection) -> str:
    return ";\n".join([*creation(view, view.table), *completion(view, view.table)]) + "\n"


@pytest.mark.parametrize("view", PROJECTIONS.values(), ids=PROJECTIONS)
def test_a_view_whose_definition_changes_has_another_shape(view: AnyProjection) -> None:
    golden = GOLDEN / f"{view.table}.sql"
    if os.environ.get("REGENERATE_GOLDEN") == "1" and not golden.exists():
        golden.write_text(definition(view), "utf-8")
    assert golden.exists(), f"{view.table} is new: write its golden file with REGENERATE_GOLDEN=1"
    assert golden.read_text("utf-8") == definition(view), f"raise the shape of {view.name}: {view.shape + 1}"


@pytest.mark.parametrize("view", PROJECTIONS.values(), ids=PROJECTIONS)
def test_shapes_are_counted_without_a_gap(view: AnyProjection) -> None:
    found = {path.stem for path in GOLDEN.glob(f"{view.name}_v*.sql")}
    assert found == {f"{view.name}_v{shape}" for shape in range(1, view.shape + 1)}
