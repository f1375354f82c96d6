"""Where a demonstration lives: in a directory of its own, and nowhere that is somebody's."""

import stat
from pathlib import Path

import pytest

from medianest.main.demo.place import (
    MARK,
    NotADemonstration,
    directory_beside,
    environment_of,
    keep,
    settings_within,
    taken_up,
)
from medianest.main.settings import Secret, Settings
from medianest.main.settings.source import load_settings

SOMEBODYS = {
    "MEDIANEST_DATABASE_URL": "postgresql://db.local/medianest",
    "MEDIANEST_DATABASE_DIRECT_URL": "postgresql://db.local:5433/medianest",
    "MEDIANEST_REDIS_URL": "redis://cache.local",
    "MEDIANEST_OVERSEERR_URL": "http://overseerr.local",
    "MEDIANEST_OVERSEERR_API_KEY": "key",
    "MEDIANEST_TMDB_TOKEN": "token",
    "MEDIANEST_PLEX_URL": "http://plex.local:32400",
    "MEDIANEST_PLEX_TOKEN": "token",
    "MEDIANEST_SMTP_HOST": "mail.local",
    "MEDIANEST_SMTP_FROM": "nest@example.org",
    "MEDIANEST_PUBLIC_URL": "https://nest.example.org",
    "MEDIANEST_OIDC_ISSUER": "https://id.example.org",
    "MEDIANEST_OIDC_CLIENT_ID": "medianest",
    "MEDIANEST_OIDC_CLIENT_SECRET": "secret",
    "MEDIANEST_SECRET_KEY": "s" * 32,
    "MEDIANEST_DATA_DIR": "/srv/medianest",
    "MEDIANEST_PORT": "9000",
    "MEDIANEST_RATE_LIMITS": "off",
}

WEBHOOK = Secret("w" * 32)


def test_what_was_begun_is_gone_on_with(tmp_path: Path) -> None:
    demo = taken_up(tmp_path / "new" / "demo")
    assert demo.events == 0
    keep(tmp_path / "new" / "demo", type(demo)(**{**_fields(demo), "events": 600}))
    again = taken_up(tmp_path / "new" / "demo")
    assert (again.events, again.password, again.webhook) == (600, demo.password, demo.webhook)
    assert stat.S_IMODE((tmp_path / "new" / "demo" / MARK).stat().st_mode) == 0o600


def test_two_demonstrations_have_passwords_of_their_own(tmp_path: Path) -> None:
    assert taken_up(tmp_path / "one").password != taken_up(tmp_path / "two").password


def test_a_directory_that_somebody_else_made_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("mine")
    with pytest.raises(NotADemonstration, match="was not made by `medianest demo`"):
        taken_up(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(NotADemonstration):
        taken_up(tmp_path / "file")


def test_an_empty_directory_will_do(tmp_path: Path) -> None:
    assert taken_up(tmp_path).accounts


def test_a_mark_that_nobody_can_read_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / MARK).write_text("{")
    with pytest.raises(NotADemonstration, match="damaged"):
        taken_up(tmp_path)


def test_it_is_kept_beside_the_data_directory() -> None:
    assert directory_beside(Settings(data_dir=Path("/srv/medianest"))) == Path("/srv/medianest-demo")


def test_nothing_of_somebodys_is_used_but_how_to_listen_and_to_log() -> None:
    within = settings_within(load_settings(SOMEBODYS), Path("/demo"), WEBHOOK)
    ours = Settings(
        data_dir=Path("/demo"),
        port=9000,
        public_url="https://nest.example.org",
        rate_limits=False,
        overseerr_webhook_authorization=WEBHOOK,
        plex_webhook_secret=WEBHOOK,
    )
    assert within == ours


def test_its_processes_see_its_settings_whatever_else_is_in_their_environment() -> None:
    within = settings_within(load_settings(SOMEBODYS), Path("/demo"), WEBHOOK)
    servers = {"MEDIANEST_DATABASE_URL": "postgresql:///private", "MEDIANEST_REDIS_URL": "unix:///private"}
    seen = load_settings({**SOMEBODYS, **servers, **environment_of(within)})
    private = {"database_url": Secret("postgresql:///private"), "redis_url": Secret("unix:///private")}
    assert _fields(seen) == {**_fields(within), **private}


def _fields(struct: object) -> dict[str, object]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}  # type: ignore[attr-defined]
