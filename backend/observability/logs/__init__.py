"""Log records as lines. The process that starts the service imports `configuration`, which needs only orjson."""
