"""Log records as lines. gunicorn's master imports `configuration`: it needs the standard library and orjson alone."""
