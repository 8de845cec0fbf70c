"""``peyvand migrate``: brings the clustered store's database up to date, while hubs go on."""

import asyncio

from hub.app.cli.screen import write_json, write_line
from hub.app.cli.settings import AsJson, EnvFile, read_settings
from hub.app.setups import store_name


def migrate(env_file: EnvFile = None, as_json: AsJson = False) -> None:
    """Bring the database of the clustered set-up up to date; run it again whenever in doubt.

    Hubs that run meanwhile go on. The embedded store needs no such thing: it brings itself up to date when it is opened.
    """
    # Here, because no other command needs what it brings along, which takes a quarter of their start.
    from hub.store.clustered.migrating import migrate as migrate_database  # noqa: PLC0415

    settings = read_settings(env_file)
    if settings.database_url is None:
        before = after = ""
    else:
        before, after = asyncio.run(migrate_database(settings.database_url.get_secret_value()))
    if as_json:
        write_json({"store": store_name(settings), "before": before or None, "after": after or None})
    elif not after:
        write_line("The embedded store brings itself up to date: there is nothing to migrate.")
    elif before == after:
        write_line(f"{store_name(settings)} is up to date (schema {after}).")
    else:
        write_line(f"{store_name(settings)} was brought from schema {before} to {after}.")
