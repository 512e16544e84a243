"""Log records as lines. What starts the service imports `configuration`, which needs orjson and nothing else."""
