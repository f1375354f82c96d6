"""The tables, brought up to date before anything else uses them."""

from medianest.adapters.postgres import migrations
from medianest.adapters.postgres.pooler import changes_servers
from medianest.main.settings import Settings, SettingsError


def bring_up_to_date(settings: Settings) -> list[int]:
    """The numbers of the migrations that were applied now. `settings` must name the database.

    Raises SettingsError where the direct address is none, MigrationError, LogUnavailable.
    """
    url = str(settings.database_direct_url)
    if changes_servers(url):
        raise SettingsError(
            "MEDIANEST_DATABASE_DIRECT_URL (unset: MEDIANEST_DATABASE_URL) leads to a pooler in transaction mode, "
            "where locks and LISTEN do not work. Leave MEDIANEST_DATABASE_URL at the pooler and set "
            "MEDIANEST_DATABASE_DIRECT_URL to the Postgres server itself."
        )
    return migrations.migrate(url)
