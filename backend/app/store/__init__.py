"""Where everything is stored: the ports on SQLAlchemy Core, with one schema for SQLite and PostgreSQL, and all SQL."""
