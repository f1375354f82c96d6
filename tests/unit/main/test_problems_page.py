"""docs/problems.md: what it says of the HTTP layer is what that layer's code says."""

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import medianest.adapters.http
from medianest.adapters.http.foundation.problems import InvalidParameter, NotSignedIn
from medianest.main.docs import problems_page
from medianest.main.docs.problems_of_http import HTTP_PROBLEMS


def said() -> Iterator[tuple[str, int]]:
    """Every code that stands in the adapter, with its status: where a problem is made, and where it has a default."""
    for path in Path(medianest.adapters.http.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from made_by(node)
    for kind, status in ((InvalidParameter, 400), (NotSignedIn, 401)):
        yield inspect.signature(kind).parameters["code"].default, status


def made_by(call: ast.Call) -> Iterator[tuple[str, int]]:
    maker = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    given = [value_of(argument) for argument in call.args] + [None] * 3
    named = next((value_of(it.value) for it in call.keywords if it.arg == "code"), None)
    match maker:
        case "HttpProblem" | "__init__" if isinstance(given[0], int) and given[1]:
            yield given[1], given[0]
        case "InvalidParameter" | "_wrong" | "__init__" if named or given[2]:
            yield named or given[2], 400
        case "NotSignedIn" if named or given[0]:
            yield named or given[0], 401


def value_of(expression: ast.expr) -> Any:
    return expression.value if isinstance(expression, ast.Constant) else None


def test_every_code_of_the_http_layer_stands_there_with_its_status_and_no_other() -> None:
    assert sorted((code, status) for code, status, _ in HTTP_PROBLEMS) == sorted(set(said()))


def test_what_the_classes_say_stands_there_with_its_status() -> None:
    lines = re.findall(r"^\| `(\w+)` \| (\d{3}) \| \S.* \|$", problems_page.render(), re.MULTILINE)
    assert len(lines) > 150
    expected = {"library_not_found": 404, "quota_exceeded": 403, "too_many_letters": 429, "second_factor_required": 401}
    expected |= {"title_already_requested": 409, "invalid_phrase": 422, "not_a_picture": 502, "log_full": 503}
    assert expected.items() <= {code: int(status) for code, status in lines}.items()
