"""Where everything is kept: the ports on SQLAlchemy Core, with one schema on SQLite and PostgreSQL, and all SQL."""
