"""The command line beside a MediaNest that runs, and where none does."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import psycopg
import pytest

from medianest.application.queries.lines import AuditLine
from medianest.domain.kernel import Recorded, Refused
from medianest.main.operations import (
    audit_log,
    count_secrets,
    create_administrator,
    replay,
    rotate_seal_key,
    rotate_secrets,
)
from medianest.main.operations.history import PositionBeyondHead
from medianest.main.settings import Settings
from medianest.ports.audit import AuditFilter
from medianest.projections.catalog import PROJECTIONS
from tests.e2e.bad_days.people import PASSWORD, Outside, Person, ok, sign_in
from tests.e2e.bad_days.running import Running, command, command_here, end, processes_of
from tests.processes import eventually


def test_without_a_running_medianest_each_command_brings_the_servers_it_needs(directory: Path) -> None:
    home = directory / "home"
    migrated = command(home, "migrate", "--json")
    assert migrated.returncode == 0, migrated.stderr
    assert json.loads(migrated.stdout)["applied"]
    assert json.loads(command_here(home, "migrate", "--json").stdout) == {"applied": [], "built": []}

    token = command(home, "setup-token")
    assert token.returncode == 0
    who = ("--email", "ada@example.org", "--name", "Ada", "--password-stdin", "--json")
    made = command(home, "admin", "create", *who, said=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    # No worker ran, so no view knows of her yet.
    over = command_here(home, "setup-token", "--json")
    assert (over.returncode, json.loads(over.stdout)) == (1, {"setupToken": None})
    assert processes_of(home) == {}

    nowhere = directory / "nowhere"
    document = command_here(nowhere, "openapi")
    assert json.loads(document.stdout)["openapi"].startswith("3.1")
    assert not nowhere.exists()


def test_beside_a_running_medianest_the_commands_use_its_servers(
    medianest: Running, ada: Person, world: Outside
) -> None:
    home = medianest.data_dir
    request_id = ada.asked(world.film())
    ada.sees(request_id, "handed_on")

    states = command_here(home, "projections", "status", "--json")
    assert states.returncode == 0, states.stdout
    assert [view["name"] for view in json.loads(states.stdout)] == sorted(PROJECTIONS)
    rebuilt = command(home, "projections", "rebuild", "request_board", "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert json.loads(rebuilt.stdout)["position"] > 0
    eventually(lambda: ada.status(request_id) == "handed_on")
    later = ada.asked(world.film())
    ada.sees(later, "handed_on")
    unknown = command_here(home, "projections", "rebuild", "nonsense")
    assert unknown.returncode == 2
    assert "request_board" in unknown.stderr

    assert asyncio.run(rotate_seal_key(Settings(data_dir=home))) > 1  # the worker made the first one
    assert asyncio.run(rotate_secrets(Settings(data_dir=home), lambda _done, _total: None)) == 0
    assert asyncio.run(count_secrets(Settings(data_dir=home))) == {}
    verified = command_here(home, "audit", "verify", "--json")
    assert verified.returncode == 0, verified.stderr
    assert json.loads(verified.stdout)["events"] > 0

    with psycopg.connect(command(home, "database-url").stdout.strip()) as link:
        rotated = link.execute("SELECT count(*) FROM events WHERE tag = 'upkeep.seal_key_rotated'").fetchone()
        assert rotated == (1,)

    told: list[AuditLine] = []
    asyncio.run(audit_log(Settings(data_dir=home), f"stream:{request_id} actor:ada", 5, False, told.append))
    assert [(line.actor_name, line.recorded.version) for line in told] == [("Ada", 1), ("Ada", 2)]
    replayed: list[Recorded] = []
    only = AuditFilter(streams=frozenset({UUID(request_id)}))
    asyncio.run(replay(Settings(data_dir=home), only, 0, None, lambda batch, _done, _last: replayed.extend(batch)))
    assert [one.event for one in replayed[:2]] == [line.recorded.event for line in told]
    with pytest.raises(PositionBeyondHead, match="The log ends at position"):
        asyncio.run(replay(Settings(data_dir=home), only, 10**12, None, lambda *_: None))

    who = ("--email", "eve@example.org", "--name", "Eve", "--password-stdin", "--json")
    made = command_here(home, "admin", "create", *who, said=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    eve = sign_in(medianest.url, "eve@example.org")
    assert eve.id == json.loads(made.stdout)["id"]
    assert ok(eve.get("/auth/me"))["role"] == "admin"


@pytest.mark.parametrize(
    ("email", "name", "password", "code"),
    [
        ("ada", "Ada", PASSWORD, "account_invalid"),
        ("ada@example.org", "", PASSWORD, "account_invalid"),
        ("ada@example.org", "Ada", "short", "password_too_short"),
        ("ada@example.org", "Ada", "iloveyou", "password_too_common"),
    ],
)
async def test_an_administrator_who_could_not_sign_in_over_http_is_not_made(
    email: str, name: str, password: str, code: str, directory: Path
) -> None:
    with pytest.raises(Refused) as refused:
        await create_administrator(Settings(data_dir=directory / "home"), email, name, password)
    assert refused.value.code == code
    assert not (directory / "home").exists()


def test_a_second_medianest_on_the_same_directory_is_told_who_has_it(medianest: Running) -> None:
    second = Running(medianest.data_dir)
    try:
        assert second.process.wait(30) == 69
        said = "\n".join(second.lines())
        assert f"MediaNest already runs on {medianest.data_dir} (process {medianest.process.pid})" in said
        assert medianest.is_ready()
    finally:
        end(second)
