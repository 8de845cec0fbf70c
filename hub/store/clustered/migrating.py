"""Bringing the database's schema up to date: ``peyvand migrate``."""

from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hub.store.clustered.database import LOST, Database, schema_of, told
from hub.store.unusable import StoreUnusableError

_SCRIPTS = Path(__file__).parent / "migrations"


async def migrate(url: str, *, to: str = "head") -> tuple[str, str]:
    """Run the missing migrations, all or none, while hubs go on; gives the schema before and after.

    Raises NotRecordedError if the database cannot be reached, StoreUnusableError if it does not let itself be
    migrated just now or is of a newer version.
    """
    database = Database(url)
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=database.connect_for_migrating, poolclass=NullPool
    )
    before = await _schema(database)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, to)
    except (SQLAlchemyError, asyncpg.PostgresError, *LOST) as error:
        raise StoreUnusableError(f"the database could not be migrated, try again: {told(error)}") from error
    except CommandError as error:
        raise StoreUnusableError(
            f"the database is of a newer version of the hub (schema {before}): run that version's migrate"
        ) from error
    finally:
        await engine.dispose()
    return before, await _schema(database)


def _upgrade(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def _schema(database: Database) -> str:
    connection = await database.connect()
    try:
        return await schema_of(connection)
    finally:
        connection.terminate()
