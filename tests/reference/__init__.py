"""Real contracts and recorded answers of the systems that MediaNest talks to, where they are at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

REFERENCE = Path(__file__).parents[2] / "../shared/reference"
needs_reference = pytest.mark.skipif(not REFERENCE.is_dir(), reason="no reference contracts beside the project")


def recorded(name: str) -> bytes:
    return (REFERENCE / "fixtures" / name).read_bytes()


def tmdb_spec() -> dict[str, Any]:
    return json.loads((REFERENCE / "specs/tmdb-api.json").read_bytes())


def overseerr_spec() -> dict[str, Any]:
    return _yaml("overseerr-api.yml")


def plex_spec() -> dict[str, Any]:
    return _yaml("plex-api-spec.yaml")


def _yaml(name: str) -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((REFERENCE / "specs" / name).read_bytes(), Loader=loader)


def without_nulls(value: Any) -> Any:
    """Some documents forget to say where null may stand: recorded answers are full of it. So null counts as absent."""
    match value:
        case dict():
            return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
        case list():
            return [without_nulls(inner) for inner in value]
        case _:
            return value


def complaints(
    schema: dict[str, Any], value: Any, document: dict[str, Any], *, is_null_absent: bool = True
) -> list[str]:
    """Where `value` does not fit `schema`, whose references point into `document`."""
    whole = {"components": document.get("components", {}), **schema}
    judged = without_nulls(value) if is_null_absent else value
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(judged)]


def answer_schema(document: dict[str, Any], path: str, method: str, status: str) -> dict[str, Any]:
    return document["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
