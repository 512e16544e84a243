"""Opens the store that `DATABASE_URL` names."""

from typing import TYPE_CHECKING

from app.domain.errors import UnusableStorageError
from app.store.sealing import Keyring, Sealer
from app.store.sqlite.engine import database_path
from app.store.sqlite.store import SqliteStore
from config.settings import Settings

if TYPE_CHECKING:
    from app.store.postgresql import PostgresqlStore


def open_store_of(settings: Settings) -> "SqliteStore | PostgresqlStore":
    """Return the store that the service's own settings describe; raises what `open_store` raises."""
    keys = settings.encryption_keys.get_secret_value()
    return open_store(settings.database_url.get_secret_value(), keys, settings.web_concurrency)


def open_store(url: str, encryption_keys: str, workers: int = 1) -> "SqliteStore | PostgresqlStore":
    """Return the store, created and migrated if needed.

    Args:
        url: `sqlite:///path`, `sqlite:////absolute/path`, or a URL that libpq accepts.
        encryption_keys: `id:key,id:key`, each key 32 bytes in base64; the first one encrypts.
        workers: How many processes of this machine will write.

    Raises:
        UnusableStorageError: The service can't run on it; no message holds the URL or a key.
        UnavailableError: The database can't be reached.
    """
    sealer = Sealer(Keyring.parse(encryption_keys))
    if url.startswith("sqlite:"):
        return SqliteStore(database_path(url), sealer, workers)
    if url.startswith(("postgresql:", "postgres:", "postgresql+psycopg:")):
        from app.store.postgresql import PostgresqlStore  # noqa: PLC0415 - on SQLite, no worker pays for psycopg

        return PostgresqlStore(url, sealer)
    message = (
        "`DATABASE_URL` names neither a SQLite file (`sqlite:///path`) nor a PostgreSQL database (`postgresql://…`)"
    )
    raise UnusableStorageError(message)
