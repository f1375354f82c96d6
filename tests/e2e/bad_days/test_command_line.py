"""The command line beside a MediaNest that runs, and where none does."""

import json
from pathlib import Path

import psycopg
import pytest

from medianest.main.operations import AccountInvalid, create_administrator
from medianest.main.settings import Settings
from tests.e2e.bad_days.people import PASSWORD, Outside, Person, ok, sign_in
from tests.e2e.bad_days.running import Running, command, end, processes_of
from tests.processes import eventually

VIEWS = ["audit", "dashboard", "inbox", "request_board", "user_directory"]


def test_without_a_running_medianest_each_command_brings_the_servers_it_needs(directory: Path) -> None:
    home = directory / "home"
    migrated = command(home, "migrate", "--json")
    assert migrated.returncode == 0, migrated.stderr
    assert json.loads(migrated.stdout)["applied"]
    assert json.loads(command(home, "migrate", "--json").stdout) == {"applied": []}

    token = command(home, "setup-token")
    assert token.returncode == 0
    who = ("--email", "ada@example.org", "--name", "Ada", "--password-stdin", "--json")
    made = command(home, "admin", "create", *who, said=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    assert PASSWORD not in made.stdout + made.stderr
    # No worker ran, so no view knows of her yet.
    over = command(home, "setup-token", "--json")
    assert (over.returncode, json.loads(over.stdout)) == (1, {"setupToken": None})
    assert processes_of(home) == {}

    nowhere = directory / "nowhere"
    document = command(nowhere, "openapi")
    assert json.loads(document.stdout)["openapi"].startswith("3.1")
    assert not nowhere.exists()


def test_beside_a_running_medianest_the_commands_use_its_servers(
    medianest: Running, ada: Person, world: Outside
) -> None:
    home = medianest.data_dir
    request_id = ada.asked(world.film())
    ada.sees(request_id, "handed_on")

    states = command(home, "projections", "status", "--json")
    assert states.returncode == 0, states.stdout
    assert [view["name"] for view in json.loads(states.stdout)] == VIEWS
    rebuilt = command(home, "projections", "rebuild", "request_board", "--json")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert json.loads(rebuilt.stdout)["events"] > 0
    eventually(lambda: ada.status(request_id) == "handed_on")
    later = ada.asked(world.film())
    ada.sees(later, "handed_on")
    unknown = command(home, "projections", "rebuild", "nonsense")
    assert unknown.returncode == 2
    assert "request_board" in unknown.stderr

    with psycopg.connect(command(home, "database-url").stdout.strip()) as link:
        assert link.execute("SELECT count(*) > 0 FROM events").fetchone() == (True,)

    who = ("--email", "eve@example.org", "--name", "Eve", "--password-stdin", "--json")
    made = command(home, "admin", "create", *who, said=f"{PASSWORD}\n")
    assert made.returncode == 0, made.stderr
    eve = sign_in(medianest.url, "eve@example.org")
    assert eve.id == json.loads(made.stdout)["id"]
    assert ok(eve.get("/auth/me"))["role"] == "admin"


@pytest.mark.parametrize(
    ("email", "name", "password"),
    [("ada", "Ada", PASSWORD), ("ada@example.org", "", PASSWORD), ("ada@example.org", "Ada", "short")],
)
async def test_an_administrator_who_could_not_sign_in_over_http_is_not_made(
    email: str, name: str, password: str, directory: Path
) -> None:
    with pytest.raises(AccountInvalid):
        await create_administrator(Settings(data_dir=directory / "home"), email, name, password)
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
