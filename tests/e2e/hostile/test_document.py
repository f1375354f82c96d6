"""The OpenAPI document is true: a fuzzer that only knows the document finds nothing.

schemathesis sends what the document allows, and what it forbids, to every operation, with ids that it has seen in
answers. It reports a 500, a status or a body that the document does not name, what should have been refused and was
not, what should have been taken and was not, and operations that answer without the token that they ask for.
"""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests import trials
from tests.e2e.bad_days.people import Person, member, ok, sign_in
from tests.e2e.bad_days.running import Running
from tests.processes import ROOT

ENDLESS = r"/live$|/tail$"
"""Streams, which schemathesis would read to their end."""

LAST = "^(logOut|deleteMe|endSession|endSessionOf|endSessionsOf)$"
"""What could end its own session, after which it would prove nothing: these have tests of theirs."""

SEED = trials.of(20261122, random.SystemRandom().randrange(10**9))

SHORT = ("--phases", "fuzzing", "--max-examples", "1")
WHOLE = ("--phases", "coverage,fuzzing,stateful", "--max-examples", "100")


def fuzz(medianest: Running, *options: str, authorization: str | None, directory: Path) -> str:
    """What schemathesis says."""
    headers = () if authorization is None else ("--header", f"Authorization: {authorization}")
    # One worker: two threads that parse Python at the same moment confuse Python 3.11.
    command = (
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{medianest.url}/schema/openapi.json"),
        *("--exclude-path-regex", ENDLESS, "--exclude-operation-id-regex", LAST, "--continue-on-failure"),
        *("--request-timeout", "20", "--seed", str(SEED), "--workers", "1", "--generation-database", "none"),
        *("--no-color", "--warnings", "off"),
        *headers,
        *options,
    )
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.e2e.hostile.hooks", "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"seed {SEED}: {run.stdout[-20_000:]}{run.stderr[-2_000:]}"
    return run.stdout


@pytest.fixture(scope="module")
def actors(medianest: Running, ada: Person) -> dict[str, str | None]:
    """Authorizations of people whom nobody else needs: the fuzzer may change them, or end their sessions."""
    wish = {"email": "fred@example.org", "name": "Fred", "role": "admin", "password": "correct horse battery"}
    ok(ada.post("/admin/users", json=wish))
    return {
        "nobody": None,
        "a member": member(ada, "mia").headers["Authorization"],
        "an administrator": sign_in(medianest.url, "fred@example.org").headers["Authorization"],
    }


@pytest.mark.soak
@pytest.mark.parametrize(
    "actor", trials.of(["a member", "an administrator"], ["nobody", "a member", "an administrator"])
)
def test_the_document_says_what_is_so(
    medianest: Running, actors: dict[str, str | None], actor: str, tmp_path: Path, tell: Callable[[str], None]
) -> None:
    options: Sequence[str] = trials.of(SHORT, WHOLE)
    said = fuzz(medianest, *options, authorization=actors[actor], directory=tmp_path)
    [cases] = re.findall(r"([\d,]+) generated", said)
    tell(f"schemathesis as {actor} (seed {SEED}): {cases} cases, nothing that the document does not say")
    assert int(cases.replace(",", "")) >= trials.of(40, 2_000)
    assert not medianest.events("internal error")
