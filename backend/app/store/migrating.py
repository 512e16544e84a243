"""Creates and migrates the tables: the first of several workers does so, in one transaction, and the others wait."""

import logging
from pathlib import Path

import sqlalchemy as sa

from app.domain.errors import UnusableStorageError

HEAD = "0016"
"""The newest revision in `migrations/versions`; a test checks that."""

_OURS = {"alembic_version", "counter", "revisions"}
"""Tables that every version of Setpoint has."""

MIGRATIONS = Path(__file__).parent / "migrations"


def is_current(connection: sa.Connection) -> bool:
    """Return whether the tables are what this version of Setpoint needs.

    Raises:
        UnusableStorageError: They belong to something else.
    """
    return version_of(connection) == HEAD


def migrate(connection: sa.Connection, target: str = HEAD) -> None:
    """Migrate the tables to what this version of Setpoint needs; the caller holds the lock and commits.

    Args:
        connection: Where the tables are.
        target: The version to migrate to; a test goes there in steps.

    Raises:
        UnusableStorageError: The tables are those of a newer version, or of something else.
    """
    version = version_of(connection)
    if version == target:
        return
    logging.getLogger("alembic.runtime.plugins").setLevel(logging.WARNING)  # it lists what nobody has asked for
    # Alembic costs more to import than everything else together, and nearly every start finds the tables up to date.
    from alembic.command import upgrade  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {each.revision for each in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        message = (
            f"the tables are at version `{version}`, which this version of Setpoint does not know;"
            " start the newer one that made them, or restore a backup"
        )
        raise UnusableStorageError(message)
    upgrade(config, target)


def version_of(connection: sa.Connection) -> str | None:
    """Return the version of the tables; None if there are none.

    Raises:
        UnusableStorageError: They are of something else.
    """
    tables = sa.inspect(connection).get_table_names()
    if tables and not _OURS.issubset(tables):
        message = (
            "the database has tables that are not Setpoint's, and nothing was changed in it;"
            " name a database of its own in `DATABASE_URL`"
        )
        raise UnusableStorageError(message)
    if not tables:
        return None
    version: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version
